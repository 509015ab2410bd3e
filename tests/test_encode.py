"""Shorter ways to plain JSON and to its references give what the long ways give."""

from __future__ import annotations

import awacs.aws
import pytest
from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import AWSObject, GetAtt, Ref, Sub, Tags, encode_to_dict, iam, s3, sqs

from compiler.program.encode import alike, encoded
from compiler.program.intrinsics import compact, read_by, targets
from compiler.program.traced import TracedNumber, TracedText, origin_of
from compiler.source.json_value import Json

STATEMENT = Statement(
    Sid="Send",
    Effect=Allow,
    Principal=Principal("Service", ["sns.amazonaws.com", awacs.aws.BaseARN("iam", resource="root")]),
    Action=[Action("sqs", "SendMessage"), Action("sqs", "*")],
    Resource=[GetAtt("Jobs", "Arn"), Sub("${Jobs}-x")],
    Condition=Condition([StringEquals({"aws:SourceAccount": [Ref("AWS::AccountId")]})]),
)
POLICY = PolicyDocument(Version="2012-10-17", Statement=[STATEMENT])
OBJECTS: list[AWSObject] = [
    iam.Role("Role", AssumeRolePolicyDocument=POLICY, Policies=[iam.Policy(PolicyName="a", PolicyDocument=POLICY)]),
    sqs.Queue("Jobs", DependsOn=["Role"], RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt("Dead", "Arn"))),
    sqs.Queue("Empty"),
    s3.Bucket("Files", Tags=Tags(a="1", b=Ref("Jobs")), DeletionPolicy="Retain"),
]


@pytest.mark.parametrize("resource", OBJECTS)
def test_resources_are_encoded_as_troposphere_does(resource: AWSObject) -> None:
    assert encoded(resource) == encode_to_dict(resource)


def test_what_is_missing_is_refused_as_troposphere_does() -> None:
    incomplete = s3.Bucket("Files", LifecycleConfiguration=s3.LifecycleConfiguration())
    with pytest.raises(ValueError, match="Rules required"):
        encoded(incomplete)


def test_text_of_a_setting_stays_the_same_value() -> None:
    text = TracedText("jobs", ("queues", "jobs"))
    found = encoded(sqs.Queue("Jobs", QueueName=text))
    assert origin_of(found["Properties"]["QueueName"]) == ("queues", "jobs")


@alike
def _versions(days: object, steps: tuple[str, ...] = ()) -> s3.NoncurrentVersionExpiration:
    return s3.NoncurrentVersionExpiration(NoncurrentDays=days, **({"NewerNoncurrentVersions": 1} if steps else {}))


def test_alike_parts_are_one_and_encoded_as_any_other() -> None:
    assert _versions(1) is _versions(1) and _versions(1, ("a",)) is _versions(1, ("a",))
    assert encoded(_versions(2, ("a",))) == {"NoncurrentDays": 2, "NewerNoncurrentVersions": 1}
    assert encoded(_versions(2)) is encoded(_versions(2))


def test_what_is_written_otherwise_is_not_alike() -> None:
    assert _versions(1) is not _versions(1.0) and _versions(1) is not _versions(True)
    numbers: tuple[TracedNumber, ...] = (TracedNumber(3, ("a",)), TracedNumber(3, ("b",)))
    assert [origin_of(encoded(_versions(one))["NoncurrentDays"]) for one in numbers] == [("a",), ("b",)]
    texts = (TracedText("x", ("a",)),)
    assert _versions(1, texts) is not _versions(1, texts)


@pytest.mark.parametrize(
    "value",
    [
        {"a": {"Ref": "One"}, "b": [{"Fn::GetAtt": ["Two", "Arn"]}, {"Ref": "AWS::Region"}]},
        {"Fn::GetAtt": "Two.Endpoint.Address"},
        {"Fn::GetAtt": ["Two", "Endpoint", "Address"]},
        {"a": {"Fn::GetAtt": ["Two", "Arn"]}, "b": {"Fn::Sub": "${One}-${AWS::Region}-${!Two}"}},
        {"a": {"Fn::Sub": ["${One}-${Two}", {"Two": {"Fn::GetAtt": ["Three", "Arn"]}}]}},
        {"a": '{"Ref":"Text"}', "b": {"Ref": "One", "more": 1}},
        {"a": {"Fn::GetAtt": ["Two", {"Ref": "One"}]}, "b": {"Ref": "Größe"}},
        {"Fn::Join": ["", [{"Ref": "One"}, {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Two"}]}]}]]},
    ],
)
def test_references_are_found_in_the_text_as_in_the_value(value: Json) -> None:
    assert read_by(value, compact(value)) == frozenset(targets(value))
