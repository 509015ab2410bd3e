"""What a role does for a component that a setting points at: all that it takes, there alone, and nothing else."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from compiler.source.json_value import Json
from tests.access.account import Account, account_of, stranger
from tests.access.decision import Caller, Decision, Request, decide
from tests.access.physical import ACCOUNT, Deployed
from tests.goldens.round_trip import followed
from tests.kinds.building import roots

TABLE = yaml.safe_load((Path(__file__).parent / "pointers.yaml").read_text(encoding="utf-8"))
each_row = pytest.mark.parametrize("row", TABLE["rows"].values(), ids=TABLE["rows"])
_PLACE = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
SAYS = {"aws:SourceAccount": (ACCOUNT,)}


@functools.cache
def account() -> Account:
    spec = {"platform": "demo", "environments": {"dev": {"posture": "production"}}, **TABLE["spec"]}
    return account_of(Deployed(followed(roots(json.dumps(spec)))))


def may(who: Caller, group: Mapping[str, Json], of: str, context: Mapping[str, str]) -> set[str]:
    """Those of a group's actions that are allowed."""
    arn = _PLACE.sub(lambda found: account().deployed.read(found[1], found[2] or "Ref"), group[of])
    values = {key: (value,) for key, value in context.items()}
    requests = {name: Request(who, name, account().resource(arn, name), values) for name in group["actions"]}
    return {name for name, request in requests.items() if decide(request) is Decision.ALLOWED}


@each_row
def test_its_role_may_do_all_that_it_takes(row: Mapping[str, Json]) -> None:
    role = account().role(row["role"])
    for group in row["needs"]:
        assert may(role, group, "of", group.get("with", {})) == set(group["actions"])


@each_row
def test_it_may_not_do_it_elsewhere(row: Mapping[str, Json]) -> None:
    role = account().role(row["role"])
    for group in row["needs"]:
        context = group.get("with", {})
        assert "not" not in group or may(role, group, "not", context) == set()
        assert all(may(role, group, "of", {**context, key: "another"}) == set() for key in context)
        assert may(stranger(), group, "of", context) == set()


@each_row
def test_it_has_no_action_that_nothing_takes(row: Mapping[str, Json]) -> None:
    policies = account().role(row["role"]).policies
    statements = [statement for policy in policies for statement in policy if statement.allow]
    named = {name for statement in statements for name in statement.actions.texts}
    assert named == {name for group in row["needs"] for name in group["actions"]}


@each_row
def test_its_service_alone_takes_the_role(row: Mapping[str, Json]) -> None:
    arn = account().deployed.read(row["role"], "Arn")
    resource = account().resource(arn, "sts:AssumeRole")
    for who, allowed in ((Caller(row["service"]), True), (Caller("ec2.amazonaws.com"), False), (stranger(), False)):
        answer = decide(Request(who, "sts:AssumeRole", resource, SAYS))
        assert (answer is Decision.ALLOWED) is allowed, who
