"""All tools over the production environments of specs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import yaml

from compiler.pipeline import compile_spec
from linter.policy import checkov, guard
from linter.policy.linked import FlatTemplate, flat_template
from tests.security.finding import Finding, finding_of
from tests.security.tools import nag, parliament

Broken = Callable[[Path, Path], Iterator[tuple[str, str, str]]]

TOOLS: dict[str, Broken] = {
    "checkov": checkov.broken,
    "cfn-guard": guard.broken,
    "cdk-nag": nag.broken,
    "parliament": parliament.broken,
}


def production(specs: Iterable[Path]) -> Iterator[FlatTemplate]:
    """The flat template of each root of each environment with posture production."""
    for spec in specs:
        environments = yaml.safe_load(spec.read_text(encoding="utf-8"))["environments"]
        names = tuple(name for name, data in environments.items() if data["posture"] == "production")
        yield from map(flat_template, compile_spec(str(spec), names))


def findings(templates: Iterable[FlatTemplate], tools: Path, names: Iterable[str]) -> Iterator[Finding]:
    """What the named tools, installed below `tools`, find in all of `templates`."""
    known = {template.name: template for template in templates}
    with tempfile.TemporaryDirectory(prefix="stackwright-security-") as name:
        folder = Path(name)
        for template in known.values():
            (folder / f"{template.name}.json").write_text(json.dumps(template.body), encoding="utf-8")
        for tool in names:
            for of, rule, logical_id in TOOLS[tool](folder, tools):
                yield finding_of(known[of], rule, logical_id)
