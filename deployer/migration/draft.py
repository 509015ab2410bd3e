"""What a spec is made of while manifests are read, and what could not be said in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from compiler.source.diagnostics import Diagnostic, Place, Severity
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

LOST = "not-converted"
CHANGED = "converted-differently"
_LONGEST = 32
"""Characters of a component's name, as the base schema has it."""

Owner = tuple[str, ...]
"""A section, or a section and a component's name."""


def slug(name: str) -> str:
    """A name as that of a component: lower-case words; of one that is too long the end becomes a digest."""
    words = "-".join(re.findall("[a-z0-9]+", name.lower())).lstrip("0123456789-") or "unnamed"
    if len(words) <= _LONGEST:
        return words
    return f"{words[: _LONGEST - 7].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def plain(text: str) -> str:
    """Text in which no `${` is a pointer."""
    return text.replace("${", "$${")


@frozen(eq=True)
class Route:
    """Requests from the internet that the load balancer of Copilot sent to a service."""

    service: str
    paths: tuple[str, ...]
    place: Place


@dataclass
class Draft:
    """The components of one environment, or of all of them where `environment` is none."""

    environment: str | None
    environments: tuple[str, ...]
    sections: dict[str, dict[str, Json]] = field(default_factory=dict)
    told: list[Diagnostic] = field(default_factory=list)
    places: dict[Owner, Place] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    aliases: dict[str, tuple[str | None, Place]] = field(default_factory=dict)
    """Names of services → the zone that the manifest names, and where."""
    certified: bool = False
    """Whether the environment names a certificate for its load balancer."""
    served: set[str] = field(default_factory=set)
    """Aliases that a cdn serves."""
    root: str = "."
    """Way from the folder of the spec to the one that has the folder `copilot`."""
    sources: dict[tuple[str, str], str] = field(default_factory=dict)
    """A secret and its key → what the value was read from."""

    def put(self, section: str, name: str, settings: dict[str, Json], place: Place) -> dict[str, Json]:
        """The component, made if there is none; settings that are none are left out."""
        self.places.setdefault((section, name), place)
        there: dict[str, Json] = self.sections.setdefault(section, {}).setdefault(name, {})
        there.update({key: value for key, value in settings.items() if value is not None})
        return there

    def alone(self, section: str, settings: dict[str, Json], place: Place) -> None:
        """A section that is one component itself."""
        self.places.setdefault((section,), place)
        kept = {key: value for key, value in settings.items() if value is not None}
        self.sections.setdefault(section, {}).update(kept)

    def has(self, section: str, name: str) -> bool:
        return name in self.sections.get(section, {})

    def lost(self, place: Place, message: str, suggestion: str, component: str = "") -> None:
        """A setting that the spec does not have."""
        self._tell("warning", Diagnostic(LOST, message, place, component=component, suggestion=suggestion))

    def changed(self, place: Place, message: str, suggestion: str, component: str = "") -> None:
        """Something that the spec has, and that is not the same as before."""
        self._tell("note", Diagnostic(CHANGED, message, place, component=component, suggestion=suggestion))

    def _tell(self, severity: Severity, found: Diagnostic) -> None:
        self.told.append(replace(found, severity=severity))

    def components(self) -> Iterator[Owner]:
        for section, there in self.sections.items():
            yield from ((section, name) for name in there)
