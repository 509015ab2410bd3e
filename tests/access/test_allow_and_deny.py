"""Each verb of each kind allows what its row needs on exactly that resource, and nothing else that IAM has for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from compiler.language.names import pascal
from compiler.language.schema import load_schema
from tests.access.account import EVERYTHING, OTHER_ACCOUNT, Account, stranger
from tests.access.data_access import permissions
from tests.access.decision import Caller, Decision, Request, Resource, decide
from tests.access.matching import arn_like
from tests.access.possible import possible
from tests.access.reference import action
from tests.access.statements import policy
from tests.access.table import BYSTANDER, SIBLING, Need, Row, account, rows

VERBS = {(section, verb) for section, kind in load_schema().kinds.items() for verb in kind.get("x-verbs", ())}
each_row = pytest.mark.parametrize("row", rows(), ids=[f"{row.section}-{row.name.replace(' ', '-')}" for row in rows()])
_GATEWAYS = ("s3", "dynamodb")
"""Services whose VPC endpoints have policies."""


def decision(who: Caller, need: Need, where: Account) -> Decision:
    service = need.action.split(":")[0]
    gates = tuple(where.endpoints(service)) if service in _GATEWAYS else ()
    return decide(Request(who, need.action, where.resource(need.arn, need.action), need.context, gates))


def may(who: Caller, need: Need, where: Account) -> bool:
    return decision(who, need, where) is Decision.ALLOWED


def everything(row: Row, where: Account, arns: Sequence[str]) -> Iterator[Need]:
    """Each action that IAM has for each of the ARNs, in each context in which the row's user acts at all."""
    contexts = [dict(text) for text in {tuple(need.context.items()) for need in row.needs(where)}] or [{}]
    for arn in arns:
        for name in possible(arn, row.services()):
            yield from (Need(name, arn, context) for context in contexts)


def allowed(who: Caller, row: Row, where: Account, arns: Sequence[str] | None = None) -> set[tuple[str, str]]:
    """The actions that are allowed on the ARNs, those of the row's target if none are given."""
    every = everything(row, where, row.arns(where) if arns is None else arns)
    return {(need.action, need.arn) for need in every if may(who, need, where)}


def test_every_verb_has_a_row_and_every_row_a_verb() -> None:
    assert {(row.section, row.verb.partition(".")[0]) for row in rows()} == VERBS


@each_row
def test_what_is_needed_is_allowed(row: Row) -> None:
    where = account(row.section)
    user = where.role(row.role_id)
    assert [need for need in row.needs(where) if not may(user, need, where)] == []


@each_row
def test_nothing_else_is_allowed_on_the_target(row: Row) -> None:
    where = account(row.section)
    needed = {(need.action, need.arn) for need in row.needs(where)}
    assert allowed(where.role(row.role_id), row, where) == needed


@each_row
def test_each_action_and_resource_of_the_policy_is_needed(row: Row) -> None:
    """In whichever context: what no row needs stands in no statement."""
    where = account(row.section)
    needs, role = list(row.needs(where)), where.role(row.role_id).arn.split("/")[-1]
    for statement in (one for document in where.attached.get(role, ()) for one in document):
        context = [need for need in needs if statement.about(need.action, need.arn, need.lower)]
        assert set(statement.actions.texts) == {need.action for need in context}
        for text in statement.resources.texts if statement.resources else ():
            assert any(arn_like(text, need.arn) for need in context), text


@each_row
def test_nothing_is_allowed_on_a_sibling(row: Row) -> None:
    """But for what both have in common, such as the platform's key."""
    where = account(row.section)
    common = set(row.arns(where)) & set(row.arns(where, sibling=True))
    found = allowed(where.role(row.role_id), row, where, row.arns(where, sibling=True))
    assert {(name, arn) for name, arn in found if arn not in common} == set()


@each_row
def test_nothing_is_allowed_on_what_has_a_longer_name(row: Row) -> None:
    where = account(row.section)
    found = allowed(where.role(row.role_id), row, where, row.neighbours(where))
    assert found == set()


