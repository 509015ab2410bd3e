"""How the sandbox makes existing resources: which types it knows, by which ids, and where it looks for them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from deployer.sandbox import seeds as folder_of_seeds
from deployer.sandbox.process import _emulated_types
from deployer.sandbox.seed import Wanted, seeds, typed

KINDS = load_schema().kinds
NAMED = {name for kind in KINDS.values() for name in kind.get("x-existing", {}).get("resources", {})}
NAMED |= {name for kind in KINDS.values() for name in kind.get("x-existing-ids", {}).values() if name}
ACCOUNT = "222222222222"
STORES = """
import importlib, json, sys
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict, request_scope
scoped = (AccountRegionScopedDict, AccountScopedDict)
stores = json.loads(sys.argv[1])
print(json.dumps([isinstance(getattr(importlib.import_module("ministack.services." + module), store, None), scoped)
                  for module, store in stores]))
"""


def wanted(resource_id: str, resource_type: str = "", **settings: str) -> Wanted:
    return Wanted(resource_type, resource_id, ACCOUNT, "us-east-1", True, settings)


def test_every_named_type_that_ministack_makes_has_a_seed_and_each_seed_is_named() -> None:
    """A type that ministack does not have is taken as it is, and the output says so."""
    assert seeds().keys() == NAMED & _emulated_types()


def test_ministack_keeps_them_where_the_seeds_say() -> None:
    """The contract with the pinned ministack."""
    stores = [seed.store for seed in seeds().values()]
    asked = [sys.executable, "-c", STORES, json.dumps(stores)]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout
    assert [store for store, scoped in zip(stores, json.loads(answer), strict=True) if not scoped] == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One more folder of seeds, known for the time of one test."""
    monkeypatch.setattr(folder_of_seeds, "__path__", [*folder_of_seeds.__path__, str(tmp_path)])
    seeds.cache_clear()
    yield tmp_path
    sys.modules.pop("deployer.sandbox.seeds.more", None)
    seeds.cache_clear()


MORE = """from deployer.sandbox.seed import Seed
SEEDS = {"AWS::%s": Seed(("mq", "_brokers"), lambda wanted: {})}
"""


def test_a_seed_is_found_by_its_folder(folder: Path) -> None:
    (folder / "more.py").write_text(MORE % "AmazonMQ::Broker")
    assert seeds()["AWS::AmazonMQ::Broker"].store == ("mq", "_brokers")


def test_two_seeds_of_one_type_are_refused(folder: Path) -> None:
    (folder / "more.py").write_text(MORE % "SQS::Queue")
    with pytest.raises(ValueError, match="AWS::SQS::Queue has several seeds"):
        seeds()


@pytest.mark.parametrize(
    ("resource_id", "expected"),
    [
        ("Z0123456789ABCDEFGHIJ", "AWS::Route53::HostedZone"),
        ("vpc-0123456789abcdef0", "AWS::EC2::VPC"),
        ("us-east-1_AbCdEfGhI", "AWS::Cognito::UserPool"),
        (f"arn:aws:sns:us-east-1:{ACCOUNT}:news", "AWS::SNS::Topic"),
        (f"arn:aws:sns:us-east-1:{ACCOUNT}:news:1234", ""),
        (f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/carts", "AWS::DynamoDB::Table"),
        (f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/carts/index/by-owner", ""),
        (f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:pay", "AWS::Lambda::Function"),
        (f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:pay:live", ""),
        ("arn:aws:s3:::shop-media", "AWS::S3::Bucket"),
        ("arn:aws:s3:::shop-media/*", ""),
        ("arn:aws:s3:::shop-*", ""),
        (f"arn:aws:iam::{ACCOUNT}:role/team/deployer", "AWS::IAM::Role"),
        ("eu-central-1", ""),
    ],
)
def test_the_type_of_an_id_in_raw_cloudformation(resource_id: str, expected: str) -> None:
    assert typed(wanted(resource_id)).resource_type == expected


@pytest.mark.parametrize(
    ("resource_type", "resource_id", "properties"),
    [
        ("AWS::IAM::Role", f"arn:aws:iam::{ACCOUNT}:role/team/app", {"RoleName": "app", "Path": "/team/"}),
        ("AWS::RDS::DBCluster", f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:shop", {"DBClusterIdentifier": "shop"}),
        ("AWS::SQS::Queue", "refunds.fifo", {"QueueName": "refunds.fifo", "FifoQueue": True}),
        ("AWS::KMS::Key", "mrk-0123456789abcdef0123456789abcdef", {"MultiRegion": True}),
        ("AWS::WAFv2::WebACL", f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/site/1", {"Scope": "CLOUDFRONT"}),
        (
            "AWS::SecretsManager::Secret",
            f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:a/b-AbCdEf",
            {"Name": "a/b"},
        ),
    ],
)
def test_a_resource_is_made_with_what_its_id_says(
    resource_type: str, resource_id: str, properties: dict[str, str]
) -> None:
    made = seeds()[resource_type].properties(wanted(resource_id, resource_type))
    assert made is not None and properties.items() <= made.items()


@pytest.mark.parametrize(
    ("resource_type", "resource_id"),
    [
        ("AWS::RDS::DBInstance", f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:shop"),
        ("AWS::RDS::DBCluster", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:shop"),
    ],
)
def test_an_id_of_another_type_makes_nothing(resource_type: str, resource_id: str) -> None:
    assert seeds()[resource_type].properties(wanted(resource_id, resource_type)) is None


def test_the_engine_of_a_cache_tells_which_it_is() -> None:
    group, cluster = (seeds()[f"AWS::ElastiCache::{name}"].properties for name in ("ReplicationGroup", "CacheCluster"))
    memcached, valkey = (wanted("shop", engine=engine) for engine in ("memcached", "valkey"))
    assert (group(memcached), cluster(valkey)) == (None, None)
    made = cluster(memcached)
    assert made is not None
    assert (made["ClusterName"], made["TransitEncryptionEnabled"]) == ("shop", True)


def test_policies_of_aws_itself_are_there() -> None:
    policy = Wanted("AWS::IAM::ManagedPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", "aws", "us-east-1", False, {})
    assert seeds()["AWS::IAM::ManagedPolicy"].properties(policy) is None


def test_the_zone_is_of_the_two_last_labels_so_that_several_names_lie_in_it() -> None:
    zone = seeds()["AWS::Route53::HostedZone"].properties
    assert zone(wanted("Z1", domain="api.shop.example.org")) == {"Name": "example.org"}
    assert zone(wanted("Z1", domain="site")) == {"Name": "example.com"}
