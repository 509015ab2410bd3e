"""Where raw resources lie, so that `import` takes them together with the native ones that they read.

An import change set is of one nested stack. A property that has to be set at once, and reads what another nested stack
has, keeps a resource from being imported; so raw resources that read each other lie with the native ones they read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.language.resource_types import set_at_once
from compiler.source.json_value import Json
from deployer.migration.draft import Draft, Owner

_NATIVE = re.compile(r"\$\{([a-z]+\.[a-z0-9-]+)\.")
_RAW = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")
_USUAL = "data"
"""The layer of a raw resource that has none of its own."""


def lay(draft: Draft, raw: Mapping[str, Owner], layers: Mapping[str, str]) -> dict[str, str]:
    """Set `layer` of raw resources; logical id → property, of those that can't be imported all the same.

    `layers` are those of sections.
    """
    bodies = {name: draft.sections[section][component] for name, (section, component) in raw.items()}
    for group in _groups(bodies):
        found = {layers[one.partition(".")[0]] for name in group for one in _natives(bodies[name])}
        if len(found) == 1 and found != {_USUAL}:
            for name in group:
                bodies[name]["layer"] = next(iter(found))
    return dict(_apart(bodies, layers))


def _apart(bodies: Mapping[str, Json], layers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, body in bodies.items():
        for key in sorted(set_at_once(body["Type"]) & body.get("Properties", {}).keys()):
            read = {layers[one.partition(".")[0]] for one in _natives(body["Properties"][key])}
            if read - {body.get("layer", _USUAL)}:
                yield name, key
                break


def _groups(bodies: Mapping[str, Json]) -> Iterator[set[str]]:
    """Resources that read each other, directly or through others."""
    near = {name: {one for one in _raw(body.get("Properties", {})) if one in bodies} for name, body in bodies.items()}
    for name, others in list(near.items()):
        for other in others:
            near[other].add(name)
    left = dict.fromkeys(bodies)
    while left:
        group, waiting = set(), [next(iter(left))]
        while waiting:
            one = waiting.pop()
            if one not in group:
                group.add(one)
                waiting += near[one]
        for one in group:
            del left[one]
        yield group


def _natives(value: Json) -> Iterator[str]:
    """Addresses of the components that pointers in `value` read."""
    for text in _texts(value):
        yield from _NATIVE.findall(text)


def _raw(value: Json) -> Iterator[str]:
    """Logical ids that are read."""
    if isinstance(value, Mapping):
        target = value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
        if isinstance(target, str):
            yield target
        if "Fn::Sub" in value:
            yield from (one for text in _texts(value["Fn::Sub"]) for one in _RAW.findall(text))
        for one in value.values():
            yield from _raw(one)
    elif isinstance(value, list):
        for one in value:
            yield from _raw(one)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)
