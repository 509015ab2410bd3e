"""What a platform wants of its recovery, and which data stores of any kind meet it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.meaning.recovery import LIVE, RESTORE, minutes, spelled
from deployer.sandbox.recorded_types import schema_of
from tests.kinds.building import faults, resources, roots
from tests.test_kind_audit import KINDS, built

SCHEMA = load_schema()
HEAD = "platform: demo\nenvironments: {prod: {posture: production}}\n"
WISH = "recovery: {region: us-west-2, rpo: %s, rto: %s}\n"
KEY = "arn:aws:kms:us-west-2:222222222222:key/12345678-1234-1234-1234-123456789012"
DATABASE = "databases: {main: {engine: postgres, version: '17'%s}}"
AURORA = "databases: {main: {engine: aurora-mysql, version: '8.0', instance: db.r7g.large}}"
PLAN = (
    "backups: {nightly: {of: [main], recovery: {region: us-west-2}, rules: {often: {schedule: 'cron(0 %s * * ? *)'}}}}"
)
ELSEWHERE = "backups: {nightly: {of: [main], recovery: {region: eu-west-1}}}"
VAULT = (
    "backups: {nightly: {of: [main], rules: {daily: {copies: "
    "[{vault: 'arn:aws:backup:us-west-2:222222222222:backup-vault:recovery'}]}}}}"
)
ROWS: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "databases": (
        (DATABASE % "", "15m", "4h", "nothing of it is in us-west-2"),
        (DATABASE % ", replicate_backups: {region: us-west-2}", "15m", "4h", ""),
        (DATABASE % ", replicate_backups: {region: us-west-2}", "14m", "4h", "may lose 15 minutes"),
        (DATABASE % ", replicate_backups: {region: us-west-2}", "15m", "2h", ""),
        (DATABASE % ", replicate_backups: {region: us-west-2}", "15m", "119m", "takes about 2 hours"),
        (DATABASE % f", replicate_backups: {{region: us-west-2, key: '{KEY}'}}", "15m", "4h", ""),
        (f"{DATABASE % ''}\n{ELSEWHERE}", "7d", "4h", "nothing of it is in us-west-2"),
        (f"{DATABASE % ''}\n{VAULT}", "25h", "4h", ""),
        (f"{AURORA}\n{PLAN % '3'}", "25h", "4h", ""),
        (f"{AURORA}\n{PLAN % '3'}", "24h", "4h", "the copies of backups.nightly may lose 25 hours"),
        (f"{AURORA}\n{PLAN % '*'}", "2h", "4h", ""),
        (f"{AURORA}\n{PLAN % '*'}", "119m", "4h", "may lose 2 hours"),
        (f"{AURORA}\n{PLAN % '0,6'}", "19h", "4h", ""),
    ),
    "caches": (
        ("caches: {main: {engine: valkey, version: '8.1'}}", "1m", "15m", ""),
        (
            "caches: {main: {engine: valkey, version: '8.1', keeps_data: true}}",
            *("31d", "31d"),
            "nothing of it is in us-west-2",
        ),
    ),
    "documents": (
        ("documents: {main: {version: '5.0.0', password: generated}}", "1d", "4h", "nothing of it is in us-west-2"),
        (f"documents: {{main: {{version: '5.0.0', password: generated}}}}\n{PLAN % '*'}", "2h", "4h", ""),
        ("documents: {main: {elastic: {shards: 1, capacity: 2}}}", "31d", "31d", "nothing of it is in us-west-2"),
    ),
    "tables": (
        ("tables: {main: {key: id}}", "31d", "31d", "nothing of it is in us-west-2"),
        ("tables: {main: {key: id, replicas: {us-west-2: {}}}}", "1m", "15m", ""),
        ("tables: {main: {key: id, replicas: {us-west-2: {key: aws-managed}}}}", "1m", "15m", ""),
        ("tables: {main: {key: id, replicas: {us-west-2: {}}}}", "1m", "14m", "takes about 15 minutes"),
        (f"tables: {{main: {{key: id}}}}\n{PLAN % '3'}", "25h", "2h", ""),
    ),
    "buckets": (
        ("buckets: {main: {}}", "31d", "31d", "nothing of it is in us-west-2"),
        ("buckets: {main: {replicate: {region: us-west-2, within_15_minutes: true}}}", "15m", "15m", ""),
        ("buckets: {main: {replicate: {region: us-west-2}}}", "1d", "15m", ""),
        ("buckets: {main: {replicate: {region: us-west-2}}}", "23h", "15m", "may lose 24 hours"),
        ("buckets: {main: {replicate: {region: us-west-2, prefix: a/}}}", "1d", "1h", "nothing of it is in us-west-2"),
        (f"buckets: {{main: {{replicate: {{arn: 'arn:aws:s3:::far', key: '{KEY}'}}}}}}", "1d", "15m", ""),
        (
            "buckets: {main: {replicate: {to: main2}}, main2: {replicate: {region: us-west-2}}}",
            "1d",
            "1h",
            "nothing of",
        ),
        ("buckets: {main: {existing: elsewhere}}", "1m", "1m", ""),
    ),
    "filesystems": (
        ("filesystems: {main: {}}", "31d", "31d", "nothing of it is in us-west-2"),
        ("filesystems: {main: {replicate: {region: us-west-2}}}", "15m", "15m", ""),
        ("filesystems: {main: {replicate: {region: us-west-2}}}", "14m", "15m", "may lose 15 minutes"),
        (f"filesystems: {{main: {{}}}}\n{PLAN % '3'}", "25h", "2h", ""),
    ),
    "secrets": (
        ("secrets: {main: {}}", "31d", "31d", "nothing of it is in us-west-2"),
        ("secrets: {main: {replicas: {us-west-2: {}}}}", "1m", "15m", ""),
        ("secrets: {main: {replicas: {us-west-2: {}}}}", "1m", "14m", "takes about 15 minutes"),
    ),
    "keys": (
        ("keys: {main: {multi_region: true}}", "31d", "31d", "nothing of it is in us-west-2"),
        ("keys: {main: {existing: 12345678-1234-1234-1234-123456789012}}", "1m", "1m", ""),
    ),
    "auth": (("auth: {main: {}}", "31d", "31d", "nothing of it is in us-west-2"),),
    "search": (("search: {main: {collection: {type: search}}}", "31d", "31d", "nothing of it is in us-west-2"),),
    "repositories": (
        ("repositories: {main: {}}", "31d", "31d", "nothing of it is in us-west-2"),
        ("repositories: {main: {content: code}}", "31d", "31d", "nothing of it is in us-west-2"),
    ),
}
"""Section → spec, `rpo`, `rto` and the start of the fault of its component `main`, or nothing."""
RULES = [(section, *row) for section, rows in ROWS.items() for row in rows]


@pytest.mark.parametrize(("section", "text", "rpo", "rto", "said"), RULES)
def test_a_store_meets_the_wish_or_says_what_would(section: str, text: str, rpo: str, rto: str, said: str) -> None:
    every = faults(HEAD + WISH % (rpo, rto) + text)
    assert {one.code for one in every} <= {"recovery-wish"}
    found = [one for one in every if one.component == f"{section}.main"]
    assert len(found) == bool(said)
    for one in found:
        assert said in one.message
        assert f"'recovery: {{otherwise: {{{section}.main: …}}}}'" in one.suggestion
        assert one.place.line > 3


@pytest.mark.parametrize(("section", "text", "rpo", "rto", "said"), RULES)
def test_nothing_is_held_to_a_wish_that_is_not_there(section: str, text: str, rpo: str, rto: str, said: str) -> None:
    if "replica" not in text and "replicate" not in text:
        assert faults(HEAD + text) == ()


def test_every_kind_that_keeps_data_is_in_the_table() -> None:
    assert set(ROWS) == {section for section, kind in SCHEMA.kinds.items() if "recover" in kind.get("x-offers", {})}


NO_DATA = {
    "audit": "what was recorded is about the region that is lost",
    "backups": "copies of the data of others, which they say how to use",
    "pipelines": "a bucket of artefacts, which are built again",
}
"""Kinds with a resource that holds data and that a recovery need not bring back, with the reason."""
STATEFUL = (
    *("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::EFS::FileSystem"),
    *("AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::DocDBElastic::Cluster"),
    *("AWS::ElastiCache::ReplicationGroup", "AWS::OpenSearchService::Domain", "AWS::OpenSearchServerless::Collection"),
    *("AWS::SQS::Queue", "AWS::Kinesis::Stream", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret"),
    *("AWS::ECR::Repository", "AWS::CodeCommit::Repository", "AWS::Backup::BackupVault"),
)


def test_a_kind_with_a_stateful_resource_says_how_it_comes_back() -> None:
    """It offers `recover`, says what becomes of what passes through it, or has a reason above."""
    stateful = {section for section in KINDS if {*STATEFUL} & {*made(section)}}
    kinds = {section: SCHEMA.kinds[section] for section in stateful}
    told = {
        section for section, kind in kinds.items() if "recover" in kind.get("x-offers", {}) or "x-transient" in kind
    }
    assert stateful - told == NO_DATA.keys()


def made(section: str) -> Iterator[str]:
    """Resource types of the kind's components in its fullest golden."""
    for component, platform in built(section):
        resources = component.build(platform) if component.existing is None else ()
        yield from (getattr(resource, "resource_type", "") for resource in resources)


