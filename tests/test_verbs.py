"""Each verb lets its user do exactly what the table `tests/kinds/verbs.yaml` allows, and nothing that it denies."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from compiler.language.schema import load_schema
from compiler.program.glue import access_policy, has_grants
from compiler.source.json_value import Json
from tests.actions import services, takes_a_resource
from tests.kinds.building import compiled as whole
from tests.kinds.building import platform

TABLE = yaml.safe_load((Path(__file__).parent / "kinds" / "verbs.yaml").read_text("utf-8"))
EVERY = TABLE.pop("every")
VERBS = {(section, verb) for section, kind in load_schema().kinds.items() for verb in kind.get("x-verbs", ())}
HEADER = {"platform": "demo", "environments": {"dev": {"posture": "production"}}}
USER = {"runtime": "python3.13", "code": "user", "handler": "app.handler"}
BOUND = {"kms": "kms:ViaService", "iam:PassRole": "iam:PassedToService"}
"""What may be allowed only through, or to, a service that the statement names."""


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    section: str
    name: str
    about: Mapping[str, Json]

    @property
    def verb(self) -> str:
        return self.name.split()[0]

    @property
    def of_kind(self) -> tuple[str, str]:
        """The verb in the schema: ``call.monitor`` is ``call`` for one entry of a setting."""
        return self.section, self.verb.partition(".")[0]


ROWS = [Row(section, name, about) for section, rows in TABLE.items() for name, about in rows.items()]
each_row = pytest.mark.parametrize("row", ROWS, ids=[f"{row.section}-{row.name.replace(' ', '-')}" for row in ROWS])


@functools.cache
def compiled(index: int) -> tuple[list[Json], set[int]]:
    """The statements of the policy of `user`, and the ports that it reaches."""
    row = ROWS[index]
    user = {**USER, "uses": {"target": row.verb}, **row.about.get("user", {})}
    sections = {**row.about["spec"], "functions": {**row.about["spec"].get("functions", {}), "user": user}}
    built = platform(json.dumps({**HEADER, **sections}))
    component = built.components["functions.user"]
    ports = {port.number for edge in built.edges_from(component) for port in built.capability(edge).ports}
    if not has_grants(built, component):
        return [], ports
    policy = access_policy(built, component).to_dict()["Properties"]["PolicyDocument"]
    return policy["Statement"], ports


def statements(row: Row) -> list[Json]:
    return compiled(ROWS.index(row))[0]


def actions(row: Row) -> set[str]:
    return {action for statement in statements(row) for action in statement["Action"]}


def test_every_verb_has_a_row_and_every_row_a_verb() -> None:
    assert {row.of_kind for row in ROWS} == VERBS
    assert all((section, verb) in {(row.section, row.name) for row in ROWS} for section, verb in VERBS)


@each_row
def test_a_verb_allows_exactly_its_actions(row: Row) -> None:
    assert actions(row) == set(row.about["allow"])


@each_row
def test_a_verb_opens_exactly_its_ports(row: Row) -> None:
    assert compiled(ROWS.index(row))[1] == set(row.about.get("ports", ()))


@each_row
def test_a_verb_allows_nothing_that_is_denied(row: Row) -> None:
    """Whether the policy's actions or the denied ones have wildcards."""
    for action in actions(row):
        for denied in (*EVERY, *row.about["deny"]):
            assert not fnmatchcase(action, denied), denied
            assert not fnmatchcase(denied, action), denied


@each_row
def test_a_verb_names_actions_and_resources_one_by_one(row: Row) -> None:
    for statement in statements(row):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action or "?" in action for action in statement["Action"])
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= set(row.about.get("anywhere", ()))


@each_row
def test_what_takes_no_resource_is_allowed_on_all(row: Row) -> None:
    held = {action for statement in statements(row) if statement["Resource"] != ["*"] for action in statement["Action"]}
    assert {action for action in held if not takes_a_resource(action)} == set()


@each_row
def test_keys_and_roles_are_bound_to_a_service(row: Row) -> None:
    for statement in statements(row):
        for action in statement["Action"]:
            bound = BOUND.get(action) or BOUND.get(action.split(":")[0])
            if bound and row.section != "keys":
                assert bound in statement["Condition"]["StringEquals"], action


def test_what_is_allowed_is_not_denied_in_the_same_table() -> None:
    for row in ROWS:
        assert row.about["deny"], row
        assert not {*row.about["allow"]} & {*row.about["deny"]}, row


def named() -> Iterator[str]:
    yield from EVERY
    for row in ROWS:
        yield from (*row.about["allow"], *row.about["deny"], *row.about.get("anywhere", ()))


def test_every_action_in_the_table_is_one_of_aws() -> None:
    """Known are those of the policy schema that cfn-lint ships, from the Service Authorization Reference."""
    known = {service: set(actions) for service, actions in services().items()}
    for action in sorted(set(named())):
        service, name = action.lower().split(":")
        pattern = re.compile(name.replace("*", ".*"))
        assert any(pattern.fullmatch(one) for one in known[service]), action


@each_row
def test_a_step_of_a_deployment_waits_for_whatever_it_uses(row: Row) -> None:
    """Its target has a main resource to wait for, in a stack that comes first."""
    step = {**USER, "uses": {"target": row.verb}, **row.about.get("user", {}), "triggers": [{"deploy": "after"}]}
    sections = {**row.about["spec"], "functions": {**row.about["spec"].get("functions", {}), "user": step}}
    found = whole(json.dumps({**HEADER, **sections}))
    names = {name for child in found.children for name in child.body["Resources"]}
    assert "UserFunctionDeployStep" in names
