"""The real checkov and cfn-guard through `lint --policy`, over the production environments of all platforms.

`make security` runs it; STACKWRIGHT_SECURITY_TOOLS names the folder that `make security-tools` has filled.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from compiler.pipeline import compile_spec
from compiler.source.diagnostics import Diagnostic
from compiler.stacks.compiled import Compiled
from linter.policy.found import broken_policies
from linter.policy.linked import linked
from linter.policy.tools import CHECKOV_VARIABLE, GUARD_VARIABLE, PACKAGE, RULES_VARIABLE, Policy, program_in, ready
from linter.policy.tools import rules_in as control_tower
from linter.rule_owner import POLICIES, owner
from tests.security.finding import Finding, read

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED = os.environ.get("STACKWRIGHT_SECURITY_TOOLS")
TOOLS = NAMED or str(ROOT / ".security-tools")
pytestmark = [
    pytest.mark.security,
    pytest.mark.skipif(not NAMED and not Path(TOOLS).is_dir(), reason="`make security-tools` installs them"),
]
RECORDED = {
    one
    for one in read((ROOT / "tests" / "security" / "findings.yaml").read_text(encoding="utf-8"))
    if owner(one.rule) in POLICIES
}


@dataclass(frozen=True)
class Run:
    compiled: tuple[Compiled, ...]
    found: tuple[Diagnostic, ...]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    package = Path(TOOLS).absolute() / PACKAGE
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHECKOV_VARIABLE, str(Path(TOOLS, "checkov", "bin", "checkov").absolute()))
        patch.setenv(GUARD_VARIABLE, str(program_in(package)))
        patch.setenv(RULES_VARIABLE, str(control_tower(package)))
        compiled = tuple(_production())
        yield Run(compiled, broken_policies(compiled, ready(map(Policy, POLICIES))))


def _production() -> Iterator[Compiled]:
    for spec in sorted((ROOT / "spec").glob("*.yaml")):
        environments = yaml.safe_load(spec.read_text(encoding="utf-8"))["environments"]
        names = tuple(name for name, data in environments.items() if data["posture"] == "production")
        yield from compile_spec(str(spec), names, trace=True)


def told(run: Run) -> set[Finding]:
    types = {
        (root.platform, logical_id): body["Type"]
        for root in run.compiled
        for template in root.templates
        for logical_id, body in template.body["Resources"].items()
    }
    found = set()
    for one in run.found:
        platform = one.also[0].file.split("/")[0]
        kind = types[platform, one.resource.split("/")[1]]
        found.add(Finding(one.code, kind, f"{platform}/{one.component}"))
    return found


def accepted(run: Run) -> set[Finding]:
    """What the templates themselves let checkov skip."""
    return {
        Finding(skip["id"], template.type_of(name), f"{template.compiled.platform}/{template.origin_of(name)}")
        for template in linked(run.compiled)
        for name, body in template.body["Resources"].items()
        for skip in body.get("Metadata", {}).get("checkov", {}).get("skip", ())
    }


def test_they_find_what_is_recorded_but_for_what_templates_accept(run: Run) -> None:
    found = told(run)
    assert {str(one) for one in found - RECORDED} == set()
    assert {str(one) for one in RECORDED - found - accepted(run)} == set()


def test_each_finding_has_its_place_in_the_spec_and_in_the_template(run: Run) -> None:
    for one in run.found:
        assert one.component, one
        assert one.place.file.endswith(".yaml") and one.place.line, one
        assert all(place.file.endswith(".template.json") and place.line > 1 for place in one.also), one
        assert one.message, one
