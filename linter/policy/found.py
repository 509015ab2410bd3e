"""What policies find in the linked templates of a platform, told as all findings are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.temporary import temporary_folder
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.emit import template_bytes
from linter.finding import Finding
from linter.lint import Told
from linter.pointer import path_in
from linter.policy.lines import column_of, line_of, resource_at
from linter.policy.linked import LinkedTemplate, linked
from linter.policy.process import SECONDS, ToolFailed
from linter.policy.tools import ReadyPolicy
from linter.policy.violation import Violation

_BAD_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def broken_policies(
    compiled: Sequence[Compiled], policies: Sequence[ReadyPolicy], seconds: float = SECONDS
) -> tuple[Diagnostic, ...]:
    """Each finding by itself. Raises `SpecError` with the tools that failed."""
    if not policies:
        return ()
    templates = {template.name: template for template in linked(compiled)}
    violations, failures = [], []
    with temporary_folder("the linked platform") as folder:
        for template in templates.values():
            (folder / f"{template.name}.json").write_text(template.text, encoding="utf-8")
        for policy in policies:
            try:
                violations += _run(policy, folder, seconds)
            except ToolFailed as problem:
                failures.append(_failed(policy, problem))
    if failures:
        raise SpecError(failures)
    return tuple(_Led(templates, Told()).each(violations))


def _run(policy: ReadyPolicy, folder: Path, seconds: float) -> list[Violation]:
    """In a fixed order, each of a template that the tool was given."""
    known = {file.stem for file in folder.iterdir()}
    try:
        found = sorted(policy.run(folder, seconds))
    except _BAD_SHAPE as problem:
        told = f"{type(problem).__name__}: {problem}"
        raise ToolFailed(f"{policy.tool}'s report has another form than expected ({told})") from None
    for one in found:
        if one.template not in known:
            raise ToolFailed(f"{policy.tool}'s report is about '{one.template}', which it was not given")
    return found


def _failed(policy: ReadyPolicy, problem: ToolFailed) -> Diagnostic:
    rules = f"mend the rules in {policy.rules} if it names one; else " if policy.rules else ""
    help_text = f"{rules}run '{policy.program} --version', and install a version that docs/policies.md names"
    return Diagnostic("broken-tool", str(problem), suggestion=help_text)


@dataclass(slots=True)
class _Led:
    """Leads violations back to the spec; what it has read of a template it keeps."""

    templates: Mapping[str, LinkedTemplate]
    told: Told

    def each(self, violations: Sequence[Violation]) -> Iterator[Diagnostic]:
        texts: dict[int, list[str]] = {}
        for one in violations:
            template = self.templates[one.template]
            logical_id = one.logical_id or resource_at(template.text.splitlines(), one.line)
            home = template.homes.get(logical_id)
            if home is None:
                yield self.told.of_nothing(template.compiled, one.rule, one.message)
                continue
            if id(home) not in texts:
                texts[id(home)] = template_bytes(home).decode().splitlines()
            finding = _finding(template.compiled, home, replace(one, logical_id=logical_id), texts[id(home)])
            yield replace(self.told.at(template.compiled, home, finding), suggestion=one.advice)


def _finding(compiled: Compiled, home: Template, one: Violation, lines: Sequence[str]) -> Finding:
    """At its property in the compiled template, or where that would be."""
    pointer = "/".join(("Resources", one.logical_id, *one.inner))
    line = line_of(lines, path_in(home.body, pointer))
    folder = f"{compiled.platform}/{compiled.environment}/{compiled.region}"
    return Finding(
        template=f"{folder}/{home.name}.template.json",
        line=line,
        column=column_of(lines, line),
        rule=one.rule,
        level=one.level,
        message=one.message,
        pointer=pointer,
    )
