"""Policies that grant everything, or to everyone.

Source: IAM user guide, "IAM JSON policy elements: Principal" ("*" and {"AWS": "*"} are everyone), "Action", "Resource".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault, warning
from compiler.source.document import Path
from compiler.source.json_value import Json

_ADMINISTRATOR = ":policy/AdministratorAccess"
_TRUST = "AssumeRolePolicyDocument"


def policy_risks(value: Json, path: Path) -> Iterator[Fault]:
    """What is wrong with the policies anywhere in `value`; a key's own policy has no resource but the key."""
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from policy_risks(child, (*path, index))
    elif isinstance(value, str) and value.endswith(_ADMINISTRATOR):
        yield warning("grants-everything", "grants every action on every resource (AdministratorAccess)", path)
    elif isinstance(value, Mapping):
        if value.get("Effect") == "Allow":
            yield from _statement(value, path)
        for key, child in value.items():
            yield from policy_risks(child, (*path, key))


def _statement(statement: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    everything = "*" in _listed(statement.get("Action")) and "*" in _listed(statement.get("Resource"))
    if everything and "Principal" not in statement:
        yield warning("grants-everything", "grants every action on every resource", path)
    if _anyone(statement.get("Principal")) and not statement.get("Condition"):
        what = "lets anyone assume the role" if _TRUST in path else "grants access to anyone, in any account"
        yield warning("public-access", what, path)


def _anyone(principal: Json) -> bool:
    return principal == "*" or (isinstance(principal, Mapping) and "*" in _listed(principal.get("AWS")))


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
