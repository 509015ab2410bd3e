"""A map of a manifest, which knows what of it was read: the rest can be told, so that nothing is lost in silence."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import field

from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.migration.draft import LOST

_READ_IT = "write the value as the documentation of Copilot's manifests has it, and convert again"


@frozen(eq=True)
class Part:
    """The map at `path`. What is read or told of is remembered in `read`, which all parts of a manifest share."""

    document: Document
    path: Path = ()
    read: set[Path] = field(default_factory=set)
    faults: list[Diagnostic] = field(default_factory=list)

    def take(self, *keys: str | int) -> Json:
        """The value below these keys, or None; it counts as read with all that is in it."""
        self.read.add((*self.path, *keys))
        return self.look(*keys)

    def look(self, *keys: str | int) -> Json:
        """The value below these keys, or None, without reading it."""
        found: Json = self.document.data
        for key in (*self.path, *keys):
            if isinstance(found, Mapping):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    def part(self, *keys: str | int) -> Part:
        """The map below these keys; an empty one where none is."""
        return Part(self.document, (*self.path, *keys), self.read, self.faults)

    def place(self, *keys: str | int) -> Place:
        return self.document.key_place((*self.path, *keys))

    def names(self, *keys: str) -> tuple[str, ...]:
        """The keys of the map below these keys."""
        found = self.look(*keys)
        return tuple(found) if isinstance(found, Mapping) else ()

    def rows(self, *keys: str) -> tuple[Part, ...]:
        """The maps of the list below these keys."""
        found = self.look(*keys)
        if found is None:
            return ()
        if not isinstance(found, list):
            self._odd("a list", *keys)
            return ()
        return tuple(self.part(*keys, number) for number in range(len(found)))

    def number(self, *keys: str | int) -> int | None:
        found = self.take(*keys)
        if isinstance(found, str) and found.isdigit():
            return int(found)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        self._odd("a whole number", *keys)
        return None

    def text(self, *keys: str | int) -> str | None:
        found = self.take(*keys)
        if isinstance(found, int | float) and not isinstance(found, bool):
            return str(found)
        if isinstance(found, str):
            return found
        self._odd("a text", *keys)
        return None

    def flag(self, *keys: str | int) -> bool | None:
        """True or false; `on` and `off`, which are text in YAML 1.2, are flags of Copilot's."""
        found = self.take(*keys)
        words = {"on": True, "yes": True, "off": False, "no": False}
        found = words.get(found, found) if isinstance(found, str) else found
        if isinstance(found, bool):
            return found
        self._odd("true or false", *keys)
        return None

    def texts(self, *keys: str | int) -> list[str]:
        """A text or a list of texts as a list."""
        found = self.take(*keys)
        listed = found if isinstance(found, list) else [] if found is None else [found]
        if all(isinstance(one, str | int) and not isinstance(one, bool) for one in listed):
            return [str(one) for one in listed]
        self._odd("a text or a list of texts", *keys)
        return []

    def words(self, *keys: str | int) -> list[str] | None:
        """A command: a list, or a text that is split as a shell does."""
        if not isinstance(self.look(*keys), str):
            return self.texts(*keys) or None
        try:
            return shlex.split(str(self.take(*keys))) or None
        except ValueError:
            self._odd("a command with closed quotation marks", *keys)
            return None

    def left(self) -> Iterator[Path]:
        """The outermost keys of which nothing was read."""
        yield from self._left(self.path, self.look())

    def _left(self, path: Path, value: Json) -> Iterator[Path]:
        if path in self.read:
            return
        inside = any(one[: len(path)] == path for one in self.read)
        if path != self.path and not inside:
            yield path
        elif isinstance(value, Mapping | list):
            pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
            for key, child in pairs:
                yield from self._left((*path, key), child)

    def _odd(self, expected: str, *keys: str | int) -> None:
        """Tells of a value of another form; one that is not there is none."""
        found = self.take(*keys)
        if found is not None:
            name = ".".join(str(key) for key in (*self.path, *keys))
            message = f"'{name}' is left out: expected {expected}"
            told = Diagnostic(LOST, message, self.place(*keys), suggestion=_READ_IT, severity="warning")
            self.faults.append(told)