def test_the_stateful_types_are_aws_own() -> None:
    assert [schema_of(one)["typeName"] for one in STATEFUL] == [*STATEFUL]


def test_otherwise_takes_a_store_out_and_names_others_at_once() -> None:
    text = HEAD + "tables: {carts: {key: id}}\nqueues: {jobs: {}}\n"
    wish = "recovery: {region: us-west-2, rpo: 1h, rto: 1h, otherwise: {%s}}"
    assert faults(text + wish % "carts: Carts may be lost") == ()
    assert faults(text + wish % "tables.carts: Carts may be lost") == ()
    found = faults(text + wish % "cart: Carts may be lost, jobs: Messages may be lost, carts: Carts may be lost")
    assert [(one.code, one.message) for one in found] == [
        ("unknown-component", "there is no component 'cart'"),
        ("wrong-kind", "'queues.jobs' in queues keeps no data of its own"),
    ]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ("{region: us-east-1, rpo: 1h, rto: 1h}", "recovery-region"),
        ("{region: cn-north-1, rpo: 1h, rto: 1h}", "recovery-region"),
        ("{region: us-west-2, rpo: 32d, rto: 1h}", "out-of-range"),
        ("{region: us-west-2, rpo: 1h, rto: 745h}", "out-of-range"),
        ("{region: us-west-2, rpo: 31d, rto: 744h}", ""),
        ("{region: us-west-2, rpo: 15, rto: 1h}", "wrong-type"),
        ("{region: us-west-2, rpo: 0m, rto: 1h}", "bad-value"),
        ("{region: us-west-2, rpo: 1h}", "missing-property"),
        ("{region: us-west-2, rpo: 1h, rto: 1h, otherwise: {carts: short}}", "out-of-range"),
    ],
)
def test_the_wish_itself(wish: str, code: str) -> None:
    found = faults(f"{HEAD}queues: {{jobs: {{}}}}\nrecovery: {wish}")
    assert [one.code for one in found] == ([code] if code else [])


