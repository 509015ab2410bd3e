"""Raw CloudFormation that is merged over built resources: `properties` of components and `overrides`."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.program.component import Platform
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(eq=True)
class Patch:
    """A patch of one resource, and where it stands in the spec."""

    logical_id: str
    body: Mapping[str, Json]
    path: Path

    @property
    def inside(self) -> tuple[Path, Mapping[str, Json]] | None:
        """The path and the value of the patched properties; None if it patches none."""
        properties = self.body.get("Properties")
        if not isinstance(properties, Mapping):
            return None
        return (self.path if self.path[-1] == "properties" else (*self.path, "Properties")), properties


def patches_of(platform: Platform) -> tuple[Patch, ...]:
    """All patches, in the order in which they are merged."""
    of_components = tuple(
        Patch(one.main_id, {"Properties": one.properties}, (*one.path.split("."), "properties"))
        for one in platform.built
        if one.properties
    )
    overrides = platform.document.data.get("overrides") or {}
    return (*of_components, *(Patch(name, patch, ("overrides", name)) for name, patch in overrides.items()))
