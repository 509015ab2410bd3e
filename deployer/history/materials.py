"""What one deployment was made of: all that a later one needs to go back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.packing import SEPARATOR


@frozen(eq=True)
class Materials:
    """Where the uploads of one root are, and what of its compilation is not in its templates."""

    bucket: str
    """Bucket of the templates and artefacts."""
    templates: Mapping[str, str]
    """`ROOT`, or logical id of the nested stack → key of the object."""
    digests: Mapping[str, str]
    """The same → SHA-256 of the object."""
    artifacts: Mapping[str, str] = field(default_factory=dict)
    """Root parameter → key of the object that is its value."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Root parameter → address of the image that was built for it."""
    hidden: tuple[str, ...] = ()
    """Root parameters that CloudFormation does not show (NoEcho)."""
    mains: Mapping[str, str] = field(default_factory=dict)
    """Component path → logical id of its main resource."""
    regions: tuple[str, ...] = ()
    """The regions of all roots, in their order."""
    home: str = ""
    """The platform's own region, where the records of the environment are kept."""
    packed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Root parameter → the parameters that are packed in it, in their order."""

    def apart(self, values: Mapping[str, str]) -> dict[str, str]:
        """Values of the template's parameters → those of the parameters as people give them."""
        single = {name: value for name, value in values.items() if name not in self.packed}
        inside = {bundle: names for bundle, names in self.packed.items() if bundle in values}
        pairs = (zip(names, values[bundle].split(SEPARATOR), strict=True) for bundle, names in inside.items())
        return {**single, **{name: value for pair in pairs for name, value in pair}}


def materials_from_json(data: Json) -> Materials:
    """Raises TypeError or AttributeError when it is something else."""
    read = Materials(**data)
    packed = {bundle: tuple(names) for bundle, names in read.packed.items()}
    return replace(read, hidden=tuple(read.hidden), regions=tuple(read.regions), packed=packed)
