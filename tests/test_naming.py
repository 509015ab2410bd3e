"""`naming:` gives main resources physical names, in every environment its own, and nothing that AWS would refuse."""

from __future__ import annotations

import pytest

from compiler.language.naming import physical_name
from compiler.language.resource_types import strangers
from compiler.language.schema import load_schema
from compiler.source.interpolation import spelled
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

ENVIRONMENTS = "environments: {dev: {posture: development, account: '111111111111'}, prod: {posture: production, %s}}\n"
KINDS = {name: kind["x-physical-name"] for name, kind in load_schema().kinds.items() if "x-physical-name" in kind}


def built(text: str, environment: str = "dev", prod: str = "") -> dict[str, Json]:
    return dict(resources(compiled(f"platform: demo\n{ENVIRONMENTS % prod}{text}", environment)))


def test_cloudformation_names_things_when_nothing_is_said() -> None:
    assert "QueueName" not in built("queues: {jobs: {}}\n")["JobsQueue"]["Properties"]


def test_main_resources_have_the_name_of_the_pattern() -> None:
    text = 'naming: "${platform}-${env}-${name}"\nqueues: {jobs: {}}\nbuckets: {media: {}}\nsecrets: {api: {}}\n'
    found = built(text)
    assert found["JobsQueue"]["Properties"]["QueueName"] == "demo-dev-jobs"
    assert found["MediaBucket"]["Properties"]["BucketName"] == "demo-dev-media"
    assert found["ApiSecret"]["Properties"]["Name"] == "demo-dev-api"
    assert "QueueName" not in found["JobsQueueDeadLetter"]["Properties"]


def test_an_environment_has_its_own_pattern_or_none() -> None:
    text = 'naming: "${name}"\nqueues: {jobs: {}}\n'
    prod = 'naming: "${name}-${env}"'
    assert built(text, "dev", prod)["JobsQueue"]["Properties"]["QueueName"] == "jobs"
    assert built(text, "prod", prod)["JobsQueue"]["Properties"]["QueueName"] == "jobs-prod"
    assert "QueueName" not in built(text, "prod", "naming: null")["JobsQueue"]["Properties"]


def test_what_is_fifo_says_so_in_its_name() -> None:
    text = 'naming: "${name}"\nqueues: {jobs: {fifo: true}}\ntopics: {news: {fifo: true}, other: {}}\n'
    found = built(text, prod="account: '222222222222'")
    assert found["JobsQueue"]["Properties"]["QueueName"] == "jobs.fifo"
    assert found["NewsTopic"]["Properties"]["TopicName"] == "news.fifo"
    assert found["OtherTopic"]["Properties"]["TopicName"] == "other"


def test_raw_properties_win_over_the_pattern() -> None:
    text = 'naming: "${name}"\nqueues: {jobs: {properties: {QueueName: old-name}}}\n'
    assert built(text)["JobsQueue"]["Properties"]["QueueName"] == "old-name"


def test_a_name_that_the_component_says_itself_wins() -> None:
    kind = {"x-physical-name": {"property": "DBInstanceIdentifier", "unless": "identifier"}}
    said = {"identifier": "eeyore", "renamed_from": None}
    assert physical_name("x-name", kind, "main", said) is None
    assert physical_name("x-name", kind, "main", {**said, "identifier": None}) == "x-name"


def test_a_region_and_an_account_can_be_in_the_name() -> None:
    text = 'naming: "${account}-${region}-${name}"\nqueues: {jobs: {}}\n'
    head = "platform: demo\nenvironments: {dev: {posture: development, account: '000000000001'}}\n"
    found = resources(compiled(head + text))["JobsQueue"]["Properties"]
    assert found["QueueName"] == "000000000001-us-east-1-jobs"


@pytest.mark.parametrize("section", sorted(KINDS))
def test_the_property_is_one_that_names_the_resource(section: str) -> None:
    types = {"tables": "AWS::DynamoDB::Table", "queues": "AWS::SQS::Queue", "topics": "AWS::SNS::Topic"}
    types |= {"functions": "AWS::Lambda::Function", "secrets": "AWS::SecretsManager::Secret"}
    types |= {"buckets": "AWS::S3::Bucket", "databases": "AWS::RDS::DBInstance"}
    types |= {"workflows": "AWS::StepFunctions::StateMachine", "documents": "AWS::DocDB::DBCluster"}
    about = KINDS[section]
    assert set(about) <= {"type", "property", "most", "pattern", "expects", "suffix", "unless", "property_of"}
    assert list(strangers(types[section], {about["property"]: "x"})) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('naming: "${env}"\nqueues: {a: {}}', "bad-value"),
        ('naming: "${nam}-${name}"\nqueues: {a: {}}', "unknown-variable"),
        ('naming: "${a.arn}-${name}"\nqueues: {a: {}}', "unknown-variable"),
        ('naming: "${account}-${name}"\nqueues: {a: {}}', "unknown-variable"),
        ('naming: "${name}-${env"\nqueues: {a: {}}', "unknown-variable"),
        (f'naming: "{"x" * 79}${{name}}"\nqueues: {{jobs: {{}}}}', "physical-name"),
        ('naming: "${name}"\nbuckets: {my_media: {}}', "physical-name"),
        ('naming: "${name}."\nqueues: {jobs: {}}', "physical-name"),
        ('naming: "Demo-${name}"\ndatabases: {main: {engine: postgres, version: "16"}}', "physical-name"),
    ],
)
def test_a_name_that_can_not_be(text: str, code: str) -> None:
    found = faults(f"platform: demo\nenvironments: {{dev: {{posture: development}}}}\n{text}\n")
    assert {(one.code, one.place.line) for one in found} == {(code, 3)}


def test_the_pattern_is_shown_with_the_name_open() -> None:
    text = 'naming: "${env}-${name}"\nqueues: {jobs: {}}\n'
    document = platform(f"platform: demo\n{ENVIRONMENTS % ''}{text}").document
    assert spelled(document.data["naming"]) == "dev-${name}"
