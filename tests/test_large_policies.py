"""Policies that are too large for a role: managed policies in their place, which together allow the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.program.large_policies import with_managed_policies
from compiler.program.policy_size import MOST_MANAGED, policy_size
from compiler.program.quota_measures import by_type, measured
from compiler.program.quotas import quotas
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.place import May
from compiler.stacks.recorded import Placing
from tests.kinds.building import compiled, resources
from tests.test_linking import flat, get

HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
FUNCTION = "runtime: python3.13, code: ./code, handler: app.handler"


def role() -> Json:
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": document(1)}]}}


def document(count: int) -> Json:
    arns = [get(f"Queue{number}", "Arn") for number in range(count)]
    one = {"Sid": "Send", "Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": arns}
    two = {"Sid": "Tell", "Effect": "Allow", "Action": ["sns:Publish"], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [one, two]}


def policy(count: int) -> Json:
    properties = {"RoleName": {"Ref": "Role"}, "PolicyName": "access", "PolicyDocument": document(count)}
    return {"Type": "AWS::IAM::RolePolicy", "Properties": properties}


def bodies(count: int) -> dict[str, Json]:
    waiting = {"Type": "AWS::Lambda::Function", "DependsOn": ["Access", "Other"], "Properties": {}}
    small = {**policy(2), "Properties": {**policy(2)["Properties"], "PolicyName": "more"}}
    return {"Role": role(), "Access": policy(count), "More": small, "Function": waiting}


def allowed(body: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for statement in body["Properties"]["PolicyDocument"]["Statement"]:
        listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        yield from ((action, str(one)) for action in statement["Action"] for one in listed)


def test_policies_that_fit_stay_as_they_are() -> None:
    program = flat(bodies(60))
    assert with_managed_policies(program.resources) == program.resources


def test_the_largest_policy_becomes_managed_ones_that_allow_the_same() -> None:
    program = flat(bodies(200))
    found = {name: one.body for name, one in with_managed_policies(program.resources).items()}
    parts = {name: body for name, body in found.items() if body["Type"] == "AWS::IAM::ManagedPolicy"}
    assert [*parts] == ["Access1", "Access2", "Access3", "Access4"]
    assert all(policy_size(body["Properties"]["PolicyDocument"]) <= MOST_MANAGED for body in parts.values())
    assert all(body["Properties"]["Roles"] == [{"Ref": "Role"}] for body in parts.values())
    assert sorted(one for body in parts.values() for one in allowed(body)) == sorted(allowed(policy(200)))
    ids = [[one["Sid"] for one in body["Properties"]["PolicyDocument"]["Statement"]] for body in parts.values()]
    assert all(len(one) == len(set(one)) for one in ids)
    assert found["Function"]["DependsOn"] == ["Other", "Access1", "Access2", "Access3", "Access4"]
    assert found["More"]["Type"] == "AWS::IAM::RolePolicy"


def test_an_inline_policy_stays_where_a_part_would_take_a_logical_id() -> None:
    program = flat({**bodies(200), "Access2": role()})
    assert with_managed_policies(program.resources) == program.resources


def using(section: str, settings: str, tables: int) -> str:
    listed = "".join(f"  t{number}: {{key: id}}\n" for number in range(tables))
    uses = ", ".join(f"t{number}: [read, write]" for number in range(tables))
    return f"{HEAD}tables:\n{listed}{section}:\n  one: {{{settings}, uses: {{{uses}}}}}\n"


def test_a_service_may_use_a_hundred_tables() -> None:
    found = resources(compiled(using("services", "image: 'web:1', port: 80", 100)))
    parts = [name for name, body in found.items() if body["Type"] == "AWS::IAM::ManagedPolicy"]
    assert len(parts) in range(2, 11)
    assert {*parts} <= {*found["OneService"]["DependsOn"]}
    assert "OneServiceAccess" not in found


def test_more_managed_policies_than_by_default_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten by default, which AWS raises to 25 on request."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(using("services", "image: 'web:1', port: 80", 300))
    (told,) = compile_spec(str(spec), (), Placing(May.ALL))[0].warnings
    assert (told.code, told.severity, told.component) == ("policy-limit", "warning", "services.one")
    assert told.message.endswith("managed policies for what it uses: AWS allows 10, and at most 25 on request")
    (quota,) = [one for one in quotas() if one.measure == "managed-policies"]
    monkeypatch.setattr("compiler.program.quotas.quotas", lambda: (replace(quota, most=11),))
    with pytest.raises(SpecError) as problem:
        compile_spec(str(spec), (), Placing(May.ALL))
    assert [one.code for one in problem.value.diagnostics] == ["policy-limit"]


def test_variables_that_lambda_has_no_room_for_are_told_at_their_function() -> None:
    compiled(using("functions", FUNCTION, 60))
    with pytest.raises(SpecError) as problem:
        compiled(using("functions", FUNCTION, 100))
    (found,) = problem.value.diagnostics
    assert (found.code, found.component) == ("environment-limit", "functions.one")
    assert "AWS allows 4,096" in found.message


def test_managed_policies_that_a_role_names_itself_count_too() -> None:
    """IAM counts all that are attached: ten unless the quota is raised."""
    named = ["arn:aws:iam::aws:policy/One", "arn:aws:iam::aws:policy/Two"]
    attached = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": {}}}
    own = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": named}}}
    parts = {**own, **{f"Part{number}": attached for number in range(9)}}
    assert dict(measured("managed-policies", by_type(flat(parts).resources))) == {"Part8": 11}
    assert dict(measured("managed-policies", by_type(flat({"Part": attached}).resources))) == {"Part": 1}
