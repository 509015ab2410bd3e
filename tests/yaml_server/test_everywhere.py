"""Wherever a person can stand in a spec, the YAML language server offers what may stand there and says what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from compiler.language.editor_form import described_default
from compiler.language.facts import hinted_values
from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from tests.yaml_server.client import Client
from tests.yaml_server.positions import (
    ENTRY,
    MODELINE,
    NAME,
    OF_ONE,
    WHERE,
    Map,
    Where,
    component_maps,
    example,
    header_maps,
    in_component,
    lines_to,
    offered,
)

SCHEMA = load_schema()
TOP = f"{MODELINE}../schema/platform.schema.json"
FILE = "stand.yaml"
pytestmark = pytest.mark.slow
sections = pytest.mark.parametrize("section", sorted(SCHEMA.kinds))
places = pytest.mark.parametrize("where", WHERE, ids=lambda where: where.name)


def standing(where: Where, section: str) -> Iterator[tuple[Map, list[str]]]:
    """Each map of a component there, with the settings that it has there."""
    single = SCHEMA.singleton(section)
    if where.name == "defaults" and single:
        return
    absent = {"defaults": OF_ONE, "each": () if single else ("each",)}.get(where.name, ())
    for one in component_maps(section):
        if one.steps[:1] and one.steps[0] in absent:
            continue
        yield one, [name for name in one.settings if one.steps or name not in absent]


def offers(server: Client, lines: list[str], before: str) -> set[str]:
    """Labels of what is offered behind `before`, which follows `lines`."""
    server.write(FILE, "\n".join([TOP, *lines, before, ""]))
    return {item["label"].strip('"') for item in server.completion(FILE, len(lines) + 1, len(before))}


@places
@sections
def test_every_setting_is_offered(server: Client, where: Where, section: str) -> None:
    missing = {}
    for one, settings in standing(where, section):
        found = offers(server, *in_component(where, section, one.steps))
        if not found.issuperset(settings):
            missing[one.steps] = set(settings) - found
    assert missing == {}


@places
@sections
def test_every_value_of_an_enumeration_is_offered(server: Client, where: Where, section: str) -> None:
    missing = {}
    for one, settings in standing(where, section):
        lines, before = in_component(where, section, one.steps)
        for name in settings:
            for step, values in valued(one.settings[name]):
                found = offers(server, *behind(lines, before, name, step))
                if not found.issuperset(values):
                    missing[*one.steps, name, step] = set(values) - found
    assert missing == {}


HEADER = [one for one in header_maps() if "environments" not in one.steps[1:]]
headers = pytest.mark.parametrize("one", HEADER, ids=[".".join(one.steps) or "file" for one in HEADER])


def in_header(one: Map) -> tuple[list[str], str]:
    """The lines down to a map of the file or of an environment. The file's own begins with the file."""
    return lines_to(one.steps) if one.steps else ([], "")


@headers
def test_every_setting_of_the_header_is_offered(server: Client, one: Map) -> None:
    sections = set(SCHEMA.kinds) if one.steps in ((), ("environments", NAME)) else set()
    assert offers(server, *in_header(one)) >= {*one.settings, *sections}


@headers
def test_every_value_of_the_header_is_offered(server: Client, one: Map) -> None:
    lines, before = in_header(one)
    for name, about in one.settings.items():
        for step, values in valued(about):
            assert offers(server, *behind(lines, before, name, step)) >= set(values)


@headers
def test_every_setting_of_the_header_says_what_it_is(server: Client, one: Map) -> None:
    lines, before = in_header(one)
    indent = " " * len(before)
    written = [
        f"{indent if number else before}{name}: {example(about)}"
        for number, (name, about) in enumerate(one.settings.items())
    ]
    server.write(FILE, "\n".join([TOP, *lines, *written, ""]))
    for number, (name, about) in enumerate(one.settings.items()):
        assert says(server.hover(FILE, len(lines) + 1 + number, len(before) + 1), about), name


def valued(about: Mapping[str, Json]) -> Iterator[tuple[str, list[str]]]:
    """What an editor has to offer as value of a setting, and as entry of its list or map."""
    for step, child in (("", about), (ENTRY, about.get("items")), (NAME, about.get("additionalProperties"))):
        if isinstance(child, Mapping):
            one = SCHEMA.deref(child)
            values = [*offered(one), *map(str, hinted_values(one))]
            if values:
                yield step, values


def behind(lines: list[str], before: str, name: str, step: str) -> tuple[list[str], str]:
    """Where a value of the setting is written, or one of its list or map."""
    if not step:
        return lines, f"{before}{name}: "
    below = " " * (len(before) + 2)
    return [*lines, f"{before}{name}:"], below + ("- " if step == ENTRY else "some: ")


@places
@sections
def test_every_setting_says_what_it_is(server: Client, where: Where, section: str) -> None:
    silent = {}
    for one, settings in standing(where, section):
        lines, before = in_component(where, section, one.steps)
        shown = [name for name in settings if one.steps or name not in ("existing", "each")]
        below = " " * len(before)
        written = [
            f"{before if not number else below}{name}: {example(one.settings[name])}"
            for number, name in enumerate(shown)
        ]
        server.write(FILE, "\n".join([TOP, *lines, *written, ""]))
        for number, name in enumerate(shown):
            told = server.hover(FILE, len(lines) + 1 + number, len(before) + 1)
            if not says(told, one.settings[name]):
                silent[*one.steps, name] = told
    assert silent == {}


def says(told: str, about: Mapping[str, Json]) -> bool:
    """Whether a hover has the description, the default of each posture, and an example."""
    plain = told.replace("\\", "")
    wanted = [about.get("description", ""), described_default(about)]
    if about.get("examples"):
        wanted.append("Example:")
    return plain != "" and all(words.replace("\\", "") in plain for words in wanted)
