"""What a removal would do, for people: what stays and why, what data goes, and what hinders it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping

from deployer.removal.destroy import PLAIN, Removal, Terms
from deployer.removal.shrinking import operations

_WIDTH = 110


def removal_lines(removals: Mapping[str, Removal], name_region: bool, terms: Terms = PLAIN) -> Iterator[str]:
    """Each stack with its region where there are several, or where it was asked for."""
    for region, removal in removals.items():
        where = f" in {region}" if len(removals) > 1 or name_region else ""
        count, kept = len(removal.resources), len(removal.kept)
        yield f"{removal.stack.name}{where}: {count} resources, {kept} of them {'is' if kept == 1 else 'are'} retained"
        yield from (f"  {line}" for line in _details(removal, terms))


def _details(removal: Removal, terms: Terms) -> Iterator[str]:
    goes = f"goes: {', '.join(_counts(removal))}"
    yield from textwrap.wrap(goes, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    yield from operations(removal.parts, removal.most)
    yield from (f"goes: {risk.component}: {risk.text}" for risk in removal.lost)
    told = {word for risk in removal.lost for word in risk.text.split()}
    yield from (f"stays: {one}" for one in removal.kept if one.policy != "Snapshot")
    yield from (f"goes: {one}" for one in removal.kept if one.policy == "Snapshot" and one.logical_id not in told)
    if removal.stack.protected:
        yield f"protected: the stack, from termination{_turned_off(terms)}"
    yield from (f"protected: {one}{_turned_off(terms)}" for one in removal.guarded)
    for store in removal.full:
        how = ": it is emptied first, with all versions" if terms.empties(store) else ""
        yield f"full: {store.component}: {store}{how}"


def _counts(removal: Removal) -> Iterator[str]:
    """How many resources of each component are deleted."""
    stay = {one.logical_id for one in removal.kept if one.policy != "Snapshot"}
    owners = {name: owner for names in removal.origins.values() for name, owner in names.items()}
    counts = Counter(owners.get(name, "no component") for name in sorted(removal.resources - stay))
    yield from (f"{owner} ({count})" for owner, count in sorted(counts.items())) if counts else ("nothing",)


def _turned_off(terms: Terms) -> str:
    return ": that is turned off first" if terms.disable_protection else ""
