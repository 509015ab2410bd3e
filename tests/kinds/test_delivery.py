"""Delivery: who may take which role, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.kinds.building import faults, warnings
from tests.kinds.delivery_specs import BITBUCKET, ENVIRONMENT, REPOSITORY, built, role, spec

ROOT = Path(__file__).parent.parent.parent
GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
SUBJECTS = {
    "repository: acme/shop, branch: main": (GITHUB, "repo:acme/shop:ref:refs/heads/main"),
    "repository: acme/shop, branch: team/a": (GITHUB, "repo:acme/shop:ref:refs/heads/team/a"),
    "repository: acme/shop, tag: v1": (GITHUB, "repo:acme/shop:ref:refs/tags/v1"),
    "repository: acme/shop, environment: prod": (GITHUB, "repo:acme/shop:environment:prod"),
    "repository: acme/shop, pull_requests: true": (GITHUB, "repo:acme/shop:pull_request"),
    "repository: acme@1/shop@2, branch: main": (GITHUB, "repo:acme@1/shop@2:ref:refs/heads/main"),
    "provider: gitlab, repository: a/b/c, branch: main": (GITLAB, "project_path:a/b/c:ref_type:branch:ref:main"),
    "provider: gitlab, repository: a/b, tag: v1": (GITLAB, "project_path:a/b:ref_type:tag:ref:v1"),
}


@pytest.mark.parametrize("settings", SUBJECTS)
def test_exactly_one_subject_and_audience_is_trusted(settings: str) -> None:
    host, subject = SUBJECTS[settings]
    (trust,) = role(f"{settings}, may: plan")["AssumeRolePolicyDocument"]["Statement"]
    audience = "sts.amazonaws.com" if host == GITHUB else "https://gitlab.com"
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"] == {"StringEquals": {f"{host}:aud": audience, f"{host}:sub": subject}}


def test_of_bitbucket_only_the_step_is_open() -> None:
    properties = role(f"{BITBUCKET}, environment: '{ENVIRONMENT}', may: plan")
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    host = "api.bitbucket.org/2.0/workspaces/acme/x/oidc"
    assert trust["Condition"] == {
        "StringEquals": {f"{host}:aud": "ari:cloud:bitbucket::workspace/1"},
        "StringLike": {f"{host}:sub": f"{REPOSITORY}:{ENVIRONMENT}:*"},
    }


def test_a_provider_takes_the_audiences_of_its_roles() -> None:
    found = built(spec("repository: acme/shop, branch: main, audience: acme, may: plan"))
    assert found["DeliveryGithubProvider"]["Properties"] == {
        "Url": f"https://{GITHUB}",
        "ClientIdList": ["acme", "sts.amazonaws.com"],
    }


def test_an_existing_provider_is_trusted_and_not_made() -> None:
    arn = "arn:aws:iam::111111111111:oidc-provider/gitlab.example.com"
    settings = "provider: gitlab, repository: a/b, branch: main, may: plan"
    found = built(spec(settings, providers=f"{{gitlab: '{arn}'}}"))
    assert [one for one in found.values() if one["Type"] == "AWS::IAM::OIDCProvider"] == []
    (trust,) = found["DeliveryCiRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Federated": arn}
    assert trust["Condition"]["StringEquals"]["gitlab.example.com:aud"] == "https://gitlab.example.com"


def test_two_environments_of_an_account_have_one_provider() -> None:
    two = "dev: {posture: development}, prod: {posture: production}"
    text = spec("repository: acme/shop, branch: main, may: plan").replace("dev: {posture: development}", two)
    codes = [(one.code, one.message) for one in faults(text)]
    assert {code for code, _ in codes} == {"claimed-name"}
    assert f"the environments dev and prod have the name 'https://{GITHUB}'" in codes[0][1]


WRONG: Mapping[str, tuple[str, ...]] = {
    "repository: acme/shop, may: plan": ("one-of-two",),
    "repository: acme/shop, branch: main, tag: v1, may: plan": ("one-of-two",),
    "repository: 'acme/*', branch: main, may: plan": ("bad-value",),
    "repository: 'acme/shop', branch: 'feature/*', may: plan": ("bad-value",),
    "repository: acme/web/shop, branch: main, may: plan": ("bad-value",),
    "repository: acme@1/shop, branch: main, may: plan": ("bad-value",),
    "provider: gitlab, repository: acme/shop, environment: prod, may: plan": ("unused-setting",),
    "provider: gitlab, repository: acme/shop, pull_requests: true, may: plan": ("unused-setting",),
    f"{BITBUCKET}, environment: prod, may: plan": ("bad-value",),
    f"{BITBUCKET}, branch: main, may: plan": ("unused-setting",),
    f"{BITBUCKET.replace('audience', 'boundary: null, audience')}, may: plan": ("one-of-two",),
    f"provider: bitbucket, repository: '{REPOSITORY}', environment: '{ENVIRONMENT}', may: plan": ("missing-property",),
    "repository: acme/shop, pull_requests: true, may: apply": ("open-trust",),
}


@pytest.mark.parametrize("settings", WRONG)
def test_what_would_trust_too_many_or_nobody_is_refused(settings: str) -> None:
    assert tuple(one.code for one in faults(spec(settings))) == WRONG[settings]


def test_a_provider_and_a_service_role_must_be_there() -> None:
    found = faults(spec("repository: acme/shop, branch: main, may: apply", "service_role: null", "{gitlab: {}}"))
    assert [(one.code, one.suggestion) for one in found] == [
        ("missing-property", "add 'github' to 'providers'"),
        ("missing-property", "set 'service_role'"),
    ]


def test_what_is_in_another_account_is_refused() -> None:
    gitlab = "{gitlab: 'arn:aws:iam::222222222222:oidc-provider/gitlab.com'}"
    text = spec("provider: gitlab, repository: a/b, branch: main, may: apply", providers=gitlab)
    found = faults(text.replace("posture: development", "posture: development, account: '333333333333'"))
    assert [one.code for one in found] == ["bad-value", "bad-value"]
    assert all("in another account than 333333333333" in one.message for one in found)


def test_a_service_role_that_may_do_everything_is_told() -> None:
    more = "service_role: {policies: ['arn:aws:iam::aws:policy/AdministratorAccess'], reason: all of it is ours}"
    assert [one.code for one in warnings(spec("repository: a/b, branch: main, may: apply", more))] == [
        "grants-everything"
    ]


GUIDE = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
SHOWN = [text for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if text.startswith("platform:")]


@pytest.mark.parametrize("text", SHOWN)
def test_the_specs_of_the_guide_are_sound(text: str) -> None:
    assert faults(text) == ()
    assert warnings(text) == ()
