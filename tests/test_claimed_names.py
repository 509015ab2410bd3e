"""Names that AWS knows once: no two environments in one account and no two components have the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from compiler.language.resource_types import strangers
from compiler.language.schema import load_schema
from compiler.language.unique_names import SCOPES, UNIQUE
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.json_value import Json

SHARED = "dev: {posture: development}, test: {posture: development}"
ACCOUNTS = "dev: {posture: development, account: '111111111111'}, test: {posture: development, account: '222222222222'}"
ONE_ACCOUNT = ACCOUNTS.replace("222222222222", "111111111111")
HALF = ACCOUNTS.replace(", account: '222222222222'", "")
REGIONS = SHARED.replace("test: {", "test: {region: eu-west-1, ")
PARTITIONS = SHARED.replace("test: {", "test: {region: cn-north-1, ")
LOGS = "functions: {f: {runtime: python3.13, code: ./f, handler: a.b, logs: {name: /app/f}}}\n"
NAMING = 'naming: "${platform}-${name}"\nqueues: {jobs: {}}\n'
RAW = "resources: {thing: {layer: data, Type: KIND, Properties: {SETTINGS}}}\n"
BUCKET = RAW.replace("KIND", "AWS::S3::Bucket").replace("SETTINGS", "BucketName: shop-media")
ROLE = RAW.replace("KIND", "AWS::IAM::Role").replace("SETTINGS", "RoleName: shop, AssumeRolePolicyDocument: {}")
TOPIC = RAW.replace("KIND", "AWS::SNS::Topic").replace("SETTINGS", "TopicName: shop")
ENDPOINT = RAW.replace("KIND", "AWS::SageMaker::Endpoint").replace(
    "SETTINGS", "EndpointName: shop, EndpointConfigName: shop"
)
POLICY = RAW.replace("KIND", "AWS::OpenSearchServerless::AccessPolicy").replace(
    "SETTINGS", "Type: data, Name: shop, Policy: '[]'"
)
PATCH = "queues: {jobs: {properties: {QueueName: shop-jobs}}}\n"
OVERRIDE = "queues: {jobs: {}}\noverrides: {JobsQueue: {Properties: {QueueName: shop-jobs}}}\n"


def refused(text: str, environments: str = SHARED, wanted: tuple[str, ...] = ()) -> tuple[Diagnostic, ...]:
    """What is wrong with a spec when it is compiled."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "spec.yaml")
        file.write_text(f"platform: shop\nenvironments: {{{environments}}}\n{text}", encoding="utf-8")
        try:
            compile_spec(str(file), wanted)
        except SpecError as problem:
            return problem.diagnostics
    return ()


def codes(text: str, environments: str = SHARED) -> list[tuple[str, str]]:
    return [(one.code, one.component) for one in refused(text, environments)]


@pytest.mark.parametrize(
    ("text", "environments", "component"),
    [
        (LOGS, SHARED, "functions.f"),
        (LOGS, ONE_ACCOUNT, "functions.f"),
        (LOGS, HALF, "functions.f"),
        (NAMING, SHARED, "queues.jobs"),
        (BUCKET, SHARED, "resources.thing"),
        (BUCKET, ACCOUNTS, "resources.thing"),
        (BUCKET, REGIONS, "resources.thing"),
        (ROLE, SHARED, "resources.thing"),
        (ROLE, REGIONS, "resources.thing"),
        (TOPIC, SHARED, "resources.thing"),
        (PATCH, SHARED, "queues.jobs"),
        (OVERRIDE, SHARED, "queues.jobs"),
        ("email: {post: {identity: example.com}}\n", SHARED, "email.post"),
        ("parameters: {url: {value: x, parameter_name: /shop/url}}\n", SHARED, "parameters.url"),
        ("documents: {d: {elastic: {shards: 1, capacity: 2}, identifier: shop}}\n", SHARED, "documents.d"),
        (ENDPOINT, SHARED, "resources.thing"),
        (POLICY, SHARED, "resources.thing"),
    ],
)
def test_two_environments_do_not_have_one_name(text: str, environments: str, component: str) -> None:
    (fault,) = refused(text, environments)
    assert (fault.code, fault.component) == ("claimed-name", component)
    assert "environments dev and test have" in fault.message and fault.place.line > 2


@pytest.mark.parametrize(
    ("text", "environments"),
    [
        (LOGS, ACCOUNTS),
        (LOGS, REGIONS),
        (LOGS.replace("/app/f", "'/app/${env}/f'"), SHARED),
        (NAMING, ACCOUNTS),
        (NAMING.replace("${platform}", "${env}"), SHARED),
        (BUCKET, PARTITIONS),
        (BUCKET.replace("shop-media", "'shop-${env}'"), SHARED),
        (ROLE, ACCOUNTS),
        (ROLE, PARTITIONS),
        (TOPIC, REGIONS),
        (TOPIC.replace("TopicName: shop", "DisplayName: shop"), SHARED),
        (PATCH, ACCOUNTS),
        (TOPIC.replace("TopicName: shop", "TopicName: {'Fn::Sub': '${AWS::StackName}-x'}"), SHARED),
        ("queues: {jobs: {}}\nauth: {people: {groups: [admins]}}\n", SHARED),
    ],
)
def test_names_that_aws_can_tell_apart_are_sound(text: str, environments: str) -> None:
    assert refused(text, environments) == ()


