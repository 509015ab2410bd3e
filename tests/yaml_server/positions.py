"""Every place of a spec where a person can stand, made from the schemas of the compiler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.language.schema import Schema, load_schema
from compiler.source.json_value import Json

MODELINE = "# yaml-language-server: $schema="
CURSOR = "‸"
ENTRY = "[]"
"""A step into an entry of a list."""
NAME = "*"
"""A step into an entry of a map of any names."""
HEAD = ("platform: shop",)
ENVIRONMENT = ("environments:", "  dev:", "    posture: production")
OF_ONE = ("only", "renamed_from", "existing", "each")
Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """A map with settings: the way to it from the component on, and the schema of each setting."""

    steps: Steps
    settings: Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Where:
    """A part of a spec that has components: the lines above, and the steps to a component of a section."""

    name: str
    above: Sequence[str]
    steps: Steps
    """Before the section."""
    indent: int = 0
    component: str = "main"
    beside: Sequence[str] = ()
    """Lines of the component itself, before what is asked."""
    named: bool = True
    """Whether a section that has several has a component of that name."""


WHERE = (
    Where("component", (*HEAD, *ENVIRONMENT), ()),
    Where("each", (*HEAD, *ENVIRONMENT), (), component="main-{word}", beside=("each: {word: [a, b]}",)),
    Where("environment", (*HEAD, *ENVIRONMENT), (), indent=4),
    Where("defaults", (*HEAD, *ENVIRONMENT), ("defaults",), named=False),
    Where("fleet", (*HEAD, *ENVIRONMENT), ("fleet", "by_region", "us-east-1"), indent=4),
)


def maps(schema: Schema, properties: Mapping[str, Json], steps: Steps = ()) -> Iterator[Map]:
    """The map with these settings, and each one inside of it."""
    settings = {name: schema.deref(about) for name, about in properties.items()}
    yield Map(steps, settings)
    for name, about in settings.items():
        yield from _inside(schema, about, (*steps, name))


def _inside(schema: Schema, about: Mapping[str, Json], steps: Steps) -> Iterator[Map]:
    if about.get("properties"):
        yield from maps(schema, about["properties"], steps)
    for keyword, step in (("items", ENTRY), ("additionalProperties", NAME)):
        if isinstance(about.get(keyword), Mapping):
            yield from _inside(schema, schema.deref(about[keyword]), (*steps, step))


def component_maps(section: str) -> Iterator[Map]:
    schema = load_schema()
    kind = schema.kinds[section]
    own = {} if schema.singleton(section) else schema.base["$defs"]["component_template"]["properties"]
    yield from maps(schema, {**kind["properties"], **own})


def header_maps() -> Iterator[Map]:
    """Those of the file and of an environment that are no section's."""
    schema = load_schema()
    header = {name: one for name, one in schema.base["properties"].items() if name != "environments"}
    yield from maps(schema, header)
    environment = schema.base["properties"]["environments"]["additionalProperties"]["properties"]
    yield from maps(schema, environment, ("environments", NAME))


def lines_to(steps: Steps, indent: int = 0) -> tuple[list[str], str]:
    """The lines down to a map in block style, and what stands before its next key."""
    lines, dashes = [], ""
    for step in steps:
        if step == ENTRY:
            dashes += "- "
            continue
        lines.append(f"{' ' * indent}{dashes}{'some' if step == NAME else step}:")
        indent, dashes = indent + 2 + len(dashes), ""
    return lines, " " * indent + dashes


def in_component(where: Where, section: str, steps: Steps) -> tuple[list[str], str]:
    """The lines of a spec down to a map of a component of `section` there."""
    single = load_schema().singleton(section) or not where.named
    to = (*where.steps, section) if single else (*where.steps, section, where.component)
    lines, before = lines_to(to, where.indent)
    lines = [*where.above, *lines]
    if single or not where.beside:
        below, before = lines_to(steps, len(before))
        return [*lines, *below], before
    below, after = lines_to(steps, len(before))
    return [*lines, *(before + line for line in where.beside), *below], after


def example(about: Mapping[str, Json]) -> str:
    """A value of the setting in one line."""
    if about.get("examples"):
        return json.dumps(about["examples"][0], ensure_ascii=False)
    if "enum" in about:
        return json.dumps(about["enum"][0])
    types = about.get("type", "string")
    first = types if isinstance(types, str) else types[0]
    return {"object": "{}", "array": "[]", "boolean": "true", "integer": "1", "number": "1"}.get(first, '"some"')


def offered(about: Mapping[str, Json]) -> list[str]:
    """Values that an editor has to offer: those of an enumeration, or true and false."""
    if "enum" in about:
        return [str(value) for value in about["enum"] if value is not None]
    if "boolean" not in about.get("type", ""):
        return []
    return ["false"] if about.get("not") == {"const": True} else ["true", "false"]
