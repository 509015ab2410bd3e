"""The policies that `lint` runs, and where their programs are: named by a variable, on the path, or npm's.

They stay outside of our environment: their dependencies do not fit ours, and each has its own pace of releases.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.frozen import frozen
from linter.policy import checkov, guard
from linter.policy.violation import Violation
from linter.rule_owner import CHECKOV, GUARD

CHECKOV_VARIABLE, GUARD_VARIABLE, RULES_VARIABLE = (
    "STACKWRIGHT_CHECKOV",
    "STACKWRIGHT_CFN_GUARD",
    "STACKWRIGHT_CFN_GUARD_RULES",
)
PACKAGE = Path("node_modules", "@cdklabs", "cdk-validator-cfnguard")
"""The npm package that has cfn-guard and the rules of AWS Control Tower."""
_CONTROL_TOWER = Path("rules", "control-tower", "cfn-guard")
_INSTALL = {CHECKOV: "pipx install checkov", GUARD: "npm install @cdklabs/cdk-validator-cfnguard"}
_VARIABLES = {CHECKOV: CHECKOV_VARIABLE, GUARD: GUARD_VARIABLE}
_RULE_FILES = (".guard", ".ruleset")


@frozen(eq=True)
class Policy:
    """A tool whose rules are asked for; a file or folder of rules where it takes them."""

    tool: str
    rules: Path | None = None


@frozen(eq=True)
class ReadyPolicy:
    """A policy whose program and rules are there."""

    tool: str
    program: Path
    rules: Path | None = None

    def run(self, templates: Path, seconds: float) -> Iterable[Violation]:
        """What it finds in all templates of a folder. Raises `ToolFailed`."""
        if self.rules:
            return guard.broken(templates, self.program, self.rules, seconds)
        return checkov.broken(templates, self.program, seconds)

    def has(self, rule: str) -> bool:
        """Whether it has the rule; of a tool without files of rules nobody knows, so each of its ids counts."""
        name = rule.removeprefix("guard.")
        return self.rules is None or any(name in file.read_text("utf-8", "replace") for file in _files(self.rules))


def ready(policies: Iterable[Policy]) -> tuple[ReadyPolicy, ...]:
    """The policies with their programs. Raises `SpecError` with all that is missing, and how to get it."""
    found, missing = [], []
    for policy in dict.fromkeys(policies):
        try:
            rules = _rules(policy) if policy.tool == GUARD else None
            found.append(ReadyPolicy(policy.tool, _program(policy.tool), rules))
        except _Missing as problem:
            missing.append(problem.diagnostic)
    if missing:
        raise SpecError(missing)
    return tuple(found)


def program_in(package: Path) -> Path:
    """cfn-guard of the npm package, for this machine."""
    system = "macos" if platform.system() == "Darwin" else "ubuntu"
    machine = "aarch64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    return package / "bin" / system / machine / GUARD


def rules_in(package: Path) -> Path:
    """The rules of AWS Control Tower of the npm package."""
    return package / _CONTROL_TOWER


class _Missing(Exception):
    def __init__(self, message: str, suggestion: str) -> None:
        self.diagnostic = Diagnostic("missing-tool", message, suggestion=suggestion)
        super().__init__(message)


def _program(tool: str) -> Path:
    variable = _VARIABLES[tool]
    named = os.environ.get(variable)
    if named and not os.access(named, os.X_OK):
        raise _Missing(f"{variable} is '{named}', which is no program", f"set it to the path of {tool}")
    found = named or shutil.which(tool) or next((one for one in _of_npm(program_in) if tool == GUARD), None)
    if not found:
        help_text = f"install it with '{_INSTALL[tool]}', or set {variable} to its path"
        raise _Missing(f"'--policy {tool}' runs {tool}, which is not installed", help_text)
    return Path(found).absolute()


def _rules(policy: Policy) -> Path:
    """Those that are named by the option or the variable, else the rules of Control Tower."""
    named = policy.rules or (Path(text) if (text := os.environ.get(RULES_VARIABLE)) else None)
    rules = named or next(_of_npm(rules_in), None)
    if rules is None:
        help_text = f"write --policy {GUARD}=RULES, or install those of AWS Control Tower with '{_INSTALL[GUARD]}'"
        raise _Missing(f"'--policy {GUARD}' has no rules", help_text)
    if not _files(rules):
        what = "has no file of rules (.guard)" if rules.is_dir() else "is not there"
        raise _Missing(f"'--policy {GUARD}={rules}': the path {what}", "name a file of rules, or a folder of them")
    return rules


def _of_npm(part: Callable[[Path], Path]) -> Iterator[Path]:
    """A part of the package where npm installs it: beside the spec's repository, or in a folder around it."""
    folders = (Path.cwd(), *Path.cwd().parents)
    yield from (found for folder in folders if (found := part(folder / PACKAGE)).exists())


def _files(rules: Path) -> Sequence[Path]:
    if rules.is_file():
        return [rules]
    return sorted(file for file in rules.rglob("*") if file.suffix in _RULE_FILES and file.is_file())
