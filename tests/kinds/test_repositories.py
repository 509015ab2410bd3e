"""Repositories: who may push and pull, and what becomes of images."""

from __future__ import annotations

import json

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
WRITES = {"ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"}
ARN = {"Ref": "AppRepositoryArn"}


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def repository(settings: str, environment: str = "dev") -> dict[str, Json]:
    body: dict[str, Json] = built(f"repositories: {{app: {settings}}}", environment)["AppRepository"]
    return body


def access(verb: str) -> list[Json]:
    text = f"repositories: {{app: {{}}, other: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{app: {verb}}}}}}}"
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize(("verb", "writes"), [("push", WRITES), ("pull", set())])
def test_a_verb_allows_its_actions_on_that_repository(verb: str, writes: set[str]) -> None:
    sign_in, images = access(verb)
    assert (sign_in["Action"], sign_in["Resource"]) == (["ecr:GetAuthorizationToken"], ["*"])
    assert (set(images["Action"]), images["Resource"]) == ({*PULL, *writes}, [ARN])


@pytest.mark.parametrize("verb", ["push", "pull"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = access(verb)
    assert len(found) == 2
    assert not any("*" in action for one in found for action in one["Action"])
    assert not any("Delete" in action for one in found for action in one["Action"])
    assert "OtherRepository" not in str(found)


def test_the_agent_of_a_service_may_fetch_its_image() -> None:
    found = built("repositories: {app: {}}\nservices: {web: {image: '${app.uri}:1', uses: {app: pull}}}")
    (container,) = found["WebServiceTaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert container["Image"] == {"Fn::Sub": "${AppRepositoryRepositoryUri}:1"}
    policies = found["WebServiceExecutionRole"]["Properties"]["Policies"]
    statements = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    assert [one["Resource"] for one in statements if one["Action"] == PULL] == [[ARN]]


def test_a_repository_is_encrypted_scanned_and_keeps_its_tags() -> None:
    properties = repository("{}")["Properties"]
    assert properties["EncryptionConfiguration"] == {"EncryptionType": "KMS", "KmsKey": {"Ref": "PlatformKeyArn"}}
    assert properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert properties["ImageTagMutability"] == "IMMUTABLE"


def test_only_tags_that_are_named_may_move() -> None:
    properties = repository("{mutable_tags: [latest]}")["Properties"]
    assert properties["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    (tag,) = properties["ImageTagMutabilityExclusionFilters"]
    assert tag["ImageTagMutabilityExclusionFilterValue"] == "latest"


def test_old_images_go() -> None:
    text = repository("{keep_images: 5, untagged_days: 2}")["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"]
    untagged, newest = json.loads(text)["rules"]
    assert (untagged["selection"]["tagStatus"], untagged["selection"]["countNumber"]) == ("untagged", 2)
    assert (newest["selection"]["tagStatus"], newest["selection"]["countNumber"]) == ("any", 5)
    assert newest["rulePriority"] > untagged["rulePriority"]


def test_images_are_deleted_with_a_repository_in_development_only() -> None:
    dev, prod = repository("{}"), repository("{}", "prod")
    assert (dev["DeletionPolicy"], dev["Properties"]["EmptyOnDelete"]) == ("Delete", True)
    assert (prod["DeletionPolicy"], prod["Properties"]["EmptyOnDelete"]) == ("Retain", False)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{keep_images: 0}", "out-of-range"),
        ("{mutable_tags: ['a b']}", "bad-value"),
        ("{keep: snapshot}", "not-allowed"),
    ],
)
def test_what_a_repository_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}repositories: {{app: {settings}}}")} == {code}


@pytest.mark.parametrize(
    ("verb", "git"), [("pull", ["codecommit:GitPull"]), ("push", ["codecommit:GitPull", "codecommit:GitPush"])]
)
def test_code_is_pulled_and_pushed_with_the_platforms_key(verb: str, git: list[str]) -> None:
    text = f"repositories: {{app: {{content: code}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{app: {verb}}}}}}}"
    found = built(text)
    code, key = found["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert code["Action"] == ["codecommit:GetRepository", *git]
    assert code["Resource"] == [{"Ref": "AppRepositoryCodeArn"}]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "codecommit.us-east-1.amazonaws.com"}}
    about = found["AppRepositoryCode"]["Properties"]
    assert (about["RepositoryName"], about["KmsKeyId"]) == ("demo-dev-app", {"Ref": "PlatformKeyArn"})


def test_code_has_no_images() -> None:
    assert [one.code for one in faults(f"{HEAD}repositories: {{app: {{content: code, mutable_tags: [x]}}}}\n")] == [
        "unused-setting"
    ]
