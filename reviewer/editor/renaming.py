"""Rename a component: at every place that names it, with `renamed_from`, so that no resource is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.accept import matches
from compiler.language.names import pascal
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.editor.entries import added, removed
from reviewer.editor.mentions import Mention, exportable
from reviewer.editor.reading import Reading
from reviewer.editor.text import Change, Text

_FORMER = "renamed_from"
_TRIES = 3
"""Spelling one name out can make another one ambiguous, but not for long."""


class Refused(Exception):
    """A sentence that says why a component can't have the name."""


@frozen(eq=True)
class Renamed:
    """The changes, and the text after them."""

    changes: tuple[Change, ...]
    content: str


def renamable(reading: Reading, offset: int) -> Mention:
    """What is named at the offset, if it can be renamed. Raises `Refused`."""
    if reading.document is None:
        raise Refused("the spec is not YAML at the moment: mend its first error, then rename")
    found = reading.mentioned(offset)
    if not found:
        raise Refused("no component is named here")
    if not all(one.exact for one in found) or len({one.address for one in found}) > 1:
        raise Refused("this stands for several components: rename one where it is declared")
    address = found[0].address
    if "." not in address:
        raise Refused(f"'{address}' is a section that is one component itself: its name is the section's")
    if address.partition(".")[0] in _export_sections(reading):
        raise Refused(f"platforms above know {address} by its name: change it by hand, here and there")
    if _declaration(reading, address) is None:
        raise Refused(f"{address} is made by 'each': change its words, and write '{_FORMER}' by hand")
    return found[0]


def _declaration(reading: Reading, address: str) -> Mention | None:
    """Where the name is written, if it is written as it is, for this component alone."""
    at = [one for one in reading.mentions if one.declares and one.address == address]
    exact = [one for one in at if one.exact]
    shared = {one.address for one in reading.mentions if one.declares and exact and one.span == exact[0].span}
    return exact[0] if exact and len(shared) == 1 else None


def renamed(reading: Reading, offset: int, name: str) -> Renamed:
    """The component at the offset with another name. Raises `Refused` with what is in the way."""
    address = renamable(reading, offset).address
    section, _, old = address.partition(".")
    if name == old:
        return Renamed((), reading.text.content)
    _refuse_name(reading, section, (old, name))
    qualified: frozenset[int] = frozenset()
    for _ in range(_TRIES):
        made = _attempt(reading, address, name, qualified)
        wrong = _meant_otherwise(reading, made, (address, f"{section}.{name}"))
        if not wrong:
            return made
        unclear = {one.span.start for one in wrong if _may_be_spelled_out(one, address, name)}
        if unclear <= qualified:
            break
        qualified |= unclear
    raise Refused(_unclear(reading, wrong[0], name))


def _may_be_spelled_out(one: Mention, address: str, name: str) -> bool:
    """Whether its section would tell a reference from others that have the name."""
    key = one.declares or one.changes or one.qualified or not one.exact
    return not key and name == (name if one.address == address else one.address.rpartition(".")[2])


def _refuse_name(reading: Reading, section: str, names: tuple[str, str]) -> None:
    old, name = names
    about: Mapping[str, Json] = reading.schema.base["$defs"]["component_name"]
    if not matches(about["pattern"], name) or len(name) > about["maxLength"]:
        raise Refused(f"invalid name '{name}': expected {about['x-expects']}")
    written = reading.written
    for other in written.spec.sections.get(section, {}) if written else ():
        if other != old and pascal(other) == pascal(name):
            raise Refused(f"{section}.{other} has that name already" if other == name else _same_ids(section, other))


def _same_ids(section: str, other: str) -> str:
    return f"the name gives the same logical ids as {section}.{other}"


def _attempt(reading: Reading, address: str, name: str, qualified: frozenset[int]) -> Renamed:
    """The changes if the mentions at some offsets are written with their sections."""
    changes = {}
    for one in reading.mentions:
        new = name if one.address == address else one.address.rpartition(".")[2]
        spelled = f"{one.address.rpartition('.')[0]}.{new}" if one.span.start in qualified else new
        if one.exact and spelled != reading.text.cut(one.span):
            changes[one.span] = Change(one.span, spelled)
    further = (*_former(reading, address, name), *_exports(reading, address, name))
    every = tuple(sorted((*changes.values(), *further), key=lambda one: one.span.start))
    return Renamed(every, reading.text.changed([*every]))


