"""What exists in another account is used as far as both accounts allow it, and its key with it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from compiler.source.json_value import Json
from tests.access.account import account_of
from tests.access.decision import Caller, Decision, Request, Resource, decide
from tests.access.physical import ACCOUNT, Deployed
from tests.access.statements import Policy, policy
from tests.goldens.round_trip import followed
from tests.kinds.building import roots

TABLE = yaml.safe_load((Path(__file__).parent / "imported.yaml").read_text(encoding="utf-8"))
THEIRS = "333333333333"
KEY = f"arn:aws:kms:us-east-1:{THEIRS}:key/12345678-1234-1234-1234-123456789012"
each_section = pytest.mark.parametrize("section", TABLE)
LETS_IN = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "*", "Resource": "*"}
OPEN, SHUT = policy({"Statement": [LETS_IN]}), policy({"Statement": []})


@functools.cache
def user(section: str) -> Caller:
    about = TABLE[section]
    function = {"runtime": "python3.13", "code": "c", "handler": "a.b", "uses": {"theirs": about["verb"]}}
    header = {"platform": "demo", "environments": {"dev": {"posture": "production"}}}
    sections = {"functions": {}, section: {"theirs": about["spec"]}}
    sections["functions"] |= {"user": function}
    spec = {**header, **sections}
    return account_of(Deployed(followed(roots(json.dumps(spec))))).role("UserFunctionRole")


def may(who: Caller, actions: list[str], resource: Resource, context: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {name for name in actions if decide(Request(who, name, resource, context)) is Decision.ALLOWED}


def theirs(arn: str, own: Policy, closed: bool = False) -> Resource:
    return Resource(arn, THEIRS, own, closed)


@each_section
def test_both_accounts_have_to_allow(section: str) -> None:
    about: Mapping[str, Json] = TABLE[section]
    actions = about["actions"]
    assert may(user(section), actions, theirs(about["of"], OPEN), {}) == set(actions)
    assert may(user(section), actions, theirs(about["of"], SHUT), {}) == set()
    assert may(user(section), actions, theirs(about["sibling"], OPEN), {}) == set()
    assert may(Caller(user(section).arn), actions, theirs(about["of"], OPEN), {}) == set()


@pytest.mark.parametrize("section", [section for section, about in TABLE.items() if "key" in about])
def test_their_key_is_used_through_the_service_alone(section: str) -> None:
    about: Mapping[str, Json] = TABLE[section]
    via = {"kms:ViaService": (about["via"],)}
    every = [*about["key"], "kms:CreateGrant", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"]
    assert may(user(section), every, theirs(KEY, OPEN, closed=True), via) == set(about["key"])
    assert may(user(section), every, theirs(KEY, SHUT, closed=True), via) == set()
    assert may(user(section), every, theirs(KEY, OPEN, closed=True), {}) == set()
    assert may(user(section), every, theirs(KEY.replace("1234", "9999"), OPEN, closed=True), via) == set()