def test_both_places_are_told() -> None:
    overlay = SHARED.replace("test: {", "test: {functions: {f: {logs: {name: /b}}}, ").replace(
        "dev: {", "dev: {functions: {f: {logs: {name: /b}}}, "
    )
    first, second = refused(LOGS, overlay)
    assert first.also == (second.place,) and second.also == (first.place,)


def test_the_account_and_region_of_the_stack_are_known() -> None:
    sub = TOPIC.replace("TopicName: shop", "TopicName: {'Fn::Sub': 'shop-${AWS::Region}'}")
    assert codes(sub) == [("claimed-name", "resources.thing")]
    assert codes(sub.replace("AWS::Region", "AWS::AccountId")) == [("claimed-name", "resources.thing")]


def test_an_environment_that_is_not_wanted_is_held_against_all_the_same() -> None:
    (fault,) = refused(LOGS, SHARED, ("dev",))
    assert fault.code == "claimed-name"
    broken = SHARED.replace("test: {", "test: {functions: {f: {memory: 1}}, ")
    assert refused(LOGS, broken, ("dev",)) == ()


@pytest.mark.parametrize(
    ("text", "components"),
    [
        (
            LOGS.replace("}}}\n", "}}}\napis: {p: {logs: {name: /app/f}, routes: {GET /: f}}}\n"),
            ["functions.f", "apis.p"],
        ),
        (
            PATCH
            + TOPIC.replace("AWS::SNS::Topic", "AWS::SQS::Queue").replace("TopicName: shop", "QueueName: shop-jobs"),
            ["queues.jobs", "resources.thing"],
        ),
        ("queues: {a: {properties: {QueueName: x}}, b: {properties: {QueueName: x}}}\n", ["queues.a", "queues.b"]),
    ],
)
def test_two_components_do_not_have_one_name(text: str, components: list[str]) -> None:
    found = codes(text, "dev: {posture: development}")
    assert sorted(found) == sorted(("claimed-name", one) for one in components)


def test_what_is_there_once_without_a_name() -> None:
    text = "resources: {guard: {layer: security, Type: 'AWS::GuardDuty::Detector', Properties: {Enable: true}}}\n"
    (fault,) = refused(text)
    assert "dev and test have the GuardDuty Detector, which must be unique in an account and region" in fault.message
    assert "'only'" in fault.suggestion
    assert refused(text, REGIONS) == ()


ONCE = [
    (
        "topics: {alerts: {}}\nmonitoring: {notify: alerts, slack: {workspace: T01ABCDEFGH, channel: C01ABCDEFGH}}\n",
        "'T01ABCDEFGH C01ABCDEFGH' (Chatbot SlackChannelConfiguration), which must be unique in an account",
    ),
    (
        "recovery: {region: us-west-2, rpo: 1h, rto: 4h, images: true}\nrepositories: {app: {}}\n",
        "have the ECR ReplicationConfiguration, which must be unique in an account and region",
    ),
]


@pytest.mark.parametrize(("text", "message"), ONCE)
def test_what_an_account_takes_once(text: str, message: str) -> None:
    """Sources: aws-cloudformation/cloudformation-coverage-roadmap issue 1155; ECR user guide, private image
    replication.
    """
    (fault,) = refused(text)
    assert message in fault.message


@pytest.mark.parametrize("resource_type", sorted(UNIQUE))
def test_the_table_names_properties_of_its_types(resource_type: str) -> None:
    scope, properties = UNIQUE[resource_type]
    assert scope in SCOPES
    for way in properties:
        value: Json = "x"
        for step in reversed(way.rstrip("?").split(".")):
            value = {step: value}
        assert list(strangers(resource_type, value)) == [], way


def claims_of(about: Json) -> set[str]:
    found = {about["x-claims"]} if "x-claims" in about else set()
    below = [*about.get("properties", {}).values(), about.get("items"), about.get("additionalProperties")]
    return found.union(*(claims_of(one) for one in below if isinstance(one, dict)))


def test_every_claim_of_a_schema_is_of_a_type_in_the_table() -> None:
    schema = load_schema()
    shared = set().union(*(claims_of(one) for one in schema.base["$defs"].values()))
    claimed = shared.union(*(claims_of(kind) for kind in schema.kinds.values()))
    named = {kind["x-physical-name"]["type"] for kind in schema.kinds.values() if "x-physical-name" in kind}
    assert claimed | named <= UNIQUE.keys() and "AWS::Logs::LogGroup" in claimed


def test_validate_sees_settings_without_building_anything() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "spec.yaml")
        file.write_text(f"platform: shop\nenvironments: {{{SHARED}}}\n{LOGS}", encoding="utf-8")
        with pytest.raises(SpecError, match="claimed-name"):
            check_spec(str(file))


SLACK = "topics: {alerts: {}}\nmonitoring: {notify: alerts, slack: {workspace: T01ABCDEFGH, channel: C01ABCDEFGH}}\n"


def test_an_id_that_another_service_gives_has_no_room_for_an_environment() -> None:
    (fault,) = refused(SLACK)
    assert fault.suggestion == "set another one in each environment, or give each environment its own 'account'"