def _former(reading: Reading, address: str, name: str) -> tuple[Change, ...]:
    """The change of `renamed_from`: the name of the deployed stack stays, and goes when the component has it again."""
    section, _, old = address.partition(".")
    document, path = reading.document, (section, old)
    if document is None:
        return ()
    settings = document.data[section][old]
    before = settings.get(_FORMER) if isinstance(settings, dict) else None
    if before == name:
        change = removed(reading.text, document, (*path, _FORMER))
    elif before:
        return ()
    else:
        change = added(reading.text, document, path, f"{_FORMER}: {old}")
    if change is None:
        raise Refused(f"the settings of {address} stand elsewhere (an alias): write '{_FORMER}: {old}' by hand")
    return (change,)


def _exports(reading: Reading, address: str, name: str) -> Iterator[Change]:
    """Exports without `component` mean what has their name: those of the old and of the new one say which one it is.

    Platforms above know an export by its name, so it keeps that.
    """
    section, _, old = address.partition(".")
    if reading.document is None or reading.written is None:
        return
    spec, new = reading.written.spec, f"{section}.{name}"
    if [one.address for one in exportable(spec.candidates(old))] == [address]:
        yield from _said(reading, old, new if spec.candidates(name) else name)
    others = [one.address for one in exportable(spec.candidates(name))]
    if len(others) == 1 and exportable(spec.candidates(address)):
        yield from _said(reading, name, others[0])


def _said(reading: Reading, export: str, reference: str) -> Iterator[Change]:
    """The change of an export that does not say yet which component it is."""
    document, written = reading.document, reading.written
    if document is None or written is None:
        return
    for section in _export_sections(reading):
        word = str(reading.schema.kinds[section]["x-exports"])
        made = written.spec.sections.get(section, {}).get(export)
        if made is None or (made.settings or {}).get(word):
            continue
        exports = document.data.get(section)
        settings = exports.get(export, False) if isinstance(exports, dict) else False
        plain = settings is None or (isinstance(settings, dict) and word not in settings)
        change = added(reading.text, document, (section, export), f"{word}: {reference}") if plain else None
        if change is None:
            raise Refused(f"the export '{export}' would mean another component: write '{word}: {reference}' by hand")
        yield change


def _export_sections(reading: Reading) -> list[str]:
    return [section for section, kind in reading.schema.kinds.items() if "x-exports" in kind]


def _meant_otherwise(reading: Reading, made: Renamed, names: tuple[str, str]) -> list[Mention]:
    """The mentions that would name another component, or none, after the changes."""
    after = Reading(reading.file, Text(made.content), reading.schema)
    left = {(one.span.start, one.address) for one in after.mentions}
    wrong = []
    for one in reading.mentions:
        moved = one.span.start + sum(_growth(change) for change in made.changes if change.span.start < one.span.start)
        section = made.content[moved:].startswith(f"{one.address.rpartition('.')[0]}.") and not one.qualified
        start = moved + (len(one.address.rpartition(".")[0]) + 1 if section else 0)
        if (start, names[1] if one.address == names[0] else one.address) not in left:
            wrong.append(one)
    return wrong


def _growth(change: Change) -> int:
    return len(change.text) - (change.span.end - change.span.start)


def _unclear(reading: Reading, one: Mention, name: str) -> str:
    line = reading.text.position(one.span.start, "utf-32")[0] + 1
    written = reading.text.cut(one.span)
    return f"line {line} means {one.address} by '{written}', and would not after a rename to '{name}': change it first"


def users_told(reading: Reading, address: str) -> str:
    """What a rename does not keep: variables of those who use the component, in a sentence; empty if there are none."""
    users = dict.fromkeys(one.source for one in reading.of({address}) if one.path[-2:-1] == ("uses",) and one.source)
    if not users:
        return ""
    return f"environment variables of {', '.join(users)} have the new name; 'as' keeps the old one"
