"""Checks of delivery: that each role is for exactly one part of a repository of a provider that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Path
from compiler.source.json_value import Json

_PARTS = {
    "github": ("branch", "tag", "environment", "pull_requests"),
    "gitlab": ("branch", "tag"),
    "bitbucket": ("environment",),
}
"""What the subject of a provider's tokens tells of a run; GitLab's has the branch of a merge request as any other."""
_UUID = re.compile(r"\{[0-9a-f-]{36}\}")
_GITHUB = re.compile(r"[^/@]+/[^/@]+|[^/@]+@[0-9]+/[^/@]+@[0-9]+")
_GITLAB = re.compile(r"[^/@]+(/[^/@]+)+")
_REPOSITORIES = {
    "github": (_GITHUB, "owner/name, or owner@id/name@id"),
    "gitlab": (_GITLAB, "group/project"),
    "bitbucket": (_UUID, "the UUID of the repository in braces"),
}
_ADMINISTRATOR = ":policy/AdministratorAccess"


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    for name, role in data["roles"].items():
        path = ("roles", name)
        yield from _provider(role, data["providers"], path)
        yield from _repository(role, path)
        yield from _part(role, path)
        yield from _apply(role, data["service_role"], path)
    yield from _service_role(data["service_role"])
    for name, provider in data["providers"].items():
        yield from _account(provider, spec.account, ("providers", name))
    yield from _account(data["service_role"], spec.account, ("service_role",))


def _account(said: Json, account: str | None, path: Path) -> Iterator[Fault]:
    """A role trusts providers of its own account, and CloudFormation takes roles of it, alone."""
    if isinstance(said, str) and account and said.split(":")[4] != account:
        message = f"'{said}' is in another account than {account}, to which this environment is deployed"
        yield Fault("bad-value", message, path, f"use one of the account {account}")


def _provider(role: Mapping[str, Json], providers: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    provider = role["provider"]
    if providers[provider] is None:
        message = f"'providers' has no {provider}, whose tokens the role would trust"
        yield Fault("missing-property", message, (*path, "provider"), f"add '{provider}' to 'providers'")
    if provider == "bitbucket" and not role["audience"]:
        message = "tokens of Bitbucket have the audience of their workspace, which has to be said"
        help_text = "set 'audience' to the one that the repository's settings show under OpenID Connect"
        yield Fault("missing-property", message, path, help_text)


def _repository(role: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    form, expected = _REPOSITORIES[role["provider"]]
    if not form.fullmatch(role["repository"]):
        message = f"'{role['repository']}' is not how tokens of {role['provider']} name a repository"
        yield Fault("bad-value", message, (*path, "repository"), f"write {expected}")


def _part(role: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """A role for the whole repository would be for every branch that anybody with write access makes."""
    known = _PARTS[role["provider"]]
    said = [part for part in _PARTS["github"] if role[part]]
    for part in (part for part in said if part not in known):
        message = f"tokens of {role['provider']} do not tell '{part}' in their subject"
        yield Fault("unused-setting", message, (*path, part), f"use {_or(known)}")
    if len(said) != 1:
        message = f"a role is for one part of its repository: {_or(known)}"
        yield Fault("one-of-two", message, path, "write exactly one of them")
    if role["provider"] == "bitbucket" and role["environment"] and not _UUID.fullmatch(role["environment"]):
        message = f"'{role['environment']}' is not how tokens of bitbucket name an environment"
        yield Fault("bad-value", message, (*path, "environment"), "write the UUID of the environment in braces")


def _or(words: tuple[str, ...]) -> str:
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _apply(role: Mapping[str, Json], service_role: Json, path: Path) -> Iterator[Fault]:
    if role["may"] == "apply" and role["pull_requests"]:
        message = "whoever opens a pull request could deploy, before anybody has looked at it"
        yield Fault("open-trust", message, (*path, "pull_requests"), "use 'environment' or 'branch', or 'may: plan'")
    if role["may"] == "apply" and service_role is None:
        message = "a role that may apply needs a role with which CloudFormation changes the resources"
        yield Fault("missing-property", message, (*path, "may"), "set 'service_role'")


def _service_role(service_role: Json) -> Iterator[Fault]:
    policies = service_role["policies"] if isinstance(service_role, Mapping) else ()
    for index, arn in enumerate(policies):
        if arn.endswith(_ADMINISTRATOR):
            message = "deployments may do everything in the account (AdministratorAccess)"
            path = ("service_role", "policies", index)
            yield warning("grants-everything", message, path, "write a policy with the services of the platform")
