"""Checks of parameters: their size, their names, and that they hold no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec

_MOST = {"standard": 4096, "advanced": 8192}
"""Systems Manager user guide, managing parameter tiers."""
_CREDENTIALS = re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\w+://[^/\s:@]+:[^/\s@]+@")
"""Access keys of AWS, private keys, and URLs with a password."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    value = data["value"]
    text = value if isinstance(value, str) else ",".join(value)
    if _CREDENTIALS.search(text):
        help_text = "make it a secret, whose value is filled in after the deployment: see 'secrets'"
        yield Fault(
            "plain-secret",
            "'value' contains a credential, which is readable by anyone with access to the template or the parameter",
            ("value",),
            help_text,
        )
    if len(text) > _MOST[data["tier"]]:
        message = f"'value' has {len(text)} characters; a {data['tier']} parameter takes {_MOST[data['tier']]}"
        help_text = "set 'tier: advanced'" if len(text) <= _MOST["advanced"] else "keep it in a bucket"
        yield Fault("parameter-size", message, ("value",), help_text)
    yield from _taken(component, spec)


def _taken(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    name = component.settings["parameter_name"]
    for other in spec.components(component.section):
        if name and other is not component and name == (other.settings["parameter_name"] or _usual(spec, other.name)):
            message = f"{other.address} has the name '{name}' too"
            yield Fault("parameter-taken", message, ("parameter_name",), "give each its own, or leave it out")


def _usual(spec: ResolvedSpec, component: str) -> str:
    return f"/{spec.platform}/{spec.environment}/{component}"
