"""cfn-guard with a set of rules. Tried with 3.1.1 and the rules of AWS Control Tower.

A rule's id is the one that its message has in brackets, as those of Control Tower do, else its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from compiler.source.json_value import Json
from linter.policy.process import SECONDS, printed, report_of
from linter.policy.violation import Violation

_ID = re.compile(r"\[(?P<id>[A-Z][A-Z0-9]*(?:\.[A-Z0-9]+)+)\]")
_TOLD = re.compile(
    r"(?:\[[^\]]+\]:?|Violation:)?\s*(?P<what>.*?)\s*(?:(?:\[FIX\]|Fix):\s*(?P<advice>.*))?", re.IGNORECASE
)
"""Messages of Control Tower, ``[CT.S3.PR.2]: … [FIX]: …``, and of the Guard rules registry, ``Violation: … Fix: …``."""
_RESOURCE = re.compile(r"/Resources/(?P<id>[A-Za-z0-9]+)(?P<inner>/\S*)?")
_STEP = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_FOUND = (0, 19)
_REPORT = ("--structured", "--output-format", "json", "--show-summary", "none")


def broken(templates: Path, program: Path, rules: Path, seconds: float = SECONDS) -> Iterator[Violation]:
    """What the rules find in all templates of a folder; a rule is told once for a resource. Raises `ToolFailed`."""
    command = (program, "validate", *_REPORT, "--rules", rules.resolve(), "--data", templates)
    for report in report_of("cfn-guard", printed(command, _FOUND, seconds=seconds)):
        for rule in report["not_compliant"]:
            yield from _of_rule(Path(report["name"]).stem, rule)


def _of_rule(template: str, rule: Json) -> Iterator[Violation]:
    texts = (" ".join(text.split()) for text in _messages(rule))
    text = next(filter(None, texts), "")
    name, told = rule["Rule"]["name"], _TOLD.fullmatch(text)
    found = _ID.search(text)
    places: dict[str, tuple[str, ...]] = {}
    for logical_id, inner in _places(rule):
        places.setdefault(logical_id, inner)
    for logical_id, inner in sorted(places.items()):
        yield Violation(
            template=template,
            rule=found["id"] if found else _rule_id(name),
            logical_id=logical_id,
            message=(told["what"] if told else text) or f"does not comply with {name}",
            inner=inner,
            advice=(told["advice"] if told else "") or "",
        )


def _rule_id(name: str) -> str:
    """A word alone could be a code of our own."""
    return name if "_" in name else f"guard.{name}"


def _messages(value: Json) -> Iterator[str]:
    """The messages that the authors of the rules wrote, from the outside in."""
    if isinstance(value, list):
        for item in value:
            yield from _messages(item)
    elif isinstance(value, dict):
        if isinstance(value.get("custom_message"), str):
            yield value["custom_message"]
        for child in value.values():
            yield from _messages(child)


def _places(value: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Resource and property of each clause, in the order of the report; a property that is missing too."""
    if isinstance(value, list):
        for item in value:
            yield from _places(item)
    elif isinstance(value, dict):
        at = value.get("traversed_to") or value
        path = at.get("path") if isinstance(at, dict) else None
        if isinstance(path, str) and "value" in at:
            yield from _place(path, str(value.get("remaining_query") or ""))
        else:
            for child in value.values():
                yield from _places(child)


def _place(path: str, missing: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for match in _RESOURCE.finditer(path):
        inner = tuple(filter(None, (match["inner"] or "").split("/")))
        yield match["id"], (*inner, missing) if _STEP.fullmatch(missing) else inner
        return
