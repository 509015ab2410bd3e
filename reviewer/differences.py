"""Where two JSON values differ, told by the shortest paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.compiled import Json

Path = tuple[str | int, ...]


def differences(before: Json, after: Json, path: Path = ()) -> Iterator[tuple[Path, Json, Json]]:
    """Path, old and new value of each difference; None for what is absent. An intrinsic function is one value.

    Scalars are compared as CloudFormation reads them: ``5`` is ``"5"``, ``true`` is ``"true"``.
    """
    match before, after:
        case ({**_old}, {**_new}) if not (_intrinsic(before) or _intrinsic(after)):
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
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _text(value: Json) -> Json:
    """Scalars as text, containers and None as they are."""
    match value:
        case True | False:
            return str(value).lower()
        case int() | float():
            return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
        case _:
            return value


def _intrinsic(value: Mapping[str, Json]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _of_maps(old: Mapping[str, Json], new: Mapping[str, Json], path: Path) -> Iterator[tuple[Path, Json, Json]]:
    for key in sorted({**old, **new}):
        yield from differences(old.get(key), new.get(key), (*path, key))


def _of_lists(old: Sequence[Json], new: Sequence[Json], path: Path) -> Iterator[tuple[Path, Json, Json]]:
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        yield from differences(before, after, (*path, index))
