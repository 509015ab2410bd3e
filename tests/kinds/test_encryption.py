"""The platform's key: who may use it as itself, and that only AWS services make grants."""

from __future__ import annotations

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

HEAD = "platform: demo\nenvironments: {dev: {posture: development}, prod: {posture: production}}\n"
QUEUE = "queues: {jobs: {}}\n"
ALARMS = "topics: {alerts: {email: [ops@example.com]}}\nmonitoring: {notify: alerts}\n"
SITE = "buckets: {static: {}}\ncdn: {site: {paths: {'/*': static}}}\n"


def key(text: str, environment: str = "dev") -> Json:
    return resources(compiled(HEAD + text, environment))["PlatformKey"]


def statements(text: str) -> dict[str, Json]:
    return {one["Sid"]: one for one in key(text)["Properties"]["KeyPolicy"]["Statement"]}


def test_the_key_rotates_and_outlives_production() -> None:
    assert key(QUEUE)["Properties"]["EnableKeyRotation"] is True
    assert (key(QUEUE)["DeletionPolicy"], key(QUEUE, "prod")["DeletionPolicy"]) == ("Delete", "Retain")


def test_only_services_that_are_used_stand_in_the_policy() -> None:
    always = {"AccountAdministration", "LogGroups", "GrantsOnlyForServices"}
    assert set(statements(QUEUE)) == always
    assert set(statements(QUEUE + ALARMS)) == always | {"ServiceCloudwatch"}
    assert set(statements(SITE)) == always | {"ServiceCloudfront"}


def test_nobody_but_the_account_itself_may_do_everything() -> None:
    for sid, one in statements(QUEUE + ALARMS).items():
        if one["Effect"] == "Allow" and sid != "AccountAdministration":
            assert "kms:*" not in one["Action"]
            assert set(one["Principal"]) == {"Service"}


def test_grants_are_for_services_only() -> None:
    assert statements(QUEUE)["GrantsOnlyForServices"] == {
        "Sid": "GrantsOnlyForServices",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["kms:CreateGrant"],
        "Resource": ["*"],
        "Condition": {"BoolIfExists": {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}},
    }


def test_cloudfront_only_reads_and_only_for_distributions_of_this_account() -> None:
    one = statements(SITE)["ServiceCloudfront"]
    assert one["Action"] == ["kms:Decrypt"]
    (source,) = one["Condition"]["ArnLike"].values()
    assert source == {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"}
