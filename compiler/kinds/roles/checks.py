"""Checks of roles: that somebody is trusted, and that nobody trusts everybody."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_EC2 = "ec2.amazonaws.com"
_GITHUB = "token.actions.githubusercontent.com"


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    trusted = data["trusted"]
    if not any(trusted.values()):
        help_text = "trusted: {services: [ec2.amazonaws.com]}"
        yield Fault(
            "missing-property", "the role trusts no principal, so nothing can assume it", ("trusted",), help_text
        )
    if data["instance_profile"] and _EC2 not in trusted["services"]:
        message = f"an instance profile needs {_EC2} as a trusted service"
        help_text = f"add {_EC2} to 'trusted.services'"
        yield Fault("unused-setting", message, ("instance_profile",), help_text)
    boundary = data["boundary"]
    if boundary and OPEN not in boundary and ":policy/" not in boundary:
        yield Fault(
            "bad-value", f"'{boundary}' is not the ARN of a policy", ("boundary",), "write arn:aws:iam::…:policy/…"
        )
    yield from _accounts(trusted["accounts"])
    for index, one in enumerate(trusted["oidc"]):
        for number, subject in enumerate(one["subjects"]):
            if _open(one["provider"], subject):
                message = f"'{subject}' trusts tokens of any account at {one['provider']}"
                path = ("trusted", "oidc", index, "subjects", number)
                yield Fault("open-trust", message, path, "name the owner first: repo:acme/shop:environment:prod")


def _accounts(accounts: list[Json]) -> Iterator[Fault]:
    seen: set[tuple[str, str | None]] = set()
    for index, said in enumerate(accounts):
        account = said if isinstance(said, str) else said["account"]
        key = account, None if isinstance(said, str) else said["external_id"]
        if key in seen:
            message = f"the account {account} is trusted twice"
            yield Fault("duplicate-value", message, ("trusted", "accounts", index), "remove one of them")
        seen.add(key)


def _open(provider: str, subject: str) -> bool:
    """GitHub gives tokens to every repository there is: the owner in ``repo:owner/`` is what keeps them out.

    Source: GitHub docs, configuring OpenID Connect in Amazon Web Services.
    """
    fixed = subject.split("*")[0].split("?")[0]
    if provider == _GITHUB:
        owner = fixed.removeprefix("repo:")
        return not (fixed.startswith("repo:") and owner.find("/") > 0)
    return len(fixed) < len(subject) and not any(sign in fixed for sign in "/:")
