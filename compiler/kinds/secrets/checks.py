"""What is wrong with a secret beyond its schema."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.language.names import shout
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.copy_keys import secret_replica_faults


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of one resolved secret: keys that would be one and the same variable, and copies."""
    data = component.settings
    generated = data["generate"]["keys"][0]
    seen = {shout(generated): generated, "SECRET_ARN": "the secret's ARN"}
    if shout(generated) == "SECRET_ARN":
        yield _taken(generated, "the secret's ARN", ("generate", "keys", 0))
    for index, key in enumerate(data["keys"]):
        if shout(key) in seen:
            yield _taken(key, seen[shout(key)], ("keys", index))
        seen.setdefault(shout(key), key)
    yield from secret_replica_faults(data["replicas"], "replicas", spec)


def _taken(key: str, other: str, path: tuple[str | int, ...]) -> Fault:
    message = f"'{key}' gives the variable {shout(key)}, which is already that of {other}"
    return Fault("duplicate-key", message, path, "rename one of the two")
