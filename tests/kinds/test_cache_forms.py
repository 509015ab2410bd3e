"""Memcached clusters, serverless caches and caches that keep data: what they are made of, and what contradicts them."""

from __future__ import annotations

import pytest

from compiler.language.facts import fact
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n  prod: {posture: production}\n"
SERVICE = 'services: {web: {image: "public.ecr.aws/docker/library/nginx:1.27", uses: {sessions: connect}}}\n'
MEMCACHED = "engine: memcached, version: '1.6.22'"
VALKEY = "engine: valkey, version: '8.1'"
FAMILIES = {
    "redis": {"6.0": "redis6.x", "6.2": "redis6.x", "7.0": "redis7", "7.1": "redis7"},
    "valkey": {"7.2": "valkey7", "8": "valkey8", "9": "valkey9"},
    "memcached": {"1.6": "memcached1.6"},
}
"""ElastiCache's parameter group families by the start of a version (API reference, CreateCacheParameterGroup)."""
ENDED = {"redis": ("3.2", "4.0.10", "5.0.6"), "memcached": ("1.4", "1.5", "1.6.6"), "valkey": ()}
"""Versions that the checks refuse: they have no users or no TLS."""


def spec(settings: str, more: str = "") -> str:
    return f"{HEAD}caches: {{sessions: {{{settings}}}}}\n{more}"


def built(settings: str, environment: str = "prod", more: str = "") -> Json:
    return resources(compiled(spec(settings, more), environment))


@pytest.mark.parametrize(
    ("engine", "version"),
    [(engine, version) for engine in FAMILIES for version in fact("cache-versions").lists[engine]],
)
def test_the_parameter_group_fits_every_version(engine: str, version: str) -> None:
    settings = f"engine: {engine}, version: '{version}'"
    if version.startswith(ENDED[engine]) and faults(spec(settings)):
        assert {one.code for one in faults(spec(settings))} <= {"unknown-version", "ended", "outdated"}
        return
    expected = [family for start, family in FAMILIES[engine].items() if version.startswith(start)]
    for more in ("", ", keeps_data: true", ", shards: 2") if engine != "memcached" else ("", ", nodes: 9"):
        found = built(settings + more)["SessionsCacheParameters"]["Properties"]
        assert [found["CacheParameterGroupFamily"]] == expected


def test_memcached_is_a_cluster_of_its_own_over_tls() -> None:
    found = built(f"{MEMCACHED}, nodes: 3")
    cluster = found["SessionsCacheCluster"]
    assert cluster["Type"] == "AWS::ElastiCache::CacheCluster"
    assert cluster["Properties"]["TransitEncryptionEnabled"] is True
    assert (cluster["Properties"]["NumCacheNodes"], cluster["Properties"]["AZMode"]) == (3, "cross-az")
    assert (cluster["DeletionPolicy"], cluster["UpdateReplacePolicy"]) == ("Delete", "Delete")
    assert not [one for one in found.values() if one["Type"].startswith(("AWS::ElastiCache::User", "AWS::SecretsM"))]


def test_one_memcached_node_has_no_zone_mode() -> None:
    assert "AZMode" not in built(f"{MEMCACHED}, nodes: 1")["SessionsCacheCluster"]["Properties"]


@pytest.mark.parametrize(
    ("settings", "major", "users"),
    [(VALKEY, "8", True), ("engine: redis, version: '7.1'", "7", True), (MEMCACHED, "1.6", False)],
)
def test_a_serverless_cache_has_a_major_version_and_the_networks_subnets(
    settings: str, major: str, users: bool
) -> None:
    found = built(f"{settings}, serverless: {{}}")
    cache = found["SessionsCacheServerless"]
    properties = cache["Properties"]
    assert properties["MajorEngineVersion"] == major
    assert properties["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert [one["Ref"] for one in properties["SubnetIds"]] == [f"IsolatedSubnet{zone}" for zone in (1, 2, 3)]
    assert properties["SecurityGroupIds"] == [{"Ref": "SessionsCacheSecurityGroup"}]
    assert ("UserGroupId" in properties) is users
    assert "CacheUsageLimits" not in properties
    assert not [name for name in found if name.endswith(("CacheParameters", "CacheSubnets"))]


@pytest.mark.parametrize(
    ("keep", "policy", "last"),
    [("snapshot", "Delete", "demo-prod-sessions-final"), ("retain", "Retain", None), ("delete", "Delete", None)],
)
def test_the_last_snapshot_of_a_serverless_cache_is_its_own(keep: str, policy: str, last: str | None) -> None:
    cache = built(f"{VALKEY}, serverless: {{}}, keep: {keep}")["SessionsCacheServerless"]
    assert (cache["DeletionPolicy"], cache["Properties"].get("FinalSnapshotName")) == (policy, last)
    assert cache["UpdateReplacePolicy"] == "Retain"


def test_limits_and_the_time_of_snapshots() -> None:
    limits = "serverless: {max_gb: 10, min_ecpu: 1000}, snapshot_window: '02:00-03:00', snapshot_days: 3"
    found = built(f"{VALKEY}, {limits}")["SessionsCacheServerless"]["Properties"]
    assert found["CacheUsageLimits"] == {
        "DataStorage": {"Maximum": 10, "Unit": "GB"},
        "ECPUPerSecond": {"Minimum": 1000},
    }
    assert (found["DailySnapshotTime"], found["SnapshotRetentionLimit"]) == ("02:00", 3)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (MEMCACHED, {"HOST", "PORT", "TLS"}),
        (f"{MEMCACHED}, serverless: {{}}", {"HOST", "PORT", "TLS", "READER_HOST", "READER_PORT"}),
        (
            f"{VALKEY}, serverless: {{}}",
            {"HOST", "PORT", "TLS", "READER_HOST", "READER_PORT", "CLUSTER", "USERNAME", "SECRET_ARN"},
        ),
        (
            f"{VALKEY}, serverless: {{}}, auth: iam",
            {"HOST", "PORT", "TLS", "READER_HOST", "READER_PORT", "CLUSTER", "USERNAME", "NAME", "SERVERLESS"},
        ),
    ],
)
def test_connect_gives_variables(settings: str, names: set[str]) -> None:
    found = built(settings, more=SERVICE)
    (task,) = (one for one in found.values() if one["Type"] == "AWS::ECS::TaskDefinition")
    variables = {one["Name"] for part in task["Properties"]["ContainerDefinitions"] for one in part["Environment"]}
    assert {name for name in variables if name.startswith("SESSIONS_")} == {f"SESSIONS_{name}" for name in names}


