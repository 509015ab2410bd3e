"""What `lookup` asks AWS about the existing resources of a platform.

Each kind says it in ``asks`` of its ``x-existing``; a test reads the deployer's finders and holds that these are their
calls. Source: Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Sub

from compiler.meaning.existing_facts import facts_of
from compiler.meaning.resolved import ResolvedComponent
from compiler.program.component import Grant, Platform


def lookup_grants(platform: Platform) -> Iterator[tuple[str, Grant]]:
    """One statement for what has no resource of its own, and one for each existing resource whose ARN is known."""
    anything: set[str] = set()
    for address, component in platform.components.items():
        if component.existing is None or component.imported:
            continue
        resolved = platform.spec.at(address)
        asks, arn = resolved.kind["x-existing"].get("asks", {}), _arn(resolved)
        held = {action for action, has_resource in asks.items() if has_resource and arn}
        anything |= asks.keys() - held
        if held:
            yield f"Ask{component.stem}", Grant(tuple(sorted(held)), (Sub(arn) if "${" in arn else arn,))
    if anything:
        yield "Ask", Grant(tuple(sorted(anything)), ("*",))


def _arn(component: ResolvedComponent) -> str:
    """The ARN as text for Sub; empty where the kind has no single form."""
    facts = facts_of(component.kind["x-existing"], component.settings["existing"])
    return str(facts["arn"]) if facts.get("id") else ""
