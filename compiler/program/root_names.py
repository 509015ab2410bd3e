"""Check that names in the root template are unique: parameters and logical ids together, and outputs.

Source: CloudFormation template reference: the logical ids of parameters and of resources are unique within a template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from compiler.program.component import Component, Platform
from compiler.source.diagnostics import Diagnostic, Place

ARTIFACT_BUCKET = "ArtifactBucket"
"""The root parameter of everything that is uploaded."""
_RENAME = "rename one of the two components"
Named: TypeAlias = tuple[str, Component]
"""A name and the component that has it."""


def duplicate_names(platform: Platform, owners: Mapping[str, str]) -> Iterator[Diagnostic]:
    """A fault for each root parameter or output whose name is taken; `owners` has the component of each logical id."""
    parameters, outputs = tuple(_parameters(platform)), tuple(_outputs(platform))
    ids = tuple((name, platform.components[owner]) for name, owner in owners.items())
    for name, *two in _twice(parameters):
        yield _fault("duplicate-parameter", platform, two, f"gives the root parameter '{name}', which %s gives too")
    for name, *two in _twice(outputs):
        yield _fault("duplicate-output", platform, two, f"gives the output '{name}', which %s gives too")
    of_parameter = "which is the name of a root parameter of %s"
    for name, *two in _both(ids, parameters):
        yield _fault("duplicate-logical-id", platform, two, f"gives the logical id '{name}', {of_parameter}")
    for name, *two in _both(outputs, parameters):
        yield _fault("duplicate-output", platform, two, f"gives the output '{name}', {of_parameter}")


def _twice(named: Iterable[Named]) -> Iterator[tuple[str, Component, Component]]:
    """Each repeated name, with the component that has it and the first one that had it."""
    seen: dict[str, Component] = {}
    for name, component in named:
        other = seen.setdefault(name, component)
        if other is not component:
            yield name, component, other


def _both(named: Iterable[Named], others: Sequence[Named]) -> Iterator[tuple[str, Component, Component]]:
    """Each name of `named` that is among `others` too, with its component here and the first one there."""
    first = dict(reversed(others))
    yield from ((name, component, first[name]) for name, component in named if name in first)


def _fault(code: str, platform: Platform, two: Sequence[Component], message: str) -> Diagnostic:
    """`message` has a ``%s`` for the second component."""
    component, other = two
    place, also = place_of(platform, component), (place_of(platform, other),)
    return Diagnostic(code, message % other.path, place, component.path, _RENAME, also)


def _parameters(platform: Platform) -> Iterator[Named]:
    """Names of the root parameters, each with the component it comes from; of the bucket, the first that uploads."""
    for component in platform.built:
        yield from ((str(parameter.title), component) for parameter in component.parameters())
    given = platform.document.imported.items()
    of_path = {component.path: component for component in platform.components.values()} if given else {}
    yield from ((name, of_path[value.by]) for name, value in given)
    uploading = (component for component in platform.built for _ in component.artifacts())
    yield from ((ARTIFACT_BUCKET, component) for component in [*uploading][:1])


def _outputs(platform: Platform) -> Iterator[Named]:
    for component in platform.built:
        yield from ((output.name, component) for output in component.outputs(platform))


def place_of(platform: Platform, component: Component) -> Place:
    """Where the spec has the component."""
    return platform.document.key_place(tuple(component.path.split(".")))
