"""Write the language reference from the schemas; ``python -m compiler.language.reference`` updates the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.language.described import Setting, code, settings
from compiler.language.editor import editor_text
from compiler.language.known_page import known_page
from compiler.language.schema import Schema, load_schema
from compiler.source.json_value import Json

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
    rows = [_row(setting) for setting in settings(schema, properties, required)]
    if rows:
        yield "\n".join(["| setting | value | default | what it is |", "|---|---|---|---|", *rows])


def _row(setting: Setting) -> str:
    example = f" Example: `{_escaped(setting.example)}`." if setting.example else ""
    default = "required" if setting.required else _default(setting)
    return f"| `{setting.path}` | {setting.values} | {default} | {_escaped(setting.description)}{example} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _default(setting: Setting) -> str:
    told = [f"`{_escaped(code(default))}`" for default in setting.defaults.values()]
    return "none" if told == ["`null`"] else " / ".join(told)


if __name__ == "__main__":
    for path, text in generated(load_schema()).items():
        path.write_text(text, encoding="utf-8")
