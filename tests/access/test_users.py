"""Whatever kind uses something: its role may do that alone, and only its service may take the role."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from tests.access.account import OTHER_ACCOUNT, Account, account_of, stranger
from tests.access.decision import Caller, Decision, Request, Resource, decide
from tests.access.physical import ACCOUNT, Deployed
from tests.access.statements import policy
from tests.goldens.round_trip import followed
from tests.kinds.building import roots

TABLE: Mapping[str, Json] = yaml.safe_load((Path(__file__).parent / "users.yaml").read_text(encoding="utf-8"))
each_kind = pytest.mark.parametrize("section", TABLE)
USED = {
    "queues": {"jobs": {}, "other": {}},
    "tables": {"orders": {"key": "id"}, "other": {"key": "id"}},
    "secrets": {"token": {}, "other": {}},
}
THROUGH = {"kms:ViaService": ("secretsmanager.us-east-1.amazonaws.com",)}
SAYS = {
    "aws:SourceAccount": OTHER_ACCOUNT,
    "aws:SourceArn": f"arn:aws:states:us-east-1:{OTHER_ACCOUNT}:stateMachine:user",
}


@functools.cache
def account(section: str) -> Account:
    spec = {"platform": "demo", "environments": {"dev": {"posture": "production"}}, **USED, **TABLE[section]["spec"]}
    return account_of(Deployed(followed(roots(json.dumps(spec)))))


def may(
    who: Caller, action: str, where: Account, arn: str, context: Mapping[str, tuple[str, ...]] | None = None
) -> bool:
    return decide(Request(who, action, where.resource(arn, action), context or {})) is Decision.ALLOWED


def arns(where: Account, name: str) -> tuple[str, str, str]:
    """A queue, a table and a secret."""
    queue, table, secret = ("Jobs", "Orders", "Token") if name == "used" else ("Other", "Other", "Other")
    read = where.deployed.read
    return read(f"{queue}Queue", "Arn"), read(f"{table}Table", "Arn"), read(f"{secret}Secret")


def test_every_kind_that_uses_others_is_in_the_table() -> None:
    assert set(TABLE) == {section for section, kind in load_schema().kinds.items() if "uses" in kind["properties"]}


@each_kind
def test_its_role_may_do_what_it_uses_and_nothing_to_others(section: str) -> None:
    where = account(section)
    role = where.role(TABLE[section]["role"])
    for name, allowed in (("used", True), ("other", False)):
        queue, table, secret = arns(where, name)
        assert may(role, "sqs:SendMessage", where, queue) is allowed
        assert may(role, "dynamodb:GetItem", where, table) is allowed
        assert may(role, "secretsmanager:GetSecretValue", where, secret) is allowed
        assert not may(role, "sqs:ReceiveMessage", where, queue)
        assert not may(role, "sqs:DeleteQueue", where, queue)
        assert not may(role, "dynamodb:PutItem", where, table)
        assert not may(role, "secretsmanager:PutSecretValue", where, secret)
    assert may(role, "kms:Decrypt", where, where.deployed.read("PlatformKey", "Arn"), THROUGH)


@each_kind
def test_only_its_service_may_take_the_role(section: str) -> None:
    where, about = account(section), TABLE[section]
    arn, action = where.deployed.read(about["role"], "Arn"), about.get("action", "sts:AssumeRole")
    says = {key: (value,) for key, value in about.get("says", {}).items()}
    assert may(Caller(about["service"]), action, where, arn, says)
    assert not may(Caller("ssm.amazonaws.com"), action, where, arn, says)
    assert not may(stranger(), action, where, arn, says)
    assert not may(where.role(about["role"]), action, where, arn, says)
    for key in says:
        other = (SAYS.get(key, "other"),)
        assert not may(Caller(about["service"]), action, where, arn, {**says, key: other}), key


@pytest.mark.parametrize("section", [name for name, about in TABLE.items() if "agent" in about])
def test_the_agent_of_a_task_reads_its_secrets_alone(section: str) -> None:
    where = account(section)
    agent = where.role(TABLE[section]["agent"])
    (queue, table, secret), (*_, other) = arns(where, "used"), arns(where, "other")
    assert may(agent, "secretsmanager:GetSecretValue", where, secret)
    assert may(agent, "kms:Decrypt", where, where.deployed.read("PlatformKey", "Arn"), THROUGH)
    assert not may(agent, "secretsmanager:GetSecretValue", where, other)
    assert not may(agent, "sqs:SendMessage", where, queue)
    assert not may(agent, "dynamodb:GetItem", where, table)


def test_a_boundary_is_the_most_that_a_role_may() -> None:
    """The text of a boundary is the account's; the evaluator takes it from there, and refuses to guess it."""
    where = account("roles")
    role = where.role("UserRole")
    queue, table, _ = arns(where, "used")
    boundary = {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    bound = Caller(role.arn, role.policies, (policy(boundary),))
    assert may(bound, "sqs:SendMessage", where, queue)
    assert not may(bound, "dynamodb:GetItem", where, table)


def test_the_code_of_a_function_in_the_network_makes_no_network_interfaces() -> None:
    """Lambda makes them with the function's role, so that the role is allowed what its code is denied."""
    spec = {"platform": "demo", "environments": {"dev": {"posture": "production"}}, "network": {}}
    inside = {"user": {"runtime": "python3.13", "code": "c", "handler": "a.b", "network": "always"}}
    where = account_of(Deployed(followed(roots(json.dumps({**spec, "functions": inside})))))
    role = where.role("UserFunctionRole")
    code = {"lambda:SourceFunctionArn": (where.deployed.read("UserFunction", "Arn"),)}
    everything = Resource("*", ACCOUNT)
    for action in ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"):
        assert decide(Request(role, action, everything)) is Decision.ALLOWED
        assert decide(Request(role, action, everything, code)) is Decision.REFUSED
