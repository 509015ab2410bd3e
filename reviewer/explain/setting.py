"""What one setting of a component is in an environment, where it comes from, and which properties have its value."""

from __future__ import annotations

import json
from collections.abc import Iterator

from compiler.meaning.spelling import value_at
from compiler.program.component import Component
from compiler.program.traced import origins_in
from compiler.source.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import spelled
from compiler.source.json_value import Json
from reviewer.differences import shown
from reviewer.explain.built import Built
from reviewer.explain.topics import Topic, plain, setting_topic, settings_of


@frozen(eq=True)
class Value:
    """The value of a setting."""

    path: str
    value: Json
    place: Place | None
    """Where it is written; None where it is a default."""
    properties: tuple[str, ...]
    """Properties of resources that have this very value: ``compute/JobsQueue.DelaySeconds``."""
    topic: Topic
    """What the setting is."""


def explained_setting(built: Built, component: Component, steps: tuple[str, ...]) -> Value:
    """The setting at `steps` of a component. Raises `SpecError` with the nearest name if it has none such."""
    path = _path(built, component, steps)
    value, document = value_at(built.checked.document.data, path), built.checked.document
    written = document.values.get(path)
    inner = ".".join(str(step) for step in path[len(component.path.split(".")) :])
    return Value(shown(path), spelled(value), written, tuple(_properties(built, path)), _topic(built, component, inner))


def _path(built: Built, component: Component, steps: tuple[str, ...]) -> Path:
    """The path of the setting in the document; a step that is a place in a list is a number."""
    path: Path = tuple(component.path.split("."))
    value = value_at(built.checked.document.data, path)
    for step in steps:
        known = value if isinstance(value, dict) else {str(index): None for index in range(len(_items(value)))}
        if step not in known:
            message = f"{shown(path)} has no '{step}'"
            place = built.checked.document.key_place(path)
            raise SpecError([Diagnostic("unknown-subject", message, place, suggestion=did_you_mean(step, known))])
        found = step if isinstance(value, dict) else int(step)
        path, value = (*path, found), value[found]
    return path


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _properties(built: Built, path: Path) -> Iterator[str]:
    for name, resource in built.resources.items():
        for inner, origin in origins_in(resource.body.get("Properties", {})):
            if origin[: len(path)] == path:
                yield f"{built.stack(name)}/{name}.{shown(inner)}"


def _topic(built: Built, component: Component, inner: str) -> Topic:
    """What the schema says of the setting, or of the nearest one around it."""
    every = settings_of(built.schema, component.section)
    known = {plain(setting.path): setting for setting in every}
    steps = inner.split(".")
    named = [setting for setting in every if _matches(setting.path, steps)]
    while steps and not named:
        steps = steps[:-1]
        named = [known[".".join(steps)]] if ".".join(steps) in known else []
    return setting_topic(component.section, named[0], every)


def _matches(pattern: str, steps: list[str]) -> bool:
    """Whether a setting's path, with ``*`` and ``[]`` for any step, is this one."""
    wanted = pattern.replace("[]", ".*").split(".")
    return len(wanted) == len(steps) and all(want in ("*", step) for want, step in zip(wanted, steps, strict=True))


def value_rows(one: Value) -> dict[str, Json]:
    """The setting as JSON."""
    place = one.place.to_json() if one.place else {}
    return {"setting": one.path, "value": one.value, **place, "properties": list(one.properties), **one.topic.about}


def value_lines(one: Value, environment: str) -> Iterator[str]:
    """The setting as text."""
    yield f"{one.path} = {json.dumps(one.value, ensure_ascii=False)}"
    yield f"{one.place} in {environment}" if one.place else f"not set: the default in {environment}"
    if one.properties:
        yield from ("", "Properties with this value", *(f"  {name}" for name in one.properties))
    yield from ("", *one.topic.lines)
