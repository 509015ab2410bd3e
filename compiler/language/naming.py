"""Physical names by the `naming:` pattern, for the main resources of kinds whose schema has ``x-physical-name``.

The annotation names the CloudFormation type and property, the most characters it takes, a pattern with words for it,
and where needed a suffix that a setting asks for (``{"fifo": ".fifo"}``), the setting that is the name itself
(``unless``), and the property of main resources of another type (``property_of``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.accept import matches
from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path
from compiler.source.interpolation import CLOSE, OPEN, expand, pointers
from compiler.source.json_value import Json

VARIABLES = ("name", "platform", "env", "region", "account")
"""What ``${…}`` may name in the pattern."""


def written_out(document: Document, known: Mapping[str, str]) -> str | None:
    """The pattern with all but ``${name}`` written out."""
    naming = document.data.get("naming")
    return expand(naming, known) if naming else None


def bad_pattern(document: Document) -> Iterator[Diagnostic]:
    """A fault for each ``${…}`` that is not allowed in the pattern."""
    known = [name for name in VARIABLES if name != "account" or document.data.get("account")]
    for name, closed in pointers(document.data.get("naming") or ""):
        if not closed or name not in known:
            message = f"unknown variable '${{{name}}}' in a name" if closed else f"'${{{name}' is never closed"
            help_text = "allowed: ${name}, " + ", ".join(f"${{{variable}}}" for variable in known[1:])
            yield Diagnostic("unknown-variable", message, document.value_place(("naming",)), suggestion=help_text)


def physical_name(naming: str | None, kind: Mapping[str, Json], name: str, data: Mapping[str, Json]) -> str | None:
    """The physical name of a resolved component's main resource; None where CloudFormation names it."""
    about = kind.get("x-physical-name")
    if not naming or not about or data.get(about.get("unless")) or data.get("existing") is not None:
        return None
    suffix = "".join(end for setting, end in about.get("suffix", {}).items() if data[setting])
    return naming.replace(f"{OPEN}name{CLOSE}", data["renamed_from"] or name) + suffix


def bad_names(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """A fault for each physical name that AWS would not accept."""
    naming = document.data["naming"]
    for section, name, path, data in components(document, schema):
        kind = schema.kinds[section]
        physical = physical_name(naming, kind, name, data)
        if physical is None:
            continue
        reason = _reason(physical, kind["x-physical-name"])
        if reason:
            yield _fault(document, path, f"invalid physical name '{physical}': {reason}")


def _reason(physical: str, about: Mapping[str, Json]) -> str:
    if len(physical) > about["most"]:
        return f"it has {len(physical)} characters, at most {about['most']} are allowed"
    return "" if matches(about["pattern"], physical) else f"expected {about['expects']}"


def _fault(document: Document, path: Path, message: str) -> Diagnostic:
    place, help_text = document.value_place(("naming",)), "change the pattern, or rename the component"
    return Diagnostic("physical-name", message, place, ".".join(map(str, path)), help_text, (document.key_place(path),))
