"""What the golden of a case shows: its own section in full, of the rest that it is there; or the whole platform.

The section is the first word of the case's name; a case with another name shows the whole platform. A comment in the
spec (``# shows: services, ecs`` or ``# shows: everything``) overrules the name; its first section is the case's own.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import render
from linter.policy.flat import Placed, names, resources, root_outputs
from tests.goldens.text import headed

GONE = "not in this environment"

_SHOWS = re.compile(r"^# shows: (.+)$", re.MULTILINE)
Blocks = dict[str, dict[str, Json]]
"""Heading → entry → value."""


def golden(sections: Sequence[str], compiled: Sequence[Compiled]) -> dict[str, str]:
    """File name → text: an environment, or what of it is not as in an earlier one of the same regions.

    `sections` are what `sections_shown` gives; none means the whole platform.
    """
    files: dict[str, str] = {}
    bases: dict[tuple[str, ...], tuple[str, Blocks]] = {}
    for environment, group in itertools.groupby(compiled, lambda one: one.environment):
        roots = tuple(group)
        blocks = dict(_sections(sections, roots) if sections else _whole(roots))
        base, before = bases.setdefault(roots[0].regions, (environment, blocks))
        if base == environment:
            head, shown = f"# {environment}", blocks
        else:
            head, shown = (
                f"# {environment}: what differs from {base}",
                _different(_named(before, base, environment), blocks),
            )
        files[f"{environment}.yaml"] = "".join(f"{line}\n" for line in (head, *_text(shown)))
    return files


def sections_shown(case: str, spec: str) -> tuple[str, ...]:
    """The sections that a case shows in full, its own first; none for a case that shows the whole platform."""
    stated = _SHOWS.search(spec)
    names_of = stated[1].split(", ") if stated else [case.split("-")[0]]
    return tuple(name for name in names_of if name in load_schema().kinds)


def in_full(sections: Sequence[str], compiled: Sequence[Compiled]) -> Iterator[Placed]:
    """The resources whose bodies the golden shows: those of its sections and those that take a value from its own."""
    placed = tuple(one for root in compiled for one in resources(root))
    own = _own(sections[0], compiled) if sections else set()
    for one in placed:
        if not sections or one.origin.split(".")[0] in sections or own & set(names(one.body)):
            yield one


def _own(section: str, compiled: Sequence[Compiled]) -> set[str]:
    """Logical ids of the section's resources, and root parameters that carry their values from another region."""
    own = {one.logical_id for root in compiled for one in resources(root) if one.origin.split(".")[0] == section}
    outputs = {(root.region, name): value for root in compiled for name, value in root_outputs(root).items()}
    taken = {(name, region) for root in compiled for name, region in root.takes.items()}
    return own | {name for name, region in taken if own & set(names(outputs[region, name]))}


def _sections(sections: Sequence[str], compiled: Sequence[Compiled]) -> Iterator[tuple[str, dict[str, Json]]]:
    full, own = list(in_full(sections, compiled)), _own(sections[0], compiled)
    for one in compiled:
        near = [placed for placed in full if placed.region == one.region]
        yield f"{one.region} outputs", {name: out for name, out in root_outputs(one).items() if own & set(names(out))}
        yield f"{one.region} parameters", _parameters(one, near)
        yield f"{one.region} artefacts", _artefacts(one, sections[0])
        for stack, members in itertools.groupby(resources(one), lambda placed: placed.stack):
            entries = {f"{placed.logical_id} ({placed.origin})": placed for placed in members}
            yield f"{one.region} {stack}", {key: placed.body for key, placed in entries.items() if placed in near}
            rest = {key: placed.body["Type"] for key, placed in entries.items() if placed not in near}
            yield f"{one.region} {stack}, other sections", rest


def _parameters(compiled: Compiled, full: Sequence[Placed]) -> dict[str, Json]:
    """The root's parameters that something shown in full takes."""
    used = {name for one in full for name in names(one.body)}
    return {name: about for name, about in compiled.root.body.get("Parameters", {}).items() if name in used}


def _artefacts(compiled: Compiled, section: str) -> dict[str, Json]:
    own = (one for one in compiled.artifacts if one.component.split(".")[0] == section)
    return {one.parameter: {"component": one.component, "source": one.source} for one in own}


def _whole(compiled: Sequence[Compiled]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Every file that the environment is written to; the manifest without its hashes."""
    for name, text in render(compiled).items():
        body = json.loads(text)
        stem = " ".join(name.removesuffix(".template.json").split("/")[2:])
        nested = {key: child for key, child in body.items() if key in ("Outputs", "Parameters", "Resources")}
        yield stem, _without_hashes({key: child for key, child in body.items() if key not in nested})
        yield from ((f"{stem} {key}", child) for key, child in nested.items())


def _without_hashes(value: Json) -> Json:
    if isinstance(value, list):
        return [_without_hashes(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _without_hashes(child) for key, child in value.items() if key != "sha256"}
    return value


def _named(blocks: Blocks, old: str, new: str) -> Blocks:
    """`blocks` with the name of another environment."""
    word = re.compile(rf"\b{re.escape(old)}\b")
    renamed: Blocks = json.loads(word.sub(new, json.dumps(blocks)))
    return renamed


def _different(base: Blocks, blocks: Blocks) -> Blocks:
    """What `blocks` has otherwise than `base`, entry by entry."""
    told: Blocks = {}
    for heading in {**base, **blocks}:
        before, now = base.get(heading, {}), blocks.get(heading, {})
        changed = {name: value for name, value in now.items() if name not in before or before[name] != value}
        told[heading] = changed | {name: GONE for name in before if name not in now}
    return told


def _text(blocks: Blocks) -> Iterator[str]:
    for heading, entries in blocks.items():
        if entries:
            yield ""
            yield f"{heading}:"
        for name, value in sorted(entries.items()):
            yield from headed(f"  {name}:", value, "    ")
