"""Check that no two uses set the same environment variable: the program would see only one of the values.

A variable is the stem of a use and a suffix of the target (``MAIN`` and ``READER_HOST``, or ``MAIN_READER`` and
``HOST``), so that different uses can have one name. What `environment:` sets overrides the variables of uses, as its
description says, and is not a duplicate.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from compiler.meaning.edges import Edge
from compiler.meaning.patterns import is_pattern
from compiler.program.component import Component, Platform, User
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.frozen import frozen


@frozen(eq=True)
class _Source:
    """A source of environment variables of a component: a use, with all its verbs, or a setting of its own."""

    name: str
    place: Place
    names: frozenset[str]
    help: str = ""


def duplicate_variables(platform: Platform) -> Iterator[Diagnostic]:
    """A fault at each use that sets a variable which another use of the same component sets too."""
    for component in platform.built:
        if isinstance(component, User) and component.variable_facets:
            sources = [*_uses(platform, component), *_settings(platform, component)]
            for source, other in itertools.permutations(sources, 2):
                if source.names & other.names and source.help:
                    yield _fault(component, source, other)


def _uses(platform: Platform, component: User) -> Iterator[_Source]:
    uses: dict[str, list[Edge]] = {}
    for edge in platform.edges_from(component):
        if edge.prefix:
            uses.setdefault(edge.target, []).append(edge)
    stems = [edges[0].prefix for edges in uses.values()]
    own_names = component.own_variables()
    for edges in uses.values():
        path = edges[0].path
        if _may_meet(edges[0].prefix, [*stems, *own_names]):
            target, verbs = platform.components[edges[0].target], [edge.verb for edge in edges]
            written = str(path[-1])
            help_text = _how_to_rename(target.path if is_pattern(written) else written, verbs)
            yield _Source(target.path, platform.document.key_place(path), _names(platform, component, edges), help_text)


def _may_meet(stem: str, others: Sequence[str]) -> bool:
    """Whether a variable with `stem` can equal one with another stem, which few can."""
    alike = [other for other in others if f"{other}_".startswith(f"{stem}_") or f"{stem}_".startswith(f"{other}_")]
    return len(alike) > 1


def _names(platform: Platform, component: User, edges: Sequence[Edge]) -> frozenset[str]:
    facets = (getattr(platform.capability(edge), facet) for edge in edges for facet in component.variable_facets)
    return frozenset(f"{edges[0].prefix}_{suffix}" for facet in facets for suffix in facet)


def _settings(platform: Platform, component: User) -> Iterator[_Source]:
    for name, path in component.own_variables().items():
        where = (*component.path.split("."), *path)
        yield _Source(f"'{'.'.join(map(str, path))}'", platform.document.value_place(where), frozenset((name,)))


def _how_to_rename(target: str, verbs: Sequence[str]) -> str:
    written = verbs[0] if len(verbs) == 1 else f"[{', '.join(verbs)}]"
    return f"give one of the two another stem with 'as': {target}: {{verbs: {written}, as: OTHER}}"


def _fault(component: Component, source: _Source, other: _Source) -> Diagnostic:
    names = sorted(source.names & other.names)
    word = "variable" if len(names) == 1 else "variables"
    message = f"{source.name} sets the {word} {', '.join(names)}, which {other.name} sets too"
    return Diagnostic("duplicate-variable", message, source.place, component.path, source.help, (other.place,))
