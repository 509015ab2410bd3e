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

_ORDERED = frozenset({("KeySchema", "AttributeName"), ("Stages", "Name")})
"""Property and key of lists whose order means something: attributes of a key that has several, stages of a pipeline."""


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


def _keyed(items: Sequence[Json], name: str) -> Mapping[str, Json] | None:
    """Items by the key that identifies them, so that one more in the middle does not look like a change of all."""
    keys = [str(_text(item[name])) for item in items if name in _object(item)]
    return dict(zip(keys, items, strict=True)) if len(set(keys)) == len(items) else None


def _object(item: Json) -> Mapping[str, Json]:
    return item if isinstance(item, Mapping) else {}


def _of_lists(old: Sequence[Json], new: Sequence[Json], path: Path) -> Iterator[tuple[Path, Json, Json]]:
    """Items side by side by the first key that all of both sides have, else by their place."""
    for name in _KEYS:
        before, after = _keyed(old, name), _keyed(new, name)
        if before is not None and after is not None and not _moved(before, after, (*path, name)):
            for key in {**before, **after}:
                yield from differences(before.get(key), after.get(key), (*path, f"[{key}]"))
            return
    for index in range(max(len(old), len(new))):
        one, other = (items[index] if index < len(items) else None for items in (old, new))
        yield from differences(one, other, (*path, index))


def _moved(before: Mapping[str, Json], after: Mapping[str, Json], path: Path) -> bool:
    """Whether items that both sides have stand in another order, where that means something."""
    ordered = path[-2:] in _ORDERED
    return ordered and [key for key in before if key in after] != [key for key in after if key in before]
