"""What one `uses` gives: the difference between a component that has this use alone and one that has none.

The rest of the platform stays as it is. What other uses of the component would give as well is marked, since it
stays when this one is taken out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from compiler.language.address import address_of
from compiler.meaning.edges import Edge
from compiler.meaning.patterns import is_pattern, matches_pattern
from compiler.meaning.resolved import resolved_spec
from compiler.source.diagnostics import Place
from compiler.source.document import Path
from compiler.source.frozen import frozen
from reviewer.explain.built import Built, resources_with
from reviewer.explain.facts import SHOWN_BY_THEMSELVES, Created, Fact, Property, Wait, facts


@frozen(eq=True)
class Given:
    """One fact that a use adds."""

    fact: Fact
    stack: str
    """The nested stack of its resource."""
    shared: bool
    """Whether another use of the component gives the same."""


@frozen(eq=True)
class Use:
    """What one key of `uses` became."""

    user: str
    """Path of the component."""
    targets: tuple[tuple[str, str], ...]
    """Path of each component that is used, and the verb."""
    place: Place
    given: tuple[Given, ...]
    left_out: tuple[str, ...] = ()
    """What matches a pattern without being meant: the user, what is named by itself, what does not offer the verbs."""


def explained_use(built: Built, path: Path, edges: tuple[Edge, ...]) -> Use:
    """What `edges` give together, which the key of `uses` at `path` stands for."""
    user, wanted = path[:-2], frozenset(edge.target for edge in edges)
    added = added_facts(built, user, wanted)
    whole, rest = facts(built.resources), facts(resources_with(built, user, lambda edge: edge.target not in wanted))
    standing = ((whole[fact], fact in rest) for fact in added if fact in whole)
    given = tuple(Given(fact, built.stack(fact.resource), shared) for fact, shared in standing)
    targets = tuple((edge.target, edge.verb) for edge in edges)
    document = built.checked.document
    place = document.keys.get(path) or document.key_place(edges[0].path)
    return Use(address_of(user), targets, place, given, tuple(_left_out(built, path, wanted)))


def _left_out(built: Built, path: Path, meant: Collection[str]) -> Iterator[str]:
    """What matches the pattern at `path`, but is the user, is named by itself or does not offer the verbs."""
    if is_pattern(str(path[-1])):
        every = resolved_spec(built.checked.document, built.schema).components()
        matching = (one.address for one in every if matches_pattern(str(path[-1]), one))
        yield from (address for address in matching if address not in meant)


def added_facts(built: Built, path: Path, targets: Collection[str]) -> list[Fact]:
    """The facts of a platform whose component at `path` uses `targets` alone, without those if it uses nothing."""
    none = facts(resources_with(built, path, lambda edge: False))
    alone = facts(resources_with(built, path, lambda edge: edge.target in targets))
    return list(telling([fact for fact in alone if fact not in none]))


def telling(added: Sequence[Fact]) -> Iterator[Fact]:
    """Facts that tell something: of a new resource only what is not one of its properties."""
    made = {fact.resource: fact.type for fact in added if isinstance(fact, Created)}
    for fact in added:
        inner = isinstance(fact, Property | Wait) and fact.resource in made
        itself = isinstance(fact, Created) and fact.type in SHOWN_BY_THEMSELVES
        if not inner and not itself:
            yield fact
