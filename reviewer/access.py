"""Tell a change of policies as who may now do what on which component, by the verbs of the spec where it has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.change import Risk
from reviewer.permissions import Permission, permissions
from reviewer.settings import place_of
from reviewer.sides import Sides
from reviewer.values import joined

_MOST_ACTIONS = 3
_TAKES_A_ROLE = frozenset(
    {"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:TagSession"}
)
_PREPOSITIONS = {"connect": "to", "consume": "from", "publish": "to", "pull": "from", "push": "to", "send": "to"}
"""What stands between a verb of `uses` and the component in a sentence."""
_SERVICE = ".amazonaws.com"
"""How principals end that are services of AWS, which act for the account itself."""


@frozen(eq=True)
class _Pair:
    """What one party may do on one target before and after."""

    who: str
    target: str
    added: tuple[Permission, ...]
    removed: tuple[Permission, ...]


def access_risks(sides: Sides) -> Iterator[Risk]:
    """A line for each party and target that existed before and whose permissions differ.

    What a new component may do is part of it, as its `uses` says, unless it is somebody outside who may do it.
    """
    old, new = permissions(sides, sides.old), permissions(sides, sides.new)
    for pair in _pairs(new - old, old - new):
        if _is_news(sides, pair):
            yield from _told(sides, pair)


def _pairs(added: frozenset[Permission], removed: frozenset[Permission]) -> Iterator[_Pair]:
    given, taken = _by_pair(added), _by_pair(removed)
    for key in sorted({*given, *taken}):
        found = given.get(key, ()), taken.get(key, ())
        if not all(one.companion for each in found for one in each):
            yield _Pair(*key, *found)


def _by_pair(found: Iterable[Permission]) -> Mapping[tuple[str, str], tuple[Permission, ...]]:
    """Party and target → permissions; each is looked at once, since a platform has tens of thousands."""
    pairs: dict[tuple[str, str], list[Permission]] = {}
    for one in sorted(found, key=lambda one: (one.action, one.condition)):
        pairs.setdefault((one.who, one.target), []).append(one)
    return {key: tuple(each) for key, each in pairs.items()}


def _is_news(sides: Sides, pair: _Pair) -> bool:
    external = any(one.external for one in (*pair.added, *pair.removed))
    parties = [pair.target] if external else [pair.who, pair.target]
    if any(one.external and not one.condition and not one.denied and one.who == "anyone" for one in pair.added):
        return True
    return all(sides.stays(party) for party in parties if sides.known(party))


def _told(sides: Sides, pair: _Pair) -> Iterator[Risk]:
    place, where = _place(sides, pair), _target(pair)
    before, after = _verbs(sides, pair)
    given, taken = [verb for verb in after if verb not in before], [verb for verb in before if verb not in after]
    allowed, freed = [one for one in pair.added if not one.denied], [one for one in pair.removed if one.denied]
    lost = [one for one in pair.removed if not one.denied and one.action not in {other.action for other in allowed}]
    if allowed and given:
        deletes = ", deletion included" if any(":Delete" in one.action for one in allowed) else ""
        was = f" (could {joined(before)} before)" if before else ""
        yield _risk(pair, f"may now {_phrase(given)} {pair.target}{deletes}{was}", place)
    elif allowed:
        yield _risk(pair, f"may now {_done(allowed, where)}{_conditions(pair)}", place)
    if freed:
        yield _risk(pair, f"is no longer refused to {_done(freed, where)}", place)
    if lost and (taken or not given):
        what = f"{_phrase(taken)} {pair.target}" if taken else _done(lost, where)
        yield _risk(pair, f"may no longer {what}", place, serious=False)


def _risk(pair: _Pair, text: str, place: str, serious: bool = True) -> Risk:
    external = any(one.external for one in (*pair.added, *pair.removed))
    serious = serious and not (external and pair.who.endswith(_SERVICE))
    return Risk(
        "access", pair.target if external else pair.who, f"{pair.who} {text}" if external else text, place, serious
    )


def _verbs(sides: Sides, pair: _Pair) -> tuple[list[str], list[str]]:
    """The verbs with which the party uses the target, before and after."""
    old, new = sides.setting(pair.who, "uses")
    return _verbs_in(old, pair.target), _verbs_in(new, pair.target)


def _verbs_in(uses: Json, target: str) -> list[str]:
    given = uses.get(target) if isinstance(uses, Mapping) else None
    verbs = given.get("verbs") if isinstance(given, Mapping) else given
    return [verbs] if isinstance(verbs, str) else list(verbs or ())


def _phrase(verbs: Iterable[str]) -> str:
    return joined([f"{verb} {_PREPOSITIONS[verb]}" if verb in _PREPOSITIONS else verb for verb in verbs])


def _place(sides: Sides, pair: _Pair) -> str:
    component = pair.who if sides.known(pair.who) else pair.target
    return place_of(sides, component, ("uses", pair.target)) or place_of(sides, pair.target)


def _actions(found: Iterable[Permission]) -> str:
    names = list(dict.fromkeys(one.action for one in found))
    rest = len(names) - _MOST_ACTIONS
    return joined([*names[:_MOST_ACTIONS], f"{rest} more"] if rest > 0 else names)


def _done(found: Sequence[Permission], target: str) -> str:
    """The actions on a target, as what may be done."""
    if all(one.action in _TAKES_A_ROLE for one in found):
        return f"take a role of {target}"
    return f"{_actions(found)} on {target}"


def _target(pair: _Pair) -> str:
    return "anything" if pair.target == "*" else pair.target


def _conditions(pair: _Pair) -> str:
    """Said where the same actions were allowed before, so that only the conditions differ."""
    before = {one.action: one.condition for one in pair.removed if not one.denied}
    changed = [one for one in pair.added if one.action in before and not one.denied]
    if len(changed) < len([one for one in pair.added if not one.denied]):
        return ""
    return " without a condition" if not any(one.condition for one in changed) else " under other conditions"
