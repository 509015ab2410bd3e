"""Write the language reference from the schemas; ``python -m compiler.language.reference`` updates the files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.language.editor import editor_text
from compiler.language.facts import fact
from compiler.language.known_page import known_page
from compiler.language.schema import Schema, load_schema
from compiler.source.json_value import Json

POSTURES = ("development", "staging", "production")
_MOST_KNOWN = 60
_ROOT = Path(__file__).parents[2]


def generated(schema: Schema) -> dict[Path, str]:
    """Files that are made from the schemas, with their content."""
    return {
        _ROOT / "docs" / "reference.md": reference(schema),
        _ROOT / "docs" / "known-values.md": known_page(),
        _ROOT / "schema" / "platform.schema.json": editor_text(schema),
    }


def reference(schema: Schema) -> str:
    """The reference as Markdown: header, sections in alphabetical order, shared settings."""
    parts = [
        "# Language reference",
        "Generated from `schema/` by `make docs`. One YAML file describes one platform; each section below is a kind "
        "of component. Where a default differs by posture all three are given: development / staging / production.",
        "## Header",
        *_table(schema, schema.base["properties"]),
        "Of one environment:",
        *_table(schema, schema.base["properties"]["environments"]["additionalProperties"]["properties"]),
    ]
    for section in sorted(schema.kinds):
        parts += _section(schema, section)
    parts += [
        "## Shared settings",
        "Every component:",
        *_table(schema, schema.base["$defs"]["component"]["properties"]),
        "Every component of a section that has several:",
        *_table(schema, schema.base["$defs"]["component_template"]["properties"]),
    ]
    return "\n\n".join(parts) + "\n"


def _section(schema: Schema, section: str) -> Iterator[str]:
    kind = schema.kinds[section]
    shared = schema.base["$defs"]["component"]["properties"]
    yield f"## {section}"
    yield kind["description"] + _place_of(schema, section)
    own = {name: about for name, about in kind["properties"].items() if name not in shared}
    yield from _table(schema, own, kind.get("required", ()))
    told = (("Verbs for `uses`", kind.get("x-verbs")), ("Attributes for `${…}`", _attributes(kind)))
    for title, entries in (*told, ("Alarms", _alarms(kind))):
        if entries:
            yield f"{title}:"
            yield "\n".join(f"- `{name}`: {about}" for name, about in sorted(entries.items()))


def _attributes(kind: Mapping[str, Json]) -> dict[str, str]:
    """Attributes with what they are, and which are known before anything is deployed."""
    fixed = kind.get("x-fixed-attributes", {})
    when = {name: " under `naming:`" if pattern == "{physical}" else "" for name, pattern in fixed.items()}
    return {
        name: about + (f" (fixed by the spec{when[name]})" if name in when else "")
        for name, about in kind.get("x-attributes", {}).items()
    }


def _alarms(kind: Mapping[str, Json]) -> dict[str, str]:
    """Alarms with when each goes off, and how severe it is where it is no warning."""
    severities = kind.get("x-alarm-severities", {})
    return {
        name: about + (f" Severity `{severities[name]}`." if name in severities else "")
        for name, about in kind.get("x-alarms", {}).items()
    }


def _place_of(schema: Schema, section: str) -> str:
    kind = schema.kinds[section]
    single = " The section is one component itself." if schema.singleton(section) else ""
    causes = [f"`{other}`" for other in schema.kinds if section in schema.needs(other)]
    implied = f" It is created by itself with {', '.join(causes)}." if causes else ""
    return f"{single}{implied} Nested stack: `{kind['x-layer']}`."


def _table(schema: Schema, properties: Mapping[str, Json], required: Json = ()) -> Iterator[str]:
    rows = list(_rows(schema, properties, required, ""))
    if rows:
        yield "\n".join(["| setting | value | default | what it is |", "|---|---|---|---|", *rows])


def _rows(schema: Schema, properties: Mapping[str, Json], required: Json, prefix: str) -> Iterator[str]:
    for name, written in properties.items():
        schema_of = schema.deref(written)
        example = f" Example: `{_code(schema_of['examples'][0])}`." if schema_of.get("examples") else ""
        default = "required" if name in required else _default(schema_of)
        description = str(schema_of.get("description", "")).replace("|", "\\|")
        yield f"| `{prefix}{name}` | {_kind(schema_of)} | {default} | {description}{example} |"
        for child, step in (
            (schema_of, "."),
            (schema_of.get("items"), "[]."),
            (schema_of.get("additionalProperties"), ".*."),
        ):
            below = schema.deref(child) if isinstance(child, Mapping) else {}
            if below.get("properties") and name != "environments":
                needed = below.get("required", ())
                yield from _rows(schema, below["properties"], needed, f"{prefix}{name}{step}")


def _code(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False).replace("|", "\\|")


def _default(about: Mapping[str, Json]) -> str:
    by_posture = about.get("x-posture", {})
    if by_posture:
        return " / ".join(f"`{_code(by_posture.get(posture, about.get('default')))}`" for posture in POSTURES)
    if about.get("default") is None:
        return "none"
    return f"`{_code(about['default'])}`"


def _kind(about: Mapping[str, Json]) -> str:
    if "enum" in about:
        return ", ".join(f"`{_code(name)}`" for name in about["enum"])
    types = about.get("type", "")
    names = [name for name in ([types] if isinstance(types, str) else types) if name != "null"]
    words = " or ".join(names)
    low, high = about.get("minimum"), about.get("maximum")
    if low is not None and high is not None:
        return f"{words}, {low} to {high}"
    if "x-known" in about:
        return f"{words}: {_known(about)}"
    expects = about.get("x-expects")
    return f"{words}: {expects}" if expects else words


def _known(about: Mapping[str, Json]) -> str:
    """The values that AWS offered on the date of the data; others are passed on with a warning."""
    known = fact(about["x-known"])
    listed = {of: known.current(of) for of in known.lists}
    if sum(map(len, listed.values())) > _MOST_KNOWN:
        return f"{about['x-expects']} ([known on {known.date}](known-values.md#{known.name}))"
    shown = (f"{of}: {', '.join(f'`{one}`' for one in values)}".removeprefix(": ") for of, values in listed.items())
    return f"{'; '.join(shown)} ([known on {known.date}](known-values.md#{known.name}))"


if __name__ == "__main__":
    for path, text in generated(load_schema()).items():
        path.write_text(text, encoding="utf-8")