def test_what_keeps_data_evicts_nothing() -> None:
    for settings in ("", ", eviction: noeviction"):
        found = built(f"{VALKEY}, keeps_data: true{settings}")
        assert found["SessionsCacheParameters"]["Properties"]["Properties"]["maxmemory-policy"] == "noeviction"
    group = found["SessionsCache"]["Properties"]
    assert (group["MultiAZEnabled"], group["AutomaticFailoverEnabled"], group["SnapshotRetentionLimit"]) == (
        True,
        True,
        7,
    )


KEPT = f"{VALKEY}, keeps_data: true"


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        (f"{KEPT}, eviction: allkeys-lru", "unused-setting", "would remove data"),
        (f"{MEMCACHED}, keeps_data: true", "unused-setting", "Memcached has no 'keeps_data'"),
        (f"{MEMCACHED}, auth: iam", "unused-setting", "Memcached has no 'auth'"),
        (f"{MEMCACHED}, snapshot_days: 3", "unused-setting", "cluster of nodes has no 'snapshot_days'"),
        (
            f"{MEMCACHED}, engine_parameters: {{maxmemory-policy: x}}",
            "not-allowed",
            "memcached has no 'maxmemory-policy'",
        ),
        ("engine: memcached, version: '1.5.16'", "unknown-version", "no TLS"),
        ("engine: memcached, version: '1.6.6'", "unknown-version", "no TLS"),
        ("engine: redis, version: '6.2', serverless: {}", "unknown-version", "a serverless cache has no redis 6.2"),
        (f"{VALKEY}, serverless: {{}}, node: cache.r7g.large", "unused-setting", "serverless cache has no 'node'"),
        (f"{VALKEY}, serverless: {{}}, port: 6390", "unused-setting", "serverless cache has no 'port'"),
        (f"{VALKEY}, serverless: {{max_ecpu: 999}}", "out-of-range", "at least 1000"),
        (f"{VALKEY}, serverless: {{max_gb: 5001}}", "out-of-range", "at most 5000"),
        (f"{VALKEY}, serverless: true", "wrong-type", ""),
    ],
)
def test_faults(settings: str, code: str, words: str) -> None:
    found = faults(spec(settings))
    assert {one.code for one in found} == {code}
    assert words in found[0].message


@pytest.mark.parametrize("setting", ["nodes: 1", "snapshot_days: 0", "keep: delete", "serverless: {max_gb: 5}"])
def test_data_must_be_kept_outside_of_development(setting: str) -> None:
    text = f"platform: demo\nenvironments: {{x: {{posture: %s}}}}\ncaches: {{sessions: {{{KEPT}, {setting}}}}}"
    assert {one.code for one in faults(text % "staging")} == {"data-not-kept"}
    assert faults(text % "development") == ()


def test_a_cache_that_keeps_data_is_held_to_the_recovery() -> None:
    wish = "recovery: {region: us-west-2, rpo: 31d, rto: 31d%s}\n"
    text = "platform: demo\nenvironments: {x: {posture: production}}\ncaches: {sessions: {%s}}\n"
    assert faults(text % VALKEY + wish % "") == ()
    (found,) = faults(text % KEPT + wish % "")
    assert (found.code, "otherwise" in str(found.suggestion)) == ("recovery-wish", True)
    assert faults(text % KEPT + wish % ", otherwise: {sessions: Carts are rebuilt from orders}") == ()


def test_memcached_has_no_user_to_read() -> None:
    more = SERVICE.replace("uses:", 'environment: {WHO: "${sessions.username}"}, uses:')
    (found,) = faults(spec(MEMCACHED, more))
    assert (found.code, found.suggestion) == ("unknown-attribute", "available: endpoint, id, port")
    assert faults(spec(VALKEY, more)) == ()


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (MEMCACHED, ["EvictionsIncreasing", "CpuHigh"]),
        (f"{VALKEY}, serverless: {{}}", ["RequestsThrottled"]),
        (f"{VALKEY}, serverless: {{max_gb: 10}}", ["RequestsThrottled", "MemoryHigh"]),
    ],
)
def test_alarms(settings: str, names: list[str]) -> None:
    one = platform(spec(settings))
    found = tuple(one.components["caches.sessions"].alarms(one))
    assert [alarm.name for alarm in found] == names


def test_an_existing_memcached_needs_neither_user_nor_secret() -> None:
    existing = "existing: {host: shop.cfg.cache.amazonaws.com, security_group: sg-0123456789abcdef0}"
    found = built(f"engine: memcached, {existing}", more=SERVICE)
    outward = found["WebServiceToSessionsCache11211"]["Properties"]
    assert (outward["ToPort"], outward["DestinationSecurityGroupId"]) == (11211, "sg-0123456789abcdef0")
    with pytest.raises(SpecError) as raised:
        built(f"engine: valkey, {existing}", more=SERVICE)
    assert [one.code for one in raised.value.diagnostics] == ["existing-unknown"]
