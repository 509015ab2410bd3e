"""Roles: whom they trust, what they may do, and that nobody trusts everybody."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}")))


def trust(settings: str) -> list[Json]:
    body = built(f"roles: {{app: {{trusted: {settings}}}}}")["AppRole"]
    found: list[Json] = body["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    return found


def test_a_service_that_says_its_account_must_be_of_this_one() -> None:
    ec2, states = trust("{services: [states.amazonaws.com, ec2.amazonaws.com]}")
    assert ec2["Principal"] == {"Service": "ec2.amazonaws.com"} and "Condition" not in ec2
    assert states["Principal"] == {"Service": "states.amazonaws.com"}
    assert states["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_an_account_can_be_held_to_roles_and_an_external_id() -> None:
    whole, some = trust("{accounts: ['222222222222', {account: '333333333333', roles: [ci/a], external_id: x-1}]}")
    assert whole["Principal"] == {"AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::222222222222:root"}]}
    assert some["Principal"] == {"AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::333333333333:role/ci/a"}]}
    assert some["Condition"] == {"StringEquals": {"sts:ExternalId": "x-1"}}


def test_tokens_are_held_to_audience_and_subject() -> None:
    (exact,) = trust("{oidc: [{subjects: ['repo:acme/shop:environment:prod']}]}")
    host = "token.actions.githubusercontent.com"
    assert exact["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert exact["Principal"]["Federated"]["Fn::Sub"].endswith(f":oidc-provider/{host}")
    assert exact["Condition"] == {
        "StringEquals": {f"{host}:aud": "sts.amazonaws.com", f"{host}:sub": ["repo:acme/shop:environment:prod"]}
    }
    (pattern,) = trust("{oidc: [{subjects: ['repo:acme/*']}]}")
    assert pattern["Condition"]["StringLike"] == {f"{host}:sub": ["repo:acme/*"]}


def test_a_role_may_do_what_it_uses_and_no_more() -> None:
    text = (
        "queues: {jobs: {}, others: {}}\nroles: {app: {trusted: {services: [ec2.amazonaws.com]}, uses: {jobs: send}}}"
    )
    found = built(text)
    policy = found["AppRoleAccess"]["Properties"]
    assert policy["RoleName"] == {"Ref": "AppRole"}
    assert "JobsQueue" in str(policy) and "OthersQueue" not in str(policy)
    assert "Policies" not in found["AppRole"]["Properties"]
    assert "ManagedPolicyArns" not in found["AppRole"]["Properties"]


def test_a_role_without_uses_may_do_nothing() -> None:
    found = built("roles: {app: {trusted: {services: [ec2.amazonaws.com]}}}")
    assert {name for name in found if name.startswith("App")} == {"AppRole"}


def test_a_role_may_write_to_its_own_log_group_only() -> None:
    found = built("roles: {app: {trusted: {services: [ec2.amazonaws.com]}, logs: {days: 14}}}")
    (policy,) = found["AppRole"]["Properties"]["Policies"]
    (write,) = policy["PolicyDocument"]["Statement"]
    assert write["Resource"] == [{"Fn::GetAtt": ["AppRoleLogGroup", "Arn"]}]
    assert found["AppRoleLogGroup"]["Properties"]["RetentionInDays"] == 14


def test_an_instance_profile_holds_the_role() -> None:
    found = built("roles: {app: {trusted: {services: [ec2.amazonaws.com]}, instance_profile: true, session_hours: 2}}")
    assert found["AppRoleInstanceProfile"]["Properties"] == {"Roles": [{"Ref": "AppRole"}]}
    assert found["AppRole"]["Properties"]["MaxSessionDuration"] == 7200


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("trusted: {services: ['*']}", "bad-value"),
        ("trusted: {accounts: ['*']}", "bad-value"),
        ("trusted: {accounts: [{account: '222222222222', roles: ['*']}]}", "bad-value"),
        ("trusted: {oidc: [{subjects: ['*']}]}", "open-trust"),
        ("trusted: {oidc: [{subjects: ['repo:*']}]}", "open-trust"),
        ("trusted: {oidc: [{subjects: ['repo:acme*']}]}", "open-trust"),
        ("trusted: {oidc: [{subjects: ['repo:a?me/shop:*']}]}", "open-trust"),
        ("trusted: {oidc: [{provider: gitlab.com, subjects: ['*']}]}", "open-trust"),
        ("trusted: {oidc: [{audience: '*', subjects: ['repo:acme/shop:*']}]}", "bad-value"),
        ("trusted: {}", "out-of-range"),
        ("trusted: {services: []}", "missing-property"),
        ("trusted: {accounts: ['222222222222', '222222222222']}", "duplicate-value"),
        ("trusted: {services: [lambda.amazonaws.com]}, instance_profile: true", "unused-setting"),
        ("trusted: {services: [ec2.amazonaws.com]}, session_hours: 13", "out-of-range"),
        ("description: nobody", "missing-property"),
        ("trusted: {services: [ec2.amazonaws.com]}, logs: {name: /a}", "claimed-name"),
    ],
)
def test_what_a_role_can_not_be(settings: str, code: str) -> None:
    other = "functions: {job: {runtime: python3.13, code: job, handler: a.b, logs: {name: /a}}}"
    assert {one.code for one in faults(f"{HEAD}roles: {{app: {{{settings}}}}}\n{other}")} == {code}


def test_two_roles_have_no_log_group_together() -> None:
    one = "{trusted: {services: [ec2.amazonaws.com]}, logs: {name: /a}}"
    assert {fault.code for fault in faults(f"{HEAD}roles: {{app: {one}, other: {one}}}")} == {"claimed-name"}


def test_a_boundary_is_a_policy_whatever_a_variable_makes_of_it() -> None:
    text = HEAD + "roles: {ci: {trusted: {services: [ec2.amazonaws.com]}, boundary: %s}}\n"
    assert {one.code for one in faults(text % "'${region}'")} == {"bad-value"}
    assert faults(text % "'arn:aws:iam::aws:policy/${env}'") == ()