@each_row
def test_no_context_of_a_sibling_is_taken(row: Row) -> None:
    """Nor another value of what a condition asks for, nor none at all."""
    where, given = account(row.section), {key.lower() for key in row.about.get("given", ())}
    user = where.role(row.role_id)
    for need, other in zip(row.needs(where), row.needs(where, sibling=True), strict=True):
        for key, values in need.context.items():
            without: Mapping[str, tuple[str, ...]] = {name: one for name, one in need.context.items() if name != key}
            elsewhere = other.context[key] if other.context[key] != values else ("elsewhere",)
            assert not may(user, Need(need.action, need.arn, {**without, key: elsewhere}), where), (need, key)
            if key.lower() not in given:
                assert not may(user, Need(need.action, need.arn, without), where), (need, key)


@each_row
def test_an_administrative_action_is_denied(row: Row) -> None:
    where = account(row.section)
    user, arns = where.role(row.role_id), row.arns(where)
    contexts = [need.context for need in row.needs(where)] or [{}]
    for name in row.about.get("admin", ()):
        assert action(name) is not None, f"IAM has no {name}"
        assert not any(may(user, Need(name, arn, context), where) for arn in arns for context in contexts), name


@each_row
def test_another_role_and_another_account_are_denied(row: Row) -> None:
    where = account(row.section)
    bystander = where.role(f"{pascal(BYSTANDER)}FunctionRole")
    assert bystander.policies, "it has a policy of its own, for its logs"
    for who in (bystander, stranger()):
        assert allowed(who, row, where) == set(), who.arn


@pytest.mark.parametrize("row", [row for row in rows() if "data" in row.about], ids=lambda row: row.name)
def test_a_data_access_policy_lets_a_role_do_its_verb(row: Row) -> None:
    where, data = account(row.section), row.about["data"]
    user = where.role(row.role_id).arn
    collection = where.deployed.properties(data["of"])["Name"]
    assert permissions(where.deployed, user, f"index/{collection}/orders") == set(data["index"])
    assert permissions(where.deployed, user, f"collection/{collection}") == set(data["collection"])
    assert permissions(where.deployed, user, f"index/{collection}{SIBLING}/orders") == set()
    assert (
        permissions(where.deployed, where.role(f"{pascal(BYSTANDER)}FunctionRole").arn, f"index/{collection}/orders")
        == set()
    )


def test_an_administrator_of_another_account_may_everything_in_it() -> None:
    """So that what the other account is denied is denied by this one."""
    own = Resource(f"arn:aws:sqs:us-east-1:{OTHER_ACCOUNT}:jobs", OTHER_ACCOUNT)
    assert decide(Request(stranger(), "sqs:SendMessage", own)) is Decision.ALLOWED


WIDER = [
    {"Action": "sqs:*", "Resource": "{TargetQueue.Arn}"},
    {"Action": "sqs:PurgeQueue", "Resource": "*"},
    {"Action": "kms:Decrypt", "Resource": "*"},
    {"Action": "kms:Encrypt", "Resource": "{PlatformKey.Arn}"},
    {"Action": "sqs:SendMessage", "Resource": "{TargetQueueDeadLetter.Arn}"},
]


@pytest.mark.parametrize("statement", WIDER, ids=lambda one: f"{one['Action']} on {one['Resource']}")
def test_a_policy_that_is_too_wide_is_noticed(statement: Mapping[str, str]) -> None:
    row = next(row for row in rows() if (row.section, row.name) == ("queues", "send"))
    where = account("queues")
    user = where.role(row.role_id)
    named = {
        f"{{{name}.Arn}}": where.deployed.read(name, "Arn")
        for name in ("TargetQueue", "TargetQueueDeadLetter", "PlatformKey")
    }
    more = {"Effect": "Allow", **statement, "Resource": named.get(statement["Resource"], statement["Resource"])}
    wider = Caller(user.arn, (*user.policies, policy({"Statement": [more]})))
    too_much = allowed(wider, row, where) - {(need.action, need.arn) for need in row.needs(where)}
    loose = [need for need in row.needs(where) if need.context and may(wider, Need(need.action, need.arn, {}), where)]
    assert too_much or loose


def test_a_key_refuses_grants_to_roles_whatever_their_policies_allow() -> None:
    """AWS Control Tower CT.KMS.PR.3: only services make grants of a key."""
    where = account("queues")
    key = where.deployed.read("PlatformKey", "Arn")
    administrator = Caller(where.role("BystanderFunctionRole").arn, (EVERYTHING,))
    assert decision(administrator, Need("kms:CreateGrant", key, {}), where) is Decision.REFUSED
    assert decision(administrator, Need("kms:DescribeKey", key, {}), where) is Decision.ALLOWED
