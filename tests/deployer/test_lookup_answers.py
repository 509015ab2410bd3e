"""What `lookup` makes of answers of AWS that the sandbox does not give: pages, several of a name, refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from compiler.language.schema import load_schema
from compiler.meaning.lookup import existing_components
from compiler.pipeline import resolved_spec
from compiler.source.json_value import Json
from deployer.errors import DeployError
from deployer.finder import finder_of
from deployer.finders.domains import certificates, zone
from deployer.finders.filesystems import access_points
from deployer.lookup import attribute_changes, look_up
from deployer.question import Question, Unfound
from deployer.session import Aws

SCHEMA = load_schema()
HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
ACCOUNT = "222222222222"
Answers = Mapping[str, list[tuple[str, Json]]]
"""Service → operations with their answers; a text in place of an answer is the code of an error."""


@contextmanager
def scripted(answers: Answers) -> Iterator[Aws]:
    """An account that gives these answers, in this order."""
    session = boto3.Session("x", "x", region_name="us-east-1")
    clients: dict[str, Json] = {name: session.client(name) for name in {*answers, "s3"}}
    with ExitStack() as stack:
        for name, given in answers.items():
            stubber = stack.enter_context(Stubber(clients[name]))
            for operation, answer in given:
                if isinstance(answer, str):
                    stubber.add_client_error(operation, answer)
                else:
                    stubber.add_response(operation, answer)
        cloudformation = session.client("cloudformation")
        yield Aws(cloudformation, clients["s3"], ACCOUNT, "us-east-1", "", "", 0.0, lambda name, _: clients[name])


def found(folder: Path, text: str, answers: Answers) -> dict[str, Json]:
    """What is found of the first existing resource in a spec."""
    spec = folder / "spec.yaml"
    spec.write_text(HEAD + text)
    component = next(existing_components(resolved_spec(str(spec), "dev")[0], SCHEMA))
    with scripted(answers) as aws:
        form = SCHEMA.kinds[component.section]["x-existing"].get("arn", "")
        find = finder_of(component.section)
        assert find is not None
        words = find(Question(component, aws, form))
    return {word: value for word, value in words.items() if value}


DATABASE = "databases: {main: {engine: postgres, existing: {id: shop}}}\n"
CLUSTER = {"DBClusterArn": "arn:aws:rds:us-east-1:222222222222:cluster:shop", "Endpoint": "w", "Port": 5432}
GROUPS = [{"VpcSecurityGroupId": "sg-10000000"}, {"VpcSecurityGroupId": "sg-20000000"}]
SECRET = {"MasterUserSecret": {"SecretArn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds-AbCdEf"}}
NO_INSTANCE = ("describe_db_instances", "DBInstanceNotFound")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([("describe_db_clusters", {"DBClusters": [CLUSTER]}), NO_INSTANCE], "RDS does not manage its password"),
        (
            [("describe_db_clusters", {"DBClusters": [CLUSTER | SECRET | {"VpcSecurityGroups": GROUPS}]}), NO_INSTANCE],
            "it has the security groups sg-10000000, sg-20000000: set one",
        ),
        (
            [
                ("describe_db_clusters", {"DBClusters": [CLUSTER]}),
                ("describe_db_instances", {"DBInstances": [{"DBInstanceIdentifier": "shop"}]}),
            ],
            "a cluster and an instance are called 'shop'",
        ),
        (
            [
                ("describe_db_clusters", "DBClusterNotFoundFault"),
                (
                    "describe_db_instances",
                    {"DBInstances": [{"DBInstanceIdentifier": "shop", "DBClusterIdentifier": "all"}]},
                ),
            ],
            "'shop' is a member of the cluster 'all'",
        ),
        ([("describe_db_clusters", "DBClusterNotFoundFault"), NO_INSTANCE], "there is no database 'shop'"),
    ],
)
def test_databases_of_which_not_all_is_told(tmp_path: Path, answers: list[tuple[str, Json]], told: str) -> None:
    with pytest.raises(Unfound) as caught:
        found(tmp_path, DATABASE, {"rds": answers})
    assert str(caught.value).startswith(told)


def test_an_instance_and_the_key_of_its_secret(tmp_path: Path) -> None:
    instance = {
        "DBInstanceArn": "arn:aws:rds:us-east-1:222222222222:db:shop",
        "Endpoint": {"Address": "shop.x", "Port": 5432},
        "VpcSecurityGroups": GROUPS[:1],
        **SECRET,
    }
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
    about = {"KeyId": "k", "Arn": key, "KeyManager": "CUSTOMER"}
    answers: Answers = {
        "rds": [
            ("describe_db_clusters", "DBClusterNotFoundFault"),
            ("describe_db_instances", {"DBInstances": [instance]}),
        ],
        "secretsmanager": [("describe_secret", {"KmsKeyId": key})],
        "kms": [("describe_key", {"KeyMetadata": about})],
    }
    assert found(tmp_path, DATABASE, answers) == {
        "id": instance["DBInstanceArn"],
        "host": "shop.x",
        "secret": SECRET["MasterUserSecret"]["SecretArn"],
        "key": key,
        "security_group": "sg-10000000",
    }


CACHE = (
    "caches: {main: {engine: valkey, existing: {id: shop, user: app, "
    "secret: 'arn:aws:secretsmanager:us-east-1:333333333333:secret:s-AbCdEf'}}}\n"
)


def test_a_memcached_cluster(tmp_path: Path) -> None:
    text = "caches: {main: {engine: memcached, existing: {id: shop}}}\n"
    groups = [{"SecurityGroupId": "sg-10000000"}]
    endpoint = {"Address": "all.cfg.x", "Port": 11211}
    cluster = {"TransitEncryptionEnabled": True, "ConfigurationEndpoint": endpoint, "SecurityGroups": groups}
    answers = {"elasticache": [("describe_cache_clusters", {"CacheClusters": [cluster]})]}
    assert found(tmp_path, text, answers) == {"host": "all.cfg.x", "security_group": "sg-10000000"}


def test_caches_of_each_sort(tmp_path: Path) -> None:
    none = ("describe_serverless_caches", "ServerlessCacheNotFoundFault")
    group = {"TransitEncryptionEnabled": True, "ConfigurationEndpoint": {"Address": "all.x", "Port": 6379}}
    serverless = {"Endpoint": {"Address": "one.x", "Port": 6379}, "SecurityGroupIds": ["sg-10000000"]}
    assert found(
        tmp_path, CACHE, {"elasticache": [("describe_replication_groups", {"ReplicationGroups": [group]}), none]}
    ) == {"host": "all.x"}
    answers = [
        ("describe_replication_groups", "ReplicationGroupNotFoundFault"),
        ("describe_serverless_caches", {"ServerlessCaches": [serverless]}),
    ]
    assert found(tmp_path, CACHE, {"elasticache": answers}) == {
        "host": "one.x",
        "security_group": "sg-10000000",
    }
    plain = ("describe_replication_groups", {"ReplicationGroups": [{"TransitEncryptionEnabled": False}]})
    with pytest.raises(Unfound, match="no encryption in transit"):
        found(tmp_path, CACHE, {"elasticache": [plain, none]})


def test_answers_that_come_in_pages_are_read_to_their_end(tmp_path: Path) -> None:
    def page(number: int, more: bool) -> Json:
        own = {"Id": f"/hostedzone/Z{number}", "Name": f"z{number}.example.com.", "CallerReference": "x"}
        rest = {"NextMarker": "m"} if more else {}
        return {"HostedZones": [own], "IsTruncated": more, "Marker": "", "MaxItems": "1", **rest}

    text = "domains: {site: {domain: z2.example.com, existing: {}}}\n"
    zones = [("list_hosted_zones", page(1, True)), ("list_hosted_zones", page(2, False))]
    lists = [
        ("list_certificates", {"CertificateSummaryList": [], "NextToken": "n"}),
        (
            "list_certificates",
            {"CertificateSummaryList": [{"CertificateArn": "a" * 20, "DomainName": "*.example.com"}]},
        ),
    ]
    assert found(tmp_path, text, {"route53": zones, "acm": lists}) == {"zone": "Z2", "certificate": "a" * 20}


BUCKET = "buckets: {media: {existing: shop-media}}\n"
DENIED = ("get_bucket_encryption", "AccessDenied")


def test_a_bucket_that_refuses_is_anothers_or_ends_the_lookup(tmp_path: Path) -> None:
    others: Answers = {"s3": [DENIED, ("list_buckets", {"Buckets": [{"Name": "mine"}]})]}
    assert found(tmp_path, BUCKET, others) == {}
    document = resolved_spec(str(tmp_path / "spec.yaml"), "dev")[0]
    with (
        scripted({"s3": [DENIED, ("list_buckets", {"Buckets": [{"Name": "shop-media"}]})]}) as aws,
        pytest.raises(DeployError, match=r"permission denied while looking up buckets\.media") as caught,
    ):
        look_up(document, SCHEMA, aws)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"KeyManager": "AWS", "KeyState": "Enabled"}, "is an AWS managed key"),
        ({"KeyManager": "CUSTOMER", "KeyState": "PendingDeletion"}, "the key is PendingDeletion"),
    ],
)
def test_keys_that_nobody_can_use(tmp_path: Path, about: dict[str, str], told: str) -> None:
    answers: Answers = {"kms": [("describe_key", {"KeyMetadata": {"KeyId": "k", **about}})]}
    with pytest.raises(Unfound, match=told):
        found(tmp_path, "keys: {signing: {existing: alias/shop}}\n", answers)


def test_an_id_that_only_the_deployment_knows_is_told(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(
        HEAD + "queues: {jobs: {}}\ndomains: {site: {domain: '${jobs.name}', existing: {}}}\n"
    )
    document = resolved_spec(str(tmp_path / "spec.yaml"), "dev")[0]
    with scripted({}) as aws, pytest.raises(DeployError, match="known only after deployment"):
        look_up(document, SCHEMA, aws)


PUBLIC = {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": False}}


@pytest.mark.parametrize(
    ("zones", "answer"),
    [
        ([PUBLIC], "Z1"),
        ([PUBLIC, PUBLIC | {"Id": "/hostedzone/Z2", "Name": "api.example.com."}], "Z2"),
        ([PUBLIC, PUBLIC | {"Id": "/hostedzone/Z2", "Config": {"PrivateZone": True}}], "Z1"),
        ([PUBLIC, PUBLIC | {"Id": "/hostedzone/Z2"}], "there are 2 public zones 'example.com' (Z1, Z2)"),
        ([PUBLIC | {"Name": "ample.com."}], "there is no public zone for 'api.example.com'"),
    ],
)
def test_which_zone_is_a_domains(zones: list[Json], answer: str) -> None:
    try:
        assert zone("api.example.com", zones) == answer
    except Unfound as fault:
        assert str(fault).startswith(answer)


def test_a_certificate_with_the_name_itself_goes_before_one_with_a_star() -> None:
    known = [("star", ["*.example.com"]), ("own", ["a.example.com", "www.example.com"]), ("top", ["example.com"])]
    assert certificates("www.example.com", known) == ["own"]
    assert certificates("api.example.com", known) == ["star"]
    assert certificates("x.api.example.com", known) == []
    assert certificates("example.com", known) == ["top"]


def test_access_points_have_a_word_each() -> None:
    def point(name: str, path: str, number: int, state: str = "available") -> Json:
        about = {"AccessPointId": f"fsap-{number}0000000", "RootDirectory": {"Path": path}, "LifeCycleState": state}
        return about | ({"Name": name} if name else {})

    points = [
        point("Shop Media", "/x", 1),
        point("", "/shop/uploads/", 2),
        point("", "/", 3),
        point("", "/a/same", 4),
        point("same", "/b", 5),
        point("gone", "/gone", 6, "deleting"),
    ]
    assert access_points(points) == {
        "shop-media": "fsap-10000000",
        "uploads": "fsap-20000000",
        "fsap-30000000": "fsap-30000000",
        "fsap-40000000": "fsap-40000000",
        "fsap-50000000": "fsap-50000000",
    }


def test_differences_name_component_and_word() -> None:
    before, after = {"network.cidr": "a", "queues.jobs.key": "k"}, {"network.cidr": "b", "queues.mails.key": "m"}
    assert [
        (one["component"], one["word"], one["before"], one["after"]) for one in attribute_changes(before, after)
    ] == [
        ("network", "cidr", "a", "b"),
        ("queues.jobs", "key", "k", None),
        ("queues.mails", "key", None, "m"),
    ]
