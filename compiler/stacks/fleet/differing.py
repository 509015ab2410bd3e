"""Tell what the stacks of a fleet would have each by itself, at the setting that makes it so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from compiler.language.fleet import Variant
from compiler.meaning.edges import Checked
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.document import Path
from compiler.stacks.compiled import Compiled
from compiler.stacks.fleet.unify import Difference


def differing(differences: Sequence[Difference], roots: Sequence[Compiled], checked: Checked) -> tuple[Diagnostic, ...]:
    """One error for each setting, whatever it changes."""
    groups: dict[Place, list[Diagnostic]] = {}
    for difference in differences:
        found = _told(difference, roots, checked)
        groups.setdefault(found.place, []).append(found)
    return tuple(_together(groups[place]) for place in sorted(groups))


def _together(group: Sequence[Diagnostic]) -> Diagnostic:
    """The first difference, how many more there are, and all components that have one."""
    first, *others = group
    more = f" (and {len(others)} more difference{'s' if others[1:] else ''})" if others else ""
    message = f"{first.message}{more}, and all stacks of a fleet have one template"
    components = dict.fromkeys(one.component for one in group if one.component)
    return replace(first, message=message, component=" ".join([*components][:1]), others=tuple(components)[1:])


def _told(difference: Difference, roots: Sequence[Compiled], checked: Checked) -> Diagnostic:
    variant, first = checked.variants[difference.variant][0], checked.variants[0][0]
    owner = _owner(difference, (roots[difference.variant], roots[0]))
    help_text = "change values of settings only, or make it an environment of its own"
    place = _Settings(checked, (variant, first)).place(tuple(owner.split(".")) if owner else ())
    return Diagnostic("fleet-differs", _what(difference, first, variant), place, owner, help_text)


def _owner(difference: Difference, roots: Sequence[Compiled]) -> str:
    """The component of a resource, which may be in the templates of one variant only."""
    origins = (template.origins for root in roots for template in root.templates)
    return next((known[difference.logical_id] for known in origins if difference.logical_id in known), "")


def _what(difference: Difference, first: Variant, variant: Variant) -> str:
    if len(difference.path) == 1:
        return f"{difference.path[0]} is in one of {first} and {variant} only"
    path = ".".join(map(str, difference.path[1:]))
    return f"{path} of {difference.path[0]} is another one in {variant} than in {first}"


class _Settings:
    """What the changes for the accounts and regions of two variants set."""

    def __init__(self, checked: Checked, variants: Sequence[Variant]) -> None:
        self._document = checked.variants[0][1].document
        self._keys = checked.written.keys if checked.written else {}
        self._at = ("environments", self._document.data["environment"], "fleet")
        names = [
            (kind, name) for one in variants for kind, name in (("by_account", one.account), ("by_region", one.region))
        ]
        self._entries = [(*self._at, *entry) for entry in dict.fromkeys(names) if (*self._at, *entry) in self._keys]

    def place(self, component: Path) -> Place:
        """The one setting that can have made a difference of a component; else the closest that has them all."""
        own = [
            path for path in self._leaves() if component and path[len(self._at) + 2 :][: len(component)] == component
        ]
        if own:
            return self._keys[_common(own)]
        if self._entries:  # of no component: the posture, tags, or another component that this one goes by
            return self._keys[_common(self._leaves()) if len(self._entries) == 1 else self._entries[0]]
        if component in self._document.keys:  # the region itself makes the difference
            return self._document.keys[component]
        return self._keys.get((*self._at, "regions")) or self._document.value_place(())

    def _leaves(self) -> list[Path]:
        """Settings that are changed; a list or a null is one."""
        paths = [path for entry in self._entries for path in self._keys if path[: len(entry)] == entry]
        inner = {path[:length] for path in paths for length in range(len(path))}
        return [path for path in paths if path not in inner]


def _common(paths: Sequence[Path]) -> Path:
    """The setting itself, or the one that holds all of several."""
    if len({*paths}) == 1:
        return paths[0]
    return tuple(_alike(paths))


def _alike(paths: Sequence[Path]) -> Iterator[str | int]:
    for steps in zip(*paths, strict=False):
        if len({*steps}) > 1:
            return
        yield steps[0]
