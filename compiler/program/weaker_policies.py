"""Policies that a patch makes weaker: denials and conditions that are gone, and wildcards that are new.

Source: IAM user guide, "IAM JSON policy elements reference" and "Grant least privilege access".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from compiler.program.guarantees import LEAST, TLS
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_BROAD = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess", "FullAccess")
"""Ends of the names of policies of AWS for everything, or for all of a service."""


@frozen(eq=True)
class Loss:
    """A guarantee that is gone, the property that shows it, and how."""

    what: str
    path: Path
    how: str


def weaker_policies(before: Json, after: Json) -> Iterator[Loss]:
    """The losses in the policies of a resource's properties."""
    for name, document in before.items() if isinstance(before, Mapping) else ():
        changed = after.get(name) if isinstance(after, Mapping) else None
        if changed == document:
            continue
        if isinstance(document, Mapping) and "Statement" in document:
            yield from (Loss(what, (name,), how) for what, how in _weaker(document, changed))
        elif name == "Policies" and isinstance(document, list):
            yield from _of_role(document, changed)
    yield from _attached(before, after)


def broad(statement: Json) -> frozenset[str]:
    """The actions and resources of an allowing statement that are everything, of all services or of one."""
    if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
        return frozenset()
    actions = [text for text in _texts(statement.get("Action")) if text == "*" or text.endswith(":*")]
    resources = [f"Resource {text}" for text in _texts(statement.get("Resource")) if text == "*"]
    turned = [name for name in ("NotAction", "NotResource") if name in statement]
    return frozenset((*actions, *resources, *turned))


def statements(document: Json) -> list[Json]:
    """The statements of a policy."""
    found = document.get("Statement") if isinstance(document, Mapping) else None
    return found if isinstance(found, list) else [] if found is None else [found]


def _weaker(before: Json, after: Json) -> Iterator[tuple[str, str]]:
    old, new = statements(before), statements(after)
    denied = [one for one in old if _effect(one) == "Deny" and one not in new]
    for one in denied:
        yield TLS if "aws:SecureTransport" in json.dumps(one) else LEAST, f"the denial {_named(one)} is gone"
    gone = [one for one in old if _effect(one) == "Allow" and one not in new]
    for one in new:
        if _effect(one) != "Allow" or one in old:
            continue
        lost = {key for was in gone if _principal(was) == _principal(one) for key in _keys(was)} - _keys(one)
        if lost and "Principal" in one:
            yield LEAST, f"{_named(one)} has lost the condition {', '.join(sorted(lost))}"
    for text in sorted({text for one in new if one not in old for text in broad(one) if not _known(text, one, old)}):
        yield LEAST, f"it allows {text}"


def _known(text: str, statement: Json, before: list[Json]) -> bool:
    """Whether a statement that was there allows the same as widely, for all actions of this one."""
    actions = set(_texts(statement.get("Action")))
    return any(text in broad(one) and actions <= set(_texts(one.get("Action"))) for one in before)


def _of_role(before: list[Json], after: Json) -> Iterator[Loss]:
    """Inline policies of a role, as one list of statements."""
    both = ({"Statement": [one for policy in listed for one in _inline(policy)]} for listed in (before, after or ()))
    yield from (Loss(what, ("Policies",), how) for what, how in _weaker(*both))


def _attached(before: Json, after: Json) -> Iterator[Loss]:
    name = "ManagedPolicyArns"
    old = list(before.get(name) or ()) if isinstance(before, Mapping) else []
    new = after.get(name) if isinstance(after, Mapping) else None
    for arn in new if isinstance(new, list) else ():
        policy = json.dumps(arn).rstrip('"}]').rpartition("/")[2]
        if arn not in old and policy.endswith(_BROAD):
            yield Loss(LEAST, (name,), f"it attaches {policy}, a policy of AWS for everything of a service")


def _inline(policy: Json) -> list[Json]:
    return statements(policy.get("PolicyDocument")) if isinstance(policy, Mapping) else []


def _effect(statement: Json) -> str:
    return str(statement.get("Effect")) if isinstance(statement, Mapping) else ""


def _principal(statement: Json) -> str:
    return json.dumps(statement.get("Principal"), sort_keys=True)


def _named(statement: Json) -> str:
    return str(statement.get("Sid") or "without a name")


def _keys(statement: Json) -> set[str]:
    condition = statement.get("Condition")
    tests = condition.values() if isinstance(condition, Mapping) else ()
    return {str(key) for test in tests if isinstance(test, Mapping) for key in test}


def _texts(value: Json) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
