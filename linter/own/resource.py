"""A resource of a template as our own rules read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

PROPERTIES = "Properties"


@frozen(eq=True)
class TemplateResource:
    """One resource, and the whole template that it stands in."""

    name: str
    body: Mapping[str, Json]
    template: Mapping[str, Json]

    @property
    def type(self) -> str:
        return str(self.body.get("Type", ""))

    @property
    def properties(self) -> Mapping[str, Json]:
        found = self.body.get(PROPERTIES)
        return found if isinstance(found, Mapping) else {}

    def get(self, *path: str | int) -> Json:
        """The property at `path`; None if it is not set."""
        value: Json = self.properties
        for step in path:
            if isinstance(value, Mapping):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def nearest(self, *path: str | int) -> Path:
        """The path of the property inside the resource, or of what is around it if it is not set."""
        length = next(
            length for length in range(len(path), -1, -1) if not length or self.get(*path[:length]) is not None
        )
        return (PROPERTIES, *path[:length]) if self.properties else ()

    def each(self, *path: str | int) -> Iterator[tuple[Path, Json]]:
        """The items of the list at `path`, or the one value that stands for it, with the paths of properties."""
        value = self.get(*path)
        if isinstance(value, list):
            yield from (((*path, index), item) for index, item in enumerate(value))
        elif value is not None:
            yield path, value

    def others(self, *types: str) -> Iterator[TemplateResource]:
        """The resources of some types in the same template."""
        for name, body in self.template.get("Resources", {}).items():
            if isinstance(body, Mapping) and body.get("Type") in types:
                yield TemplateResource(str(name), body, self.template)

    @property
    def reason(self) -> str:
        """Why something risky is meant, as the templates of the compiler and raw CloudFormation write it."""
        metadata = self.body.get("Metadata")
        if not isinstance(metadata, Mapping):
            return ""
        own, scanner = metadata.get("stackwright"), metadata.get("checkov")
        given = [own.get("reason")] if isinstance(own, Mapping) else []
        skipped = scanner.get("skip") if isinstance(scanner, Mapping) else None
        given += [one.get("comment") for one in skipped or () if isinstance(one, Mapping)]
        return next((str(one).strip() for one in given if one and str(one).strip()), "")


def resources_of(template: Mapping[str, Json]) -> Iterator[TemplateResource]:
    """The resources of a template that are well-formed."""
    found = template.get("Resources")
    for name, body in found.items() if isinstance(found, Mapping) else ():
        if isinstance(body, Mapping):
            yield TemplateResource(str(name), body, template)
