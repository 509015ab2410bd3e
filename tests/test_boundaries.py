"""Limits of AWS hold to the very value: the last one that is taken, and the first that is not.

`python -m tests.mutants` moves each of them by one and shows what no test notices.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kinds.building import faults

HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
FUNCTION = "functions: {worker: {runtime: python3.13, code: c, handler: a.b, %s}}\n"
POOL = "auth: {people: {custom: {level: {type: %s}}}}\n"
BACKUPS = "tables: {orders: {key: id}}\nbackups: {nightly: {of: [orders], %s}}\n"
CACHE = "caches: {main: {engine: redis, version: '7.1', %s}}\n"
DATABASE = "databases: {main: {engine: postgres, version: '17', %s}}\n"
SERVICE = "services: {web: {image: 'nginx:1', port: 80, %s}}\nload_balancer: {certificate: '%s'}\n"
CERTIFICATE = "arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"
PUBLIC = "public: {reason: nightly import, from: ['%s']}"
SENT = (
    "functions: {w: {runtime: python3.13, code: c, handler: a.b}}\nbuckets: {archive: {}, other: {}, third: {}}\n"
    "log_subscriptions: {a: {to: archive}, %s}\n"
)
INDEXED = (
    "functions: {w: {runtime: python3.13, code: c, handler: a.b}}\nbuckets: {archive: {}}\nnetwork: {}\n"
    'search: {logs: {domain: {version: "2.19"}}}\n'
    "log_subscriptions: {a: {of: [w], to: logs, backup: archive, %s}}\n"
)
LOG_ALARMS = "topics: {alerts: {}}\nmonitoring: {notify: alerts, log_alarms: {%s}}\n"
COMPOSITE = "topics: {alerts: {}}\nmonitoring: {notify: alerts, custom: {%s}, composite: {c: {rule: '%s'}}}\n"
OWN_ALARM = "a%s: {namespace: S, metric: m, threshold: 1}"


def log_alarms(count: int, pattern: str) -> str:
    return ", ".join(f"a{number}: {{pattern: '{pattern}'}}" for number in range(count))


CUSTOM = (
    "topics: {alerts: {}}\nmonitoring: {notify: alerts, custom: {slow: "
    "{namespace: Demo, metric: Slow, threshold: 1, %s}}}\n"
)


def joined(items: Iterator[str]) -> str:
    return ", ".join(items)


def indexes(count: int, about: str) -> str:
    every = joined(f"by-{number}: {{key: [id, a{number}]{about}}}" for number in range(count))
    return f"tables: {{orders: {{key: [id, at], indexes: {{{every}}}}}}}\n"


def included(*counts: int) -> str:
    every = joined(
        f"by-{number}: {{key: a{number}, projection: include, include: [{joined(f'b{one}' for one in range(count))}]}}"
        for number, count in enumerate(counts)
    )
    return f"tables: {{orders: {{key: id, indexes: {{{every}}}}}}}\n"


def zones(region: str, count: int) -> str:
    return f"region: {region}\nnetwork: {{zones: {count}, cidr: 10.0.0.0/16}}\nqueues: {{jobs: {{}}}}\n"


def parameter(characters: int, tier: str) -> str:
    return f"parameters: {{text: {{tier: {tier}, value: {'x' * characters}}}}}\n"


def username(characters: int) -> str:
    return f"databases: {{main: {{engine: mariadb, version: '11.4', username: {'u' * characters}}}}}\n"


def paths(count: int, wildcard: str = "", host: str = "") -> str:
    every = joined(f"'/p{number}{wildcard}'" for number in range(count))
    return SERVICE % (f"ingress: {{path: [{every}], health_check: /{host}}}", CERTIFICATE)


def folders(mebibytes: int) -> str:
    sidecar = f"{{image: 'fluent:1', memory: 64, writable: [/tmp, /run], writable_mb: {mebibytes}}}"
    return SERVICE % (f"sidecars: {{log: {sidecar}}}", CERTIFICATE)


def mounts(points: int, said: str = "") -> str:
    every = joined(f"p{number}: {{}}" for number in range(points))
    files = f"filesystems: {{files: {{access_points: {{{every}}}}}}}\n"
    return files + FUNCTION % f"uses: {{files: mount}}, mounts: {{files: {{path: /mnt/files{said}}}}}"


def task(cpu: int, memory: int) -> str:
    return f"jobs: {{work: {{image: 'nginx:1', cpu: {cpu}, memory: {memory}}}}}\n"


API = (
    FUNCTION % "timeout: 10"
    + "apis: {public: {routes: {$default: worker}, auth: jwt, jwt: {issuer: 'https://i.example', %s}}}\n"
)

SCHEDULE = "schedules: {nightly: {to: worker, when: rate(1 day), start: '2027-01-01T00:00:00Z', end: '%s'}}\n"

ROWS = [
    ("apis-issuer", API % "audience: [web]", API % "", "missing-property"),
    ("auth-max", POOL % "string, max: 2048", POOL % "string, max: 2049", "attribute-limits"),
    ("auth-least", POOL % "string, min: 0", POOL % "string, min: -1", "attribute-limits"),
    ("auth-order", POOL % "number, min: 5, max: 5", POOL % "number, min: 6, max: 5", "attribute-limits"),
    (
        "backups-cold",
        BACKUPS % "rules: {daily: {cold_after_days: 30, keep_days: 120}}",
        BACKUPS % "rules: {daily: {cold_after_days: 30, keep_days: 119}}",
        "cold-storage",
    ),
    (
        "backups-window",
        BACKUPS % "rules: {daily: {start_minutes: 120, complete_minutes: 180}}",
        BACKUPS % "rules: {daily: {start_minutes: 120, complete_minutes: 179}}",
        "short-window",
    ),
    (
        "backups-lock-least",
        BACKUPS % "rules: {daily: {keep_days: 7}}, lock: {min_days: 7}",
        BACKUPS % "rules: {daily: {keep_days: 6}}, lock: {min_days: 7}",
        "vault-lock",
    ),
    (
        "backups-lock-most",
        BACKUPS % "rules: {daily: {keep_days: 9}}, lock: {min_days: 7, max_days: 9}",
        BACKUPS % "rules: {daily: {keep_days: 10}}, lock: {min_days: 7, max_days: 9}",
        "vault-lock",
    ),
    (
        "backups-lock-order",
        BACKUPS % "rules: {daily: {keep_days: 7}}, lock: {min_days: 7, max_days: 7}",
        BACKUPS % "rules: {daily: {keep_days: 7}}, lock: {min_days: 7, max_days: 6}",
        "vault-lock",
    ),
    (
        "buckets-after-infrequent-access",
        "buckets: {media: {lifecycle: {infrequent_access: 30, glacier: 60}}}\n",
        "buckets: {media: {lifecycle: {infrequent_access: 30, glacier: 59}}}\n",
        "lifecycle-order",
    ),
    (
        "buckets-after-others",
        "buckets: {media: {lifecycle: {glacier_instant: 30, glacier: 31}}}\n",
        "buckets: {media: {lifecycle: {glacier_instant: 30, glacier: 30}}}\n",
        "lifecycle-order",
    ),
    (
        "buckets-expire",
        "buckets: {media: {lifecycle: {glacier: 30}, expire: 31}}\n",
        "buckets: {media: {lifecycle: {glacier: 30}, expire: 30}}\n",
        "lifecycle-order",
    ),
    (
        "buckets-former",
        "buckets: {media: {noncurrent_lifecycle: {glacier: 30}, noncurrent_days: 31}}\n",
        "buckets: {media: {noncurrent_lifecycle: {glacier: 30}, noncurrent_days: 30}}\n",
        "lifecycle-order",
    ),
    ("caches-replicas", CACHE % "nodes: 6", CACHE % "nodes: 7", "out-of-range"),
    (
        "caches-tls",
        "caches: {main: {engine: memcached, version: '1.6.12'}}",
        "caches: {main: {engine: memcached, version: '1.6.6'}}",
        "unknown-version",
    ),
    (
        "caches-serverless-limits",
        CACHE % "serverless: {min_gb: 2, max_gb: 2}",
        CACHE % "serverless: {min_gb: 2, max_gb: 1}",
        "scale-limits",
    ),
    ("caches-nodes", CACHE % "shards: 45, nodes: 2", CACHE % "shards: 46, nodes: 2", "too-many-nodes"),
    (
        "caches-window",
        CACHE % "snapshot_window: '02:00-03:00'",
        CACHE % "snapshot_window: '02:00-02:59'",
        "short-window",
    ),
    (
        "databases-window",
        DATABASE % "backup_window: '02:00-02:30'",
        DATABASE % "backup_window: '02:00-02:29'",
        "short-window",
    ),
    (
        "databases-public",
        DATABASE % (PUBLIC % "198.50.0.0/16"),
        DATABASE % (PUBLIC % "198.50.0.0/15"),
        "open-to-the-world",
    ),
    ("databases-user", username(16), username(17), "bad-value"),
    (
        "databases-growth",
        DATABASE % "storage: 100, max_storage: 110",
        DATABASE % "storage: 100, max_storage: 109",
        "too-little-growth",
    ),
    (
        "databases-growth-is-rounded-up",
        DATABASE % "storage: 101, max_storage: 112",
        DATABASE % "storage: 101, max_storage: 111",
        "too-little-growth",
    ),
    (
        "databases-gp3-size",
        DATABASE % "storage: 400, iops: 12000",
        DATABASE % "storage: 399, iops: 12000",
        "iops",
    ),
    ("databases-gp3-least", DATABASE % "storage: 400, iops: 12000", DATABASE % "storage: 400, iops: 11999", "iops"),
    ("databases-gp3-most", DATABASE % "storage: 400, iops: 64000", DATABASE % "storage: 400, iops: 64001", "iops"),
    (
        "databases-io2-size",
        DATABASE % "storage_type: io2, storage: 100, iops: 1000",
        DATABASE % "storage_type: io2, storage: 99, iops: 1000",
        "iops",
    ),
    (
        "databases-io2-least",
        DATABASE % "storage_type: io2, storage: 300, iops: 1000",
        DATABASE % "storage_type: io2, storage: 300, iops: 999",
        "out-of-range",
    ),
    (
        "databases-io2-most",
        DATABASE % "storage_type: io2, storage: 300, iops: 256000",
        DATABASE % "storage_type: io2, storage: 300, iops: 256001",
        "out-of-range",
    ),
    (
        "databases-io1-dense",
        DATABASE % "storage_type: io1, storage: 100, iops: 5000",
        DATABASE % "storage_type: io1, storage: 100, iops: 5001",
        "iops",
    ),
    (
        "databases-io2-dense",
        DATABASE % "storage_type: io2, storage: 100, iops: 100000",
        DATABASE % "storage_type: io2, storage: 100, iops: 100001",
        "iops",
    ),
    (
        "databases-io1-most",
        DATABASE % "storage_type: io1, storage: 5120, iops: 256000",
        DATABASE % "storage_type: io1, storage: 5120, iops: 256001",
        "out-of-range",
    ),
    (
        "databases-io1-least",
        DATABASE % "storage_type: io1, storage: 100, iops: 1000",
        DATABASE % "storage_type: io1, storage: 100, iops: 999",
        "out-of-range",
    ),
    (
        "filesystems-archive",
        "filesystems: {files: {throughput: elastic, infrequent_access_days: 60, archive_days: 90}}\n",
        "filesystems: {files: {throughput: elastic, infrequent_access_days: 90, archive_days: 90}}\n",
        "lifecycle-order",
    ),
    (
        "functions-behind-an-api",
        FUNCTION % "timeout: 30" + "apis: {public: {routes: {$default: worker}, auth: none}}\n",
        FUNCTION % "timeout: 31" + "apis: {public: {routes: {$default: worker}, auth: none}}\n",
        "timeout-behind-api",
    ),
    (
        "functions-provisioned-order",
        FUNCTION % "provisioned: {min: 2, max: 2}",
        FUNCTION % "provisioned: {min: 3, max: 2}",
        "scale-limits",
    ),
    (
        "functions-provisioned-of-reserved",
        FUNCTION % "concurrency: 5, provisioned: 5",
        FUNCTION % "concurrency: 5, provisioned: 6",
        "out-of-range",
    ),
    ("monitoring-a-day", CUSTOM % "period: 60, periods: 1440", CUSTOM % "period: 60, periods: 1441", "out-of-range"),
    ("monitoring-a-week", CUSTOM % "period: 3600, periods: 168", CUSTOM % "period: 3600, periods: 169", "out-of-range"),
    (
        "monitoring-datapoints",
        CUSTOM % "periods: 3, datapoints: 3",
        CUSTOM % "periods: 3, datapoints: 4",
        "out-of-range",
    ),
    (
        "log-subscriptions-of-a-group",
        SENT % "b: {to: other}",
        SENT % "b: {to: other}, c: {to: third}",
        "out-of-range",
    ),
    (
        "log-subscriptions-batch",
        INDEXED % "buffer: {mib: 100}",
        INDEXED % "buffer: {mib: 101}",
        "out-of-range",
    ),
    (
        "monitoring-regular-expressions",
        "functions: {w: {runtime: python3.13, code: c, handler: a.b}}\n" + LOG_ALARMS % log_alarms(5, "%a%"),
        "functions: {w: {runtime: python3.13, code: c, handler: a.b}}\n" + LOG_ALARMS % log_alarms(6, "%a%"),
        "out-of-range",
    ),
    (
        "monitoring-metric-filters",
        "functions: {w: {runtime: python3.13, code: c, handler: a.b}}\n" + LOG_ALARMS % log_alarms(100, "a"),
        "functions: {w: {runtime: python3.13, code: c, handler: a.b}}\n" + LOG_ALARMS % log_alarms(101, "a"),
        "out-of-range",
    ),
    (
        "monitoring-alarms-of-a-rule",
        COMPOSITE % (", ".join(OWN_ALARM % n for n in range(101)), " OR ".join(f"ALARM(a{n})" for n in range(100))),
        COMPOSITE % (", ".join(OWN_ALARM % n for n in range(101)), " OR ".join(f"ALARM(a{n})" for n in range(101))),
        "out-of-range",
    ),
    ("mounts", mounts(1), mounts(2), "missing-property"),
    (
        "network-largest",
        "network: {cidr: 10.0.0.0/16}\nqueues: {jobs: {}}\n",
        "network: {cidr: 10.0.0.0/15}\nqueues: {jobs: {}}\n",
        "bad-cidr",
    ),
    *(
        (f"network-zones-{region}", zones(region, most), zones(region, most + 1), code)
        for region, most, code in (
            ("us-east-1", 4, "out-of-range"),
            ("us-west-2", 4, "out-of-range"),
            ("ap-northeast-1", 4, "out-of-range"),
            ("ap-northeast-2", 4, "out-of-range"),
            ("us-west-1", 2, "too-many-zones"),
            ("eu-central-1", 3, "too-many-zones"),
        )
    ),
    ("parameters-standard", parameter(4096, "standard"), parameter(4097, "standard"), "parameter-size"),
    ("parameters-advanced", parameter(8192, "advanced"), parameter(8193, "advanced"), "out-of-range"),
    (
        "queues-dead-letters",
        "queues: {jobs: {retention_days: 10, dead_letter: {retention_days: 10}}}\n",
        "queues: {jobs: {retention_days: 10, dead_letter: {retention_days: 9}}}\n",
        "short-retention",
    ),
    (
        "schedules-order",
        FUNCTION % "timeout: 10" + SCHEDULE % "2027-01-01T00:00:01Z",
        FUNCTION % "timeout: 10" + SCHEDULE % "2027-01-01T00:00:00Z",
        "out-of-range",
    ),
    ("services-paths", paths(4, host=", host: a.example.com"), paths(5, host=", host: a.example.com"), "rule-limit"),
    ("services-wildcards", paths(5, "*"), paths(3, "**"), "rule-limit"),
    (
        "services-scale-order",
        SERVICE % ("scale: {min: 2, max: 2}", CERTIFICATE),
        SERVICE % ("scale: {min: 3, max: 2}", CERTIFICATE),
        "scale-limits",
    ),
    (
        "services-health",
        SERVICE % ("ingress: {path: '/*', health_check: /, interval_seconds: 10, timeout_seconds: 9}", CERTIFICATE),
        SERVICE % ("ingress: {path: '/*', health_check: /, interval_seconds: 10, timeout_seconds: 10}", CERTIFICATE),
        "health-timeout",
    ),
    (
        "services-sidecar-memory",
        SERVICE % ("cpu: 256, memory: 512, sidecars: {log: {image: 'fluent:1', memory: 511}}", CERTIFICATE),
        SERVICE % ("cpu: 256, memory: 512, sidecars: {log: {image: 'fluent:1', memory: 512}}", CERTIFICATE),
        "sidecar-size",
    ),
    (
        "services-sidecars-memory",
        SERVICE
        % ("cpu: 256, memory: 512, sidecars: {log: {image: 'fluent:1', memory: 511}, x: {image: 'y:1'}}", CERTIFICATE),
        SERVICE
        % ("cpu: 256, memory: 512, sidecars: {log: {image: 'fluent:1', memory: 512}, x: {image: 'y:1'}}", CERTIFICATE),
        "sidecar-size",
    ),
    ("services-sidecar-folders", folders(32), folders(33), "writable-size"),
    (
        "services-stopped",
        SERVICE % ("scale: {min: 0, max: 0}", CERTIFICATE),
        SERVICE % ("scale: {min: 0, max: 1}", CERTIFICATE),
        "scale-limits",
    ),
    ("tables-global", indexes(20, ""), indexes(21, ""), "table-limit"),
    ("tables-local", indexes(5, ", local: true"), indexes(6, ", local: true"), "table-limit"),
    ("tables-included", included(20, 20, 20, 20, 20), included(20, 20, 20, 20, 20, 1), "table-limit"),
    (
        "tables-scaling",
        "tables: {orders: {key: id, billing: {read: {min: 5, max: 6}, write: 5}}}\n",
        "tables: {orders: {key: id, billing: {read: {min: 5, max: 5}, write: 5}}}\n",
        "scale-limits",
    ),
    *(
        (f"tasks-{cpu}-{side}", task(cpu, last), task(cpu, beyond), code)
        for cpu, side, last, beyond, code in (
            (256, "least", 512, 256, "out-of-range"),
            (256, "most", 2048, 3072, "fargate-size"),
            (512, "least", 1024, 512, "fargate-size"),
            (512, "most", 4096, 5120, "fargate-size"),
            (1024, "least", 2048, 1024, "fargate-size"),
            (1024, "most", 8192, 9216, "fargate-size"),
            (2048, "least", 4096, 3072, "fargate-size"),
            (2048, "most", 16384, 17408, "fargate-size"),
            (4096, "least", 8192, 7168, "fargate-size"),
            (4096, "most", 30720, 31744, "fargate-size"),
            (8192, "least", 16384, 12288, "fargate-size"),
            (8192, "most", 61440, 65536, "fargate-size"),
            (16384, "least", 32768, 24576, "fargate-size"),
            (16384, "most", 122880, 131072, "fargate-size"),
        )
    ),
]


def codes(text: str) -> set[str]:
    return {fault.code for fault in faults(HEAD + text)}


@pytest.mark.parametrize(("last", "beyond", "code"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_last_value_is_taken_and_the_first_beyond_it_is_not(last: str, beyond: str, code: str) -> None:
    assert codes(last) == set()
    assert codes(beyond) == {code}


@pytest.mark.parametrize(
    ("row", "help_text"),
    [
        ("backups-cold", "set 'keep_days: 120' or more"),
        ("backups-window", "set 'complete_minutes: 180' or more"),
        ("buckets-after-others", "set it to 31 or more"),
        ("buckets-expire", "set it to 31 or more"),
        ("buckets-former", "set 'noncurrent_days: 31' or more"),
        ("databases-growth", "set 110 or more"),
        ("databases-io2-dense", "set 'storage: 101' or more"),
        ("tables-scaling", "set it to 6 or more, or write 'read: 5' for a fixed number"),
        ("parameters-standard", "set 'tier: advanced'"),
        ("tasks-512-most", "the nearest is 'memory: 4096'"),
    ],
)
def test_the_help_names_the_last_value_that_is_taken(row: str, help_text: str) -> None:
    (beyond,) = [text for name, _, text, _ in ROWS if name == row]
    assert {fault.suggestion for fault in faults(HEAD + beyond)} == {help_text}