def test_images_are_copied_once_the_registry_copies_them() -> None:
    text = HEAD + "repositories: {app: {}}\nrecovery: {region: us-west-2, rpo: 15m, rto: 15m, images: true}"
    assert faults(text) == ()
    found = {one.region: one for one in roots(text, "prod")}
    west, home = found["us-west-2"], found["us-east-1"]
    assert sorted(resources(west)) == ["RecoveryRegionKey", "RecoveryRegionKeyAlias"]
    assert "RecoveryRegionImages" in resources(home)


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        (DATABASE % ", replicate_backups: {region: us-west-2%s}", "AutomaticBackupReplicationKmsKeyId"),
        ("tables: {main: {key: id, replicas: {us-west-2: {%s}}}}", "KMSMasterKeyId"),
        ("secrets: {main: {replicas: {us-west-2: {%s}}}}", "KmsKeyId"),
        ("filesystems: {main: {replicate: {region: us-west-2%s}}}", "KmsKeyId"),
        ("buckets: {main: {replicate: {region: us-west-2%s}}}", "ReplicaKmsKeyID"),
        (
            DATABASE % ", password: generated, replicate_backups: {region: us-west-2, key: '"
            f"{KEY}'}}, secret_replicas: {{us-west-2: {{%s}}}}",
            "KmsKeyId",
        ),
    ],
)
def test_copies_take_a_key_of_their_region(setting: str, path: str) -> None:
    """Their own, or that of the recovery region; without either the spec is refused, as with one of another region."""
    comma = ", " if "region: us-west-2%s" in setting else ""
    bare, own, wrong = (setting % one for one in ("", f"{comma}key: '{KEY}'", f"{comma}key: '{KEY}'"))
    wrong = wrong.replace(f"{comma}key: '{KEY}'", f"{comma}key: '{KEY.replace('us-west-2', 'eu-west-1')}'")
    assert [one.code for one in faults(HEAD + bare)] == ["missing-property"]
    assert faults(HEAD + own) == ()
    assert {one.code for one in faults(HEAD + wrong)} <= {"replica-region", "table-replica"} != set()
    wish = WISH % ("31d", "31d")
    assert faults(HEAD + wish + bare) == ()
    home = roots(HEAD + wish + bare, "prod")[-1]
    assert home.takes["RecoveryRegionKeyArn"] == "us-west-2"
    assert f"'{path}': {{'Ref': 'RecoveryRegionKeyArn'}}" in str(resources(home))


@pytest.mark.parametrize(
    ("text", "time"), [("1m", 1), ("90m", 90), ("4h", 240), ("1d", 1440)], ids=["minute", "minutes", "hours", "day"]
)
def test_times(text: str, time: int) -> None:
    assert minutes(text) == time


@pytest.mark.parametrize(
    ("time", "text"),
    [
        *[(1, "1 minute"), (15, "15 minutes"), (60, "1 hour"), (90, "90 minutes"), (120, "2 hours")],
        *[(1440, "24 hours"), (1500, "25 hours"), (2880, "2 days"), (10080, "7 days")],
    ],
)
def test_times_as_people_say_them(time: int, text: str) -> None:
    assert spelled(time) == text


GUIDE = Path(__file__).parents[2] / "docs" / "recovery.md"


@pytest.mark.parametrize("number", [0, 1])
def test_the_specs_of_the_guide_are_valid(number: int) -> None:
    text = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)[number]
    assert faults(text) == ()


def test_the_guide_has_the_numbers_that_the_compiler_holds_stores_to() -> None:
    """Rows of the guide's table against what is said of a store that meets nothing better."""
    rows = re.findall(r"^\| .* \| (\d+ \w+) \| (\d+ \w+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert {takes for _, takes in rows} == {spelled(LIVE), spelled(RESTORE)}
    assert {loses for loses, _ in rows} == {"1 minute", "15 minutes", "24 hours"}
