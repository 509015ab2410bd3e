"""Find the differences of two JSON values, by their shortest paths.

An item of a list that has a key of its own is the step ``[key]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.language.resource_types import is_intrinsic
from compiler.source.document import Path
from compiler.source.json_value import Json

_KEYS = ("Sid", "Key", "Id", "Name", "IndexName", "KeyType", "AttributeName", "PolicyName")
"""Keys that identify the items of a list: policy statements, tags, rules and origins, environment variables, parts of a
table, policies of a role."""


def differences(before: Json, after: Json, path: Path = ()) -> Iterator[tuple[Path, Json, Json]]:
    """Path, old and new value of each difference; None for what is absent. An intrinsic function is one value.

    Scalars are compared as CloudFormation reads them: ``5`` is ``"5"``, ``true`` is ``"true"``.
    """
    match before, after:
        case ({**_old}, {**_new}) if not (is_intrinsic(before) or is_intrinsic(after)):
            yield from _of_maps(before, after, path)
        case ([*old_items], [*new_items]):
            yield from _of_lists(old_items, new_items, path)
        case _:
            if not same(before, after):
                yield path, before, after


def same(before: Json, after: Json) -> bool:
    match before, after:
        case ({**old}, {**new}):
            return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
        case ([*old_items], [*new_items]):
            return len(old_items) == len(new_items) and all(map(same, old_items, new_items))
        case _:
            return bool(_text(before) == _text(after))


def shown(path: Path) -> str:
    """``("Tags", 0, "Value")`` as ``Tags[0].Value``."""
    parts = (f"[{part}]" if isinstance(part, int) else _step(part) for part in path)
    return "".join(parts).removeprefix(".")


def _step(part: str) -> str:
    return part if part.startswith("[") else f".{part}"


def _text(value: Json) -> Json:
    """Scalars as text, containers and None as they are."""
    match value:
        case True | False:
            return str(value).lower()
        case int() | float():
            return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
        case _:
            return value


def _of_maps(old: Mapping[str, Json], new: Mapping[str, Json], path: Path) -> Iterator[tuple[Path, Json, Json]]:
    for key in sorted({**old, **new}):
        yield from differences(old.get(key), new.get(key), (*path, key))


def _keyed(items: Sequence[Json]) -> Mapping[str, Json] | None:
    """Items by the key that identifies them, so that one more in the middle does not look like a change of all."""
    for name in _KEYS:
        keys = [str(item[name]) for item in items if name in _object(item)]
        if len(set(keys)) == len(items):
            return dict(zip(keys, items, strict=True))
    return None


def _object(item: Json) -> Mapping[str, Json]:
    return item if isinstance(item, Mapping) else {}


def _of_lists(old: Sequence[Json], new: Sequence[Json], path: Path) -> Iterator[tuple[Path, Json, Json]]:
    """Items side by side by their key where all of them have one, else by their place."""
    old_keyed, new_keyed = _keyed(old), _keyed(new)
    if old_keyed is not None and new_keyed is not None:
        for key in {**old_keyed, **new_keyed}:
            yield from differences(old_keyed.get(key), new_keyed.get(key), (*path, f"[{key}]"))
        return
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        yield from differences(before, after, (*path, index))
