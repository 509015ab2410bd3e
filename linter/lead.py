"""Lead a finding in a template back to the setting of the spec that made it.

First the raw CloudFormation of the spec is asked, which has the template's own names: `overrides`, `properties` of the
component, a raw resource. Then the values at the place of the finding, of which many remember their settings. What
neither knows is told at the component.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from compiler.language.address import address_of
from compiler.program.intrinsics import Target, targets
from compiler.program.traced import setting_behind
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from linter.finding import Finding
from linter.pointer import path_in, value_at

Trace = Callable[[Compiled, Template], Json]
"""The body of a template with values that remember their settings."""

_QUOTED = re.compile(r"'([^']+)'")
_PROPERTIES = "Properties"
_STACK = "AWS::CloudFormation::Stack"
_INSIDE_A_PROPERTY = 2


@frozen(eq=True)
class _Spot:
    """A place of a template whose resource belongs to a component of the spec."""

    compiled: Compiled
    document: Document
    component: Path
    resource: str
    inner: Path
    """The path inside the resource: ``("Properties", "DelaySeconds")``."""
    message: str

    @property
    def is_main(self) -> bool:
        return self.compiled.mains.get(address_of(self.component)) == self.resource


def owner_of(template: Template, finding: Finding) -> str:
    """The component whose resource a finding is about, or takes or gives the parameter or output; empty for none."""
    path = path_in(template.body, finding.pointer)
    if _only_nests(template):
        return ""
    match path:
        case ("Resources", str(logical_id), *_):
            return template.origins.get(logical_id, "")
        case ("Outputs", str(name), *_):
            named = sorted({target.logical_id for target in targets(template.body["Outputs"][name])})
            return next((template.origins[one] for one in named if one in template.origins), "")
        case ("Parameters", str(name), *_):
            resources = sorted(template.body["Resources"].items())
            using = (logical_id for logical_id, body in resources if Target(name) in set(targets(body)))
            return next((template.origins[one] for one in using), "")
    return ""


def _only_nests(template: Template) -> bool:
    """Whether it is the root of nested stacks; a fleet's root has all resources itself."""
    resources = template.body["Resources"].values()
    return not template.logical_id and all(body["Type"] == _STACK for body in resources)


def setting_of(compiled: Compiled, template: Template, finding: Finding, trace: Trace) -> Path:
    """The path of the setting that a finding is about, in the resolved spec; empty where nobody knows it."""
    path = path_in(template.body, finding.pointer)
    component = owner_of(template, finding)
    if not component or compiled.document is None or path[:1] != ("Resources",):
        return ()
    steps = tuple(component.split("."))
    spot = _Spot(compiled, compiled.document, steps, str(path[1]), path[2:], finding.message)
    return _written(spot) or setting_behind(value_at(trace(compiled, template), path)) or _of_same_name(spot, template)


def _written(spot: _Spot) -> Path:
    """The raw CloudFormation of the spec at the spot, from what is merged last to what is first."""
    for base, inner in _patches(spot):
        found = _in_patch(spot, base, inner)
        if found:
            return found
    return _in_raw(spot) if spot.is_main else ()


def _patches(spot: _Spot) -> Iterator[tuple[Path, Path]]:
    """Where a patch of the resource is, and the path in it."""
    yield ("overrides", spot.resource), spot.inner
    if spot.is_main and spot.inner[:1] == (_PROPERTIES,):
        yield (*spot.component, "properties"), spot.inner[1:]


def _in_patch(spot: _Spot, base: Path, inner: Path) -> Path:
    """The patch's own key: the one at the spot, one that is replaced as a whole, or one that the message names."""
    found = _deepest(spot.document, base, inner)
    if found is None:
        return ()
    value = value_at(spot.document.data, found)
    named = _named(spot.message, value)
    if named:
        return (*found, named)
    inside = len(found) > len(base) and spot.inner[:1] == (_PROPERTIES,) and len(spot.inner) >= _INSIDE_A_PROPERTY
    return found if not isinstance(value, dict) or (inside and len(found) - len(base) == len(inner)) else ()


def _in_raw(spot: _Spot) -> Path:
    """The setting of a raw resource, which has the resource's attributes as its own."""
    found = _deepest(spot.document, spot.component, spot.inner)
    if found is None or len(found) == len(spot.component):
        return ()
    named = _named(spot.message, value_at(spot.document.data, found))
    return (*found, named) if named else found


def _deepest(document: Document, base: Path, inner: Path) -> Path | None:
    """The longest path below `base` that the file has; None where it has not even that."""
    if base not in document.keys:
        return None
    length = 0
    while length < len(inner) and (*base, *inner[: length + 1]) in document.values:
        length += 1
    return (*base, *inner[:length])


def _named(message: str, value: Json) -> str:
    """The key of a map that a message quotes."""
    quoted = _QUOTED.findall(message) if isinstance(value, dict) else ()
    return next((name for name in quoted if name in value), "")


def _of_same_name(spot: _Spot, template: Template) -> Path:
    """The component's setting with the property's value and name: `deletion_protection` of DeletionProtectionEnabled.

    Some values are made anew on their way, and Python can't trace true and false.
    """
    value = value_at(template.body, ("Resources", spot.resource, *spot.inner))
    if isinstance(value, dict | list) or value is None:
        return ()
    words = {word for step in spot.inner for word in _words(str(step))}
    settings = value_at(spot.document.data, spot.component)
    same = (path for path, one in _leaves(settings, spot.component) if one == value and type(one) is type(value))
    found = [path for path in same if path in spot.document.keys and set(_words(str(path[-1]))) <= words]
    return found[0] if len(found) == 1 else ()


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def _leaves(value: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    elif not isinstance(value, list):
        yield path, value
