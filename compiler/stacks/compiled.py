"""What one environment of a platform compiles to: templates, artefacts and where each resource comes from."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.language.address import address_of
from compiler.language.fleet import Fleet
from compiler.program.artifact import Artifact
from compiler.program.built_image import BuiltImage
from compiler.program.kept import KeptValue
from compiler.program.outside import OutsideResource
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.suppression import Ignored, Suppression
from compiler.stacks.json_text import indented
from compiler.stacks.packing import SEPARATOR


def stack_name(platform: str, environment: str) -> str:
    """Name of the root stack."""
    return f"{platform}-{environment}"


@dataclass(frozen=True)
class Template:
    """One CloudFormation template of a platform."""

    name: str
    """``root``, or the nested stack's name, which is its file's name: ``<name>.template.json``."""
    logical_id: str
    """Logical id of the AWS::CloudFormation::Stack in the root; empty for the root itself."""
    body: Mapping[str, Json]
    origins: Mapping[str, str]
    """Logical id → component path (``queues.processing``) for each resource."""
    depends_on: tuple[str, ...] = ()
    """Names of the nested stacks whose outputs this one reads."""

    @functools.cached_property
    def text(self) -> str:
        """As it is written, without the last line end: JSON, indented, keys sorted."""
        return indented(self.body)


@frozen(eq=True)
class Compiled:
    """The part of an environment in one region: a root with its nested stacks, ready to be written or deployed."""

    platform: str
    environment: str
    posture: str
    region: str
    account: str | None
    """The only account this may be deployed to, where the spec names one."""
    stack_name: str
    tags: Mapping[str, str]
    root: Template
    children: tuple[Template, ...]
    """Nested stacks in an order in which each comes after what it depends on."""
    artifacts: tuple[Artifact, ...]
    places: Mapping[str, Place]
    """Component path → where the spec declares it."""
    takes: Mapping[str, str] = field(default_factory=dict)
    """Root parameter → region whose root has an output of the same name with its value; it is deployed before."""
    regions: tuple[str, ...] = ()
    """The regions of all roots of the environment, in their order."""
    warnings: tuple[Diagnostic, ...] = ()
    """Warnings about the whole environment that no suppression covers."""
    ignored: tuple[Ignored, ...] = ()
    """Those that one does."""
    suppressions: tuple[Suppression, ...] = ()
    outside: tuple[OutsideResource, ...] = ()
    """Existing resources that the environment uses; with its first root."""
    settings: Mapping[str, Json] = field(default_factory=dict)
    """Component path → its effective settings; at the empty path those of the whole environment."""
    document: Document | None = None
    """Where those settings stand in the spec."""
    mains: Mapping[str, str] = field(default_factory=dict)
    """Component path → logical id of its main resource, where it has one."""
    traced: bool = False
    """Whether the values of the templates remember their settings: `compiler.program.traced`."""
    home: str = ""
    """The platform's own region, which may have no root; empty: the region of this one."""
    saved_plans_only: bool = False
    """Whether only a plan that was saved may be executed, so that `deploy` refuses."""

    fleet: Fleet | None = None
    """The accounts and regions that each get a stack of these templates; None for one stack in `account`."""

    packed: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Root parameter → the parameters that are packed in it, in their order, with what they declare."""

    images: tuple[BuiltImage, ...] = ()
    """Container images that are built before the deployment."""

    kept: tuple[KeptValue, ...] = ()
    """Values that others change, so that a deployment keeps them."""

    placed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Stack → component → logical ids, as the lock file has to have it for the environment; with its first root."""

    pattern: str = ""
    """The pattern that made the environment; empty for one that has its name in the spec."""
    patterns: tuple[str, ...] = ()
    """All of the spec."""

    @property
    def parameters(self) -> Mapping[str, Json]:
        """The root's parameters as people give them: each by itself, also where the template has several in one."""
        own: Mapping[str, Json] = self.root.body.get("Parameters", {})
        single = {name: about for name, about in own.items() if name not in self.packed}
        return {**single, **{name: about for names in self.packed.values() for name, about in names.items()}}

    def sent(self, values: Mapping[str, str]) -> dict[str, str]:
        """Values of `parameters` as the template's parameters take them."""
        inside = {name for names in self.packed.values() for name in names}
        single = {name: value for name, value in values.items() if name not in inside}
        joined = {bundle: SEPARATOR.join(map(values.__getitem__, names)) for bundle, names in self.packed.items()}
        return {**single, **joined}

    def place_of(self, path: Path) -> Place | None:
        """Where the setting at `path` stands in the spec, or the nearest thing around it; None if nothing does.

        A setting of a component is at its key, one of the whole environment at its value.
        """
        around = (self.places.get(address_of(path[:length])) for length in range(len(path), 0, -1))
        component = next(filter(None, around), None)
        if self.document is None:
            return component
        place = self.document.key_place(path) if component else self.document.value_place(path)
        return None if place == self.document.value_place(()) else place

    @property
    def templates(self) -> tuple[Template, ...]:
        return (self.root, *self.children)
