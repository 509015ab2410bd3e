"""All tools over the production environments of specs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import yaml

from compiler.pipeline import compile_spec
from linter.policy import checkov, guard
from linter.policy.linked import LinkedTemplate, linked
from linter.policy.tools import PACKAGE, program_in, rules_in
from linter.policy.violation import Violation
from tests.security.finding import Finding, finding_of
from tests.security.tools import nag, parliament

Broken = Callable[[Path, Path], Iterator[tuple[str, str, str]]]


def _checkov(templates: Path, tools: Path) -> Iterator[tuple[str, str, str]]:
    yield from map(_row, checkov.broken(templates, tools / "checkov/bin/checkov"))


def _guard(templates: Path, tools: Path) -> Iterator[tuple[str, str, str]]:
    package = tools / PACKAGE
    yield from map(_row, guard.broken(templates, program_in(package), rules_in(package)))


def _row(one: Violation) -> tuple[str, str, str]:
    return one.template, one.rule, one.logical_id


TOOLS: dict[str, Broken] = {
    "checkov": _checkov,
    "cfn-guard": _guard,
    "cdk-nag": nag.broken,
    "parliament": parliament.broken,
}


def production(specs: Iterable[Path]) -> Iterator[LinkedTemplate]:
    """The linked template of each root of each environment with posture production."""
    for spec in specs:
        environments = yaml.safe_load(spec.read_text(encoding="utf-8"))["environments"]
        names = tuple(name for name, data in environments.items() if data["posture"] == "production")
        yield from linked(compile_spec(str(spec), names), accepted=False)


def findings(templates: Iterable[LinkedTemplate], tools: Path, names: Iterable[str]) -> Iterator[Finding]:
    """What the named tools, installed below `tools`, find in all of `templates`."""
    known = {template.name: template for template in templates}
    with tempfile.TemporaryDirectory(prefix="stackwright-security-") as name:
        folder = Path(name)
        for template in known.values():
            (folder / f"{template.name}.json").write_text(template.text, encoding="utf-8")
        for tool in names:
            for of, rule, logical_id in TOOLS[tool](folder, tools.absolute()):
                yield finding_of(known[of], rule, logical_id)
