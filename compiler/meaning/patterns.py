"""Keys of `uses` that stand for several components: ``tables.*`` and ``jobs-*``.

A pattern means the components that offer all of its verbs, but never the user itself and none that the same `uses`
names. ``*`` is any text; a pattern with a dot is of one section. Of two patterns that mean one component both hold.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from compiler.language.schema import Schema
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.meaning.spelling import replaced_at, value_at
from compiler.meaning.targets import Report, verbs_of
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

ANY = "*"


@frozen(eq=True)
class Form:
    """What stands at a key of `uses`."""

    verbs: tuple[str, ...]
    stem: str | None
    """Of the environment variables, if it is not the name of what is used."""
    variables: bool
    """Whether it gives variables at all."""


def form_of(use: Json) -> Form:
    """A use in each of its spellings: a verb, a list of verbs, or a map."""
    about: Mapping[str, Json] = use if isinstance(use, dict) else {"verbs": use}
    verbs = about["verbs"]
    listed = tuple(verbs) if isinstance(verbs, list) else (str(verbs),)
    return Form(listed, about.get("as"), about.get("variables", True))


def is_pattern(key: str) -> bool:
    return ANY in key


@frozen(eq=True)
class Meant:
    """A component that patterns mean, with what they say together."""

    target: ResolvedComponent
    verbs: Mapping[str, str]
    """Verb → the first pattern that has it."""
    variables: bool


class Patterns:
    """Finds what the patterns of one resolved spec mean, and reports those that mean nothing."""

    def __init__(self, spec: ResolvedSpec, schema: Schema, report: Report) -> None:
        self._spec = spec
        self._schema = schema
        self._report = report

    def meant(self, path: Path, uses: Mapping[str, Json], others: Collection[ResolvedComponent]) -> tuple[Meant, ...]:
        """The components that patterns of the `uses` at `path` mean, each once; never one of `others`."""
        found: dict[str, Meant] = {}
        for pattern, use in uses.items():
            form, where = form_of(use), (*path, pattern)
            if self._sound(pattern, form, where):
                for target in self._fitting(pattern, form, where, others):
                    known = found.get(target.address, Meant(target, {}, False))
                    more = {verb: pattern for verb in form.verbs if verb not in known.verbs}
                    found[target.address] = Meant(target, {**known.verbs, **more}, known.variables or form.variables)
        return tuple(found.values())

    def _sound(self, pattern: str, form: Form, path: Path) -> bool:
        section, dot, _ = pattern.rpartition(".")
        if not pattern.replace(ANY, "") or ANY in section:
            what = f"has no whole section before the dot, but '{section}'" if dot else "would mean every component"
            help_text = "name the section, or a part of the names: 'tables.*', 'jobs-*'"
            self._report("bad-pattern", f"the pattern '{pattern}' {what}", path, help_text)
        elif form.stem:
            message = f"'as' names the variables of one component, and the pattern '{pattern}' stands for several"
            self._report("bad-pattern", message, path, "remove it, or name the component, which wins over patterns")
        elif dot and section not in self._schema.kinds:
            able = [name for name, kind in self._schema.kinds.items() if kind.get("x-verbs")]
            self._report("unmatched-pattern", f"there is no section '{section}'", path, did_you_mean(section, able))
        else:
            return True
        return False

    def _fitting(
        self, pattern: str, form: Form, path: Path, others: Collection[ResolvedComponent]
    ) -> Iterator[ResolvedComponent]:
        """The matching components with all the verbs; one that is named is a match, so that it may be the only one."""
        section, dot, _ = pattern.rpartition(".")
        near = self._spec.components(section) if dot else self._spec.components()
        matching = [one for one in near if matches_pattern(pattern, one)]
        fitting = [one for one in matching if all(verb in offered(one) for verb in form.verbs)]
        if not matching:
            self._report("unmatched-pattern", f"no component matches '{pattern}'", path, self._nearest(pattern, form))
        elif not fitting:
            words = list(dict.fromkeys(verb for one in matching for verb in offered(one)))
            wrong = next((verb for verb in form.verbs if verb not in words), "")
            what = f"'{wrong}'" if wrong else f"all of {', '.join(form.verbs)}"
            message = f"none of the components that match '{pattern}' offers {what}"
            self._report("unknown-verb", message, path, did_you_mean(wrong, words) if wrong else "use two patterns")
        yield from (one for one in fitting if one not in others)

    def _nearest(self, pattern: str, form: Form) -> str:
        section, dot, _ = pattern.rpartition(".")
        others = self._spec.components(section) if dot else self._spec.components()
        able = [one for one in others if all(verb in offered(one) for verb in form.verbs)]
        known = [one.qualified if dot else one.name for one in able]
        return (
            did_you_mean(pattern.replace(ANY, ""), known)
            or f"nothing in '{section or self._spec.platform}' offers {', '.join(form.verbs)}"
        )


def matches_pattern(pattern: str, component: ResolvedComponent) -> bool:
    """Whether a component has a name such as a pattern wants it."""
    return _wanted(pattern).fullmatch(component.qualified if "." in pattern else component.name) is not None


@functools.cache
def _wanted(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split(ANY))))


def offered(component: ResolvedComponent) -> tuple[str, ...]:
    """The verbs that others may do with a component; with an existing one, those that need no change of it."""
    existing = component.settings.get("existing") is not None
    kept = component.kind["x-existing"]["offers"] if existing else None
    return tuple(verb for verb in verbs_of(component) if kept is None or verb in kept)


def written_out(document: Document, meant: Mapping[Path, tuple[Path, Json]]) -> Document:
    """The document with the uses that patterns mean in place of the patterns.

    `meant` has where each of them stands, where the pattern is that it comes from, and the use.
    """
    if not meant:
        return document
    uses: dict[Path, dict[str, Json]] = {}
    for path, (_, use) in meant.items():
        uses.setdefault(path[:-1], {})[str(path[-1])] = use
    named = {path: value_at(document.data, path) for path in uses}
    written = {
        path: {key: use for key, use in named[path].items() if not is_pattern(key)} | more
        for path, more in uses.items()
    }
    keys = {path: document.key_place(pattern) for path, (pattern, _) in meant.items()}
    values = {path: document.value_place(pattern) for path, (pattern, _) in meant.items()}
    data = replaced_at(document.data, written)
    return replace(document, data=data, keys={**document.keys, **keys}, values={**document.values, **values})
