"""SARIF 2.1.0 (OASIS), with what GitHub's code scanning asks of it: short and full descriptions, help, fingerprints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from compiler.source.diagnostics import NOWHERE, Diagnostic, Place
from compiler.source.json_value import Json
from compiler.source.report import Report
from compiler.source.suppression import ignored_rows
from linter.formats.places import fingerprinted, relative
from linter.formats.rules import Rule, documentation, version

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SOURCES, _TEMPLATES = "%SRCROOT%", "TEMPLATES"
_TEMPLATE = ".template.json"
_BASES = {
    _SOURCES: {"description": {"text": "The folder that the command runs in: the root of the repository."}},
    _TEMPLATES: {"description": {"text": "The folder that `compile` writes, templates_out."}},
}


def render(report: Report) -> str:
    """A log with one run, whose results are the diagnostics in their order."""
    codes = sorted({found.code for found in report.diagnostics})
    driver: dict[str, Json] = {"name": "Stackwright", "rules": [_rule(code, report.diagnostics) for code in codes]}
    driver |= {"version": version()} if version() else {}
    driver |= {"informationUri": documentation()} if documentation() else {}
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"stackwright/{report.command}/"},
        "originalUriBaseIds": _BASES,
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(found, codes.index(found.code), mark, report) for found, mark in fingerprinted(report.diagnostics)
        ],
    }
    # as results with `suppressions` GitHub would show them as open alerts
    run |= {"properties": {"ignored": ignored_rows(report.ignored)}} if report.ignored else {}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str, diagnostics: Sequence[Diagnostic]) -> Json:
    rule = Rule(code)
    first = next(found for found in diagnostics if found.code == code)
    described = f"{rule.title}, such as: {first.message}"
    about: dict[str, Json] = {
        "id": code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": described},
        "help": {"text": f"{rule.owner} explains {code} in {rule.page}"}
        | ({"markdown": rule.text} if rule.text else {}),
        "defaultConfiguration": {"level": first.severity},
    }
    return about | ({"helpUri": rule.page} if "://" in rule.page else {})


def _help(rule: Rule) -> Json:
    """The text of our own pages itself, since their address depends on where the project is published."""
    text = {"text": f"{rule.owner} explains {rule.code} in {rule.page}"}
    return text | ({"markdown": rule.text} if rule.text else {})


def _result(found: Diagnostic, rule: int, fingerprint: str, report: Report) -> Json:
    place = found.place if found.place.file else Place(report.subject, 1, 1)
    names = [name for name in (found.component, *found.others) if name]
    location: dict[str, Json] = {"physicalLocation": _physical(place)}
    location |= {"logicalLocations": [_logical(found, name) for name in names]} if names else {}
    result: dict[str, Json] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": found.severity,
        "message": {"text": f"{found.text}{f' ({found.suggestion})' if found.suggestion else ''}"},
        "locations": [location],
        "partialFingerprints": {"stackwright/v1": fingerprint},
    }
    also = [
        {
            "id": number,
            "physicalLocation": _physical(one),
            "message": {"text": "the template" if _is_template(one) else "see also"},
        }
        for number, one in enumerate(found.also, 1)
        if one != NOWHERE
    ]
    return result | ({"relatedLocations": also} if also else {})


def _physical(place: Place) -> Json:
    """A stretch of a file; templates are below the folder that `compile` writes."""
    path, base = (place.file, _TEMPLATES) if _is_template(place) else (relative(place.file), _SOURCES)
    region = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)}
    if place.end_line:
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    return {"artifactLocation": {"uri": quote(path), "uriBaseId": base}, "region": region}


def _logical(found: Diagnostic, component: str) -> Json:
    """The component with the setting."""
    name = f"{component}.{found.setting}" if found.setting else component
    return {"fullyQualifiedName": name, "kind": "object"}


def _is_template(place: Place) -> bool:
    return place.file.endswith(_TEMPLATE)
