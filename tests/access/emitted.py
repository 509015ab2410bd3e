"""Every statement of every policy that the goldens and the reference platforms compile to."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from tests.access.holders import NO_POLICIES, has_statements, unknown_holders
from tests.access.physical import Deployed
from tests.access.statements import Statement, policy
from tests.access.unsupported import Unsupported
from tests.goldens.round_trip import followed

_ROOT = Path(__file__).parents[2]
_OF_IDENTITIES = {
    ("AWS::IAM::ManagedPolicy", "PolicyDocument"),
    ("AWS::IAM::Policy", "PolicyDocument"),
    ("AWS::IAM::Role", "Policies"),
    ("AWS::IAM::RolePolicy", "PolicyDocument"),
}


@dataclass(frozen=True, slots=True)
class Emitted:
    """A statement with where it stands."""

    statement: Statement
    holder: str
    """Resource type and property."""
    identity: bool
    """Whether it is of a role's policy, whose ``*`` means everything."""


def specs() -> tuple[Path, ...]:
    goldens = (path for path in (_ROOT / "tests" / "golden").glob("*/spec.yaml"))
    return (*sorted(goldens), *sorted((_ROOT / "spec").glob("*.yaml")))


def emitted() -> dict[Emitted, str]:
    """Each statement once, with a place where it is."""
    found: dict[Emitted, str] = {}
    for path in specs():
        name = path.parent.name if path.name == "spec.yaml" else path.stem
        for roots in _environments(path):
            deployed = Deployed(followed(roots))
            for logical_id, one in statements_of(deployed):
                found.setdefault(one, f"{name}: {logical_id}")
    return found


def _environments(path: Path) -> Iterator[tuple[Json, ...]]:
    compiled = compile_spec(str(path))
    for _, group in itertools.groupby(compiled, lambda one: one.environment):
        yield tuple(group)


def statements_of(deployed: Deployed) -> Iterator[tuple[str, Emitted]]:
    """The statements of one environment. Raises `Unsupported` for statements where none are known to be."""
    if unknown_holders(deployed):
        raise Unsupported(f"statements in {sorted(unknown_holders(deployed))}")
    for logical_id, body in deployed.flat.resources.items():
        if body["Type"] not in NO_POLICIES:
            for name, written in body.get("Properties", {}).items():
                if has_statements(written):
                    yield from _of_property(deployed, logical_id, name)


def _of_property(deployed: Deployed, logical_id: str, name: str) -> Iterator[tuple[str, Emitted]]:
    kind = deployed.flat.resources[logical_id]["Type"]
    for document in _documents(name, deployed.property(logical_id, name)):
        for statement in policy(document):
            yield logical_id, Emitted(statement, f"{kind} {name}", (kind, name) in _OF_IDENTITIES)


def _documents(name: str, value: Json) -> Iterator[Json]:
    """A role has several policies, and the definition of an API has one among other things."""
    if name == "Policies":
        yield from (one["PolicyDocument"] for one in value)
    elif name == "Body":
        yield (json.loads(value) if isinstance(value, str) else value)["x-amazon-apigateway-policy"]
    else:
        yield value
