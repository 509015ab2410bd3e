"""A policy that an addon gives the role of a service: what the service uses."""

from __future__ import annotations

import json
from collections.abc import Mapping

from compiler.source.diagnostics import Place
from compiler.source.json_value import Json
from deployer.migration.draft import Draft, Owner

_VERBS = ["read", "write"]


def used(policy: Json, natives: Mapping[str, Owner], user: dict[str, Json], at: tuple[Draft, Place]) -> None:
    """Add uses of the components that the policy is about, or tell that nothing stands for it."""
    draft, place = at
    found = [_about(statement, natives) for statement in _statements(policy)]
    if not found or not all(found):
        told = "this policy of the task's role is left out: it is about more than components of the spec"
        help_text = "give raw resources `verbs`, and name them in `uses` of the service"
        draft.lost(place, told, help_text)
        return
    for section, name in sorted({owner for owners in found for owner in owners}):
        user["uses"] = dict(sorted({**(user.get("uses") or {}), f"{section}.{name}": _VERBS}.items()))
        told = f"the permissions are those of `read` and `write` of {section}.{name}"
        draft.changed(place, told, "see docs/connections.md, and take out the verb that the code does not need")


def _statements(policy: Json) -> list[Json]:
    for key in ("Properties", "PolicyDocument", "Statement"):
        policy = policy.get(key) if isinstance(policy, Mapping) else None
    return policy if isinstance(policy, list) else []


def _about(statement: Json, natives: Mapping[str, Owner]) -> list[Owner]:
    """The components that the ARNs of a statement name; none if one of them names something else."""
    resource = statement.get("Resource") if isinstance(statement, Mapping) else None
    rows = resource if isinstance(resource, list) else [resource]
    found: list[Owner] = []
    for row in rows:
        text = json.dumps(row)
        named = [
            owner
            for name, owner in natives.items()
            if f'"{name}"' in text or f"${{{name}." in text.replace("${ ", "${")
        ]
        if not named:
            return []
        found += named
    return found
