"""Find what a word on the command line means in one environment of a spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.language.group_places import GROUPS
from compiler.language.schema import Schema
from compiler.meaning.edges import Checked, Edge
from compiler.meaning.patterns import is_pattern, matches_pattern
from compiler.meaning.resolved import resolved_spec
from compiler.program.component import Component
from compiler.source.diagnostics import Diagnostic, SpecError, did_you_mean
from compiler.source.document import Path
from reviewer.explain.built import Built, built, is_use
from reviewer.explain.component import explained_component
from reviewer.explain.component_view import component_lines, component_rows
from reviewer.explain.group import explained_group
from reviewer.explain.setting import explained_setting, value_lines, value_rows
from reviewer.explain.topics import Topic
from reviewer.explain.use import explained_use
from reviewer.explain.use_view import use_lines, use_rows


def explain_spec(checked: Checked, schema: Schema, subject: str) -> Topic:
    """A component, one of its settings, one of its uses, or a group, in one environment.

    Raises `SpecError` for an unknown name, and as compiling does.
    """
    first, *steps = subject.split(".")
    if first == GROUPS:
        return explained_group(checked.document, schema, steps)
    whole = built(checked, schema)
    component, rest = _component(whole, subject)
    environment = whole.platform.environment
    if not rest:
        explained = explained_component(whole, component)
        return Topic(component_rows(explained), tuple(component_lines(explained, environment)))
    if rest[0] == "uses" and len(rest) > 1:
        key = ".".join(rest[1:])
        edges = _edges(whole, component, key)
        use = explained_use(whole, (*component.path.split("."), "uses", key), edges)
        return Topic(use_rows(use), tuple(use_lines(use, environment)))
    value = explained_setting(whole, component, rest)
    return Topic(value_rows(value), tuple(value_lines(value, environment)))


def _component(whole: Built, subject: str) -> tuple[Component, tuple[str, ...]]:
    """The component at the start of `subject`, by address or by a name that it alone has, and what follows."""
    steps = tuple(subject.split("."))
    by_path = {component.path: component for component in whole.platform.components.values()}
    for size in (2, 1):
        found = by_path.get(".".join(steps[:size]))
        if found and len(steps) >= size:
            return found, steps[size:]
    named = [one for path, one in by_path.items() if path.rpartition(".")[2] == steps[0]]
    if len(named) == 1:
        return named[0], steps[1:]
    raise SpecError([_unknown_component(whole, subject, [one.path for one in named])])


def _unknown_component(whole: Built, subject: str, meant: list[str]) -> Diagnostic:
    paths = [component.path for component in whole.platform.components.values()]
    first = subject.split(".")[0]
    if meant:
        message, help_text = f"'{first}' can mean {' or '.join(meant)}", f"write '{meant[0]}'"
        return Diagnostic("unknown-subject", message, suggestion=help_text)
    address = ".".join(subject.split(".")[:2])
    sections = {path.partition(".")[0] for path in paths}
    help_text = did_you_mean(address if first in sections else first, _names(paths, first in sections))
    message = f"there is no component '{address}' in {whole.platform.environment}"
    return Diagnostic("unknown-subject", message, whole.checked.document.value_place(()), suggestion=help_text)


def _names(paths: list[str], whole: bool) -> Iterator[str]:
    for path in paths:
        yield path
        yield from () if whole else (path.rpartition(".")[2],)


def _edges(whole: Built, component: Component, key: str) -> tuple[Edge, ...]:
    """The uses that `key` stands for: as it is written, or by the address or the name of what is used."""
    path = tuple(component.path.split("."))
    own = [edge for edge in whole.checked.connections.edges if is_use(edge, path)]
    found = _by_pattern(whole, own, (*path, "uses", key)) if is_pattern(key) else _by_name(own, key)
    if found:
        return found
    message = f"{component.path} does not use '{key}'" if own else f"{component.path} uses nothing"
    known = [str(edge.path[-1]) for edge in own]
    place = whole.checked.document.key_place(path)
    raise SpecError([Diagnostic("unknown-subject", message, place, suggestion=did_you_mean(key, known))])


def _by_name(own: Sequence[Edge], key: str) -> tuple[Edge, ...]:
    spelled = [(str(edge.path[-1]), edge.target, edge.target.rpartition(".")[2]) for edge in own]
    ways = (tuple(edge for edge, names in zip(own, spelled, strict=True) if names[way] == key) for way in range(3))
    return next(filter(None, ways), ())


def _by_pattern(whole: Built, own: Sequence[Edge], path: Path) -> tuple[Edge, ...]:
    """The uses of the pattern at `path`; one that two patterns mean is of both."""
    if path not in whole.checked.document.keys:
        return ()
    spec = resolved_spec(whole.checked.document, whole.schema)
    by_patterns = (edge for edge in own if is_pattern(str(edge.path[-1])))
    return tuple(edge for edge in by_patterns if matches_pattern(str(path[-1]), spec.at(edge.target)))
