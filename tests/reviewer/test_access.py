"""Policies as who may now do what on which component, and security groups as who may now reach which port."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compiler.source.json_value import Json
from tests.reviewer.pairs import policy, starts, statement, texts
from tests.reviewer.programs import resource

BUCKET = {"Fn::GetAtt": ["Media", "Arn"]}
OBJECTS = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Media}/*"}
READ = statement("s3:GetObject", [OBJECTS])
KEY = {"Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}
TLS = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
DENY = statement("s3:*", Effect="Deny", Principal="*", **TLS)


def web(*statements: Json) -> dict[str, Json]:
    """A bucket, and a policy of another component."""
    return {"Media": resource("S3::Bucket"), "Web": resource("IAM::RolePolicy", policy(*statements))}


def shared(*statements: Json) -> dict[str, Json]:
    """A bucket, and its policy."""
    document = policy(*statements) if statements else {}
    return {"Media": resource("S3::Bucket"), "Media2": resource("S3::BucketPolicy", {"Bucket": "b", **document})}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (web(READ), web(READ), []),
        (web(READ), web(READ, statement("s3:PutObject", [OBJECTS])), ["!Web: may now s3:PutObject on kind.Media"]),
        (web(READ), web(statement(["s3:GetObject"], OBJECTS)), []),
        (web(READ, statement("s3:PutObject", BUCKET)), web(READ), ["Web: may no longer s3:PutObject on kind.Media"]),
        (
            web(),
            web(statement(["s3:A", "s3:B", "s3:C", "s3:D", "s3:E"], BUCKET)),
            ["!Web: may now s3:A, s3:B, s3:C and 2 more on kind.Media"],
        ),
        (web(), web(statement("s3:GetObject", "*")), ["!Web: may now s3:GetObject on anything"]),
        (web(), web(statement("*", "*")), ["!Web: may now * on anything"]),
        (web(), web(statement("s3:GetObject", "arn:aws:s3:::x")), ["!Web: may now s3:GetObject on arn:aws:s3:::x"]),
        (web(), web({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), ["!Web: may now anything but iam:*"]),
        (web(), web(READ, statement("kms:Decrypt", "*", **KEY)), ["!Web: may now s3:GetObject on kind.Media"]),
        (web(READ | TLS), web(READ), ["!Web: may now s3:GetObject on kind.Media without a condition"]),
        (web(READ | TLS), web(READ | KEY), ["!Web: may now s3:GetObject on kind.Media under other conditions"]),
        (
            web(READ, statement("s3:GetObject", BUCKET, Effect="Deny")),
            web(READ),
            ["!Web: is no longer refused to s3:GetObject on kind.Media"],
        ),
        (
            shared(),
            shared(statement("s3:GetObject", "*", Principal="*")),
            ["!Media2: anyone may now s3:GetObject on kind.Media2"],
        ),
        (
            shared(),
            shared(statement("s3:GetObject", "*", Principal={"AWS": "arn:aws:iam::111111111111:root"})),
            ["!Media2: arn:aws:iam::111111111111:root may now s3:GetObject on kind.Media2"],
        ),
        (
            shared(),
            shared(statement("s3:PutObject", "*", Principal={"Service": "logging.s3.amazonaws.com"})),
            ["Media2: logging.s3.amazonaws.com may now s3:PutObject on kind.Media2"],
        ),
        (shared(DENY), shared(), ["!Media2: anyone is no longer refused to s3:* on kind.Media2"]),
        (shared(), shared(DENY), []),
    ],
)
def test_changes_of_policies(before: Mapping[str, Json], after: Mapping[str, Json], told: list[str]) -> None:
    assert starts(texts(before, after, "access"), told)


def test_who_may_take_a_role_is_told() -> None:
    def role(principal: str) -> dict[str, Json]:
        trust = policy(statement("sts:AssumeRole", Principal={"AWS": principal}), name="AssumeRolePolicyDocument")
        return {"Deploy": resource("IAM::Role", trust)}

    told = texts(role("arn:aws:iam::1:role/a"), role("arn:aws:iam::2:role/b"), "access")
    assert told == [
        "!Deploy: arn:aws:iam::2:role/b may now take a role of kind.Deploy",
        "Deploy: arn:aws:iam::1:role/a may no longer take a role of kind.Deploy",
    ]


def test_what_a_new_component_may_do_is_part_of_it_unless_anyone_may() -> None:
    before = {"Media": resource("S3::Bucket")}
    assert texts(before, web(READ), "access") == []
    everybody = texts(before, shared(statement("s3:GetObject", "*", Principal="*")), "access")
    assert everybody == ["!Media2: anyone may now s3:GetObject on kind.Media2"]


def test_a_function_that_anyone_may_call_is_told() -> None:
    def api(auth: str) -> dict[str, Json]:
        return {"Api": resource("Lambda::Function"), "Url": resource("Lambda::Url", {"AuthType": auth})}

    assert texts(api("AWS_IAM"), api("NONE"), "access") == ["!Url: anyone may call its URL"]
    assert texts(api("NONE"), api("AWS_IAM"), "access") == []


def ingress(**rule: Json) -> dict[str, Json]:
    rule = {"GroupId": {"Ref": "Main"}, "FromPort": 5432, "ToPort": 5432, "IpProtocol": "tcp", **rule}
    return {**groups(), "Rule": resource("EC2::SecurityGroupIngress", rule)}


def groups(**inline: Json) -> dict[str, Json]:
    return {"Main": resource("EC2::SecurityGroup", inline), "Web": resource("EC2::SecurityGroup")}


HTTPS = {"CidrIp": "0.0.0.0/0", "FromPort": 443, "ToPort": 443, "IpProtocol": "tcp"}
HTTP = {**HTTPS, "FromPort": 80, "ToPort": 80}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (groups(), ingress(CidrIp="0.0.0.0/0"), ["!Main: the internet may now reach port 5432"]),
        (groups(), ingress(CidrIpv6="::/0", ToPort=5440), ["!Main: the internet may now reach ports 5432 to 5440"]),
        (groups(), ingress(CidrIp="203.0.113.0/24"), ["Main: 203.0.113.0/24 may now reach port 5432"]),
        (groups(), ingress(CidrIp="8.8.8.0/24"), ["!Main: 8.8.8.0/24 may now reach port 5432"]),
        (groups(), ingress(CidrIp="10.0.0.0/8"), ["Main: 10.0.0.0/8 may now reach port 5432"]),
        (
            groups(),
            ingress(SourceSecurityGroupId={"Fn::GetAtt": ["Web", "GroupId"]}),
            ["Main: kind.Web may now reach port 5432"],
        ),
        (ingress(CidrIp="0.0.0.0/0"), groups(), ["Main: the internet may no longer reach port 5432"]),
        (groups(), ingress(CidrIp="0.0.0.0/0", IpProtocol="-1"), ["!Main: the internet may now reach every port"]),
        (
            groups(),
            groups(SecurityGroupIngress=[HTTPS, HTTP]),
            ["!Main: the internet may now reach port 443 and port 80"],
        ),
        (
            groups(),
            groups(SecurityGroupIngress={"Fn::If": ["Open", [HTTPS], {"Ref": "AWS::NoValue"}]}),
            ["!Main: the internet may now reach port 443"],
        ),
        (groups(), groups(SecurityGroupEgress=[HTTPS]), ["Main: may now reach the internet on port 443"]),
        (
            {"Db": resource("RDS::DBInstance", {"PubliclyAccessible": False})},
            {"Db": resource("RDS::DBInstance", {"PubliclyAccessible": True})},
            ["!Db: gets a public address"],
        ),
    ],
)
def test_changes_of_security_groups(before: Mapping[str, Json], after: Mapping[str, Json], told: list[str]) -> None:
    assert texts(before, after, "network") == told
