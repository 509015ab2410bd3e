"""Run cfn-lint over compiled environments, in process, on the bytes that `compile` would write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from compiler.language.facts import fact
from compiler.source.diagnostics import Diagnostic
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import templates
from linter.cache import Cache
from linter.finding import Finding
from linter.judged import not_judged

_COMPLETE = "us-east-1"
"""The region that has every resource type first."""
Report = Callable[[int, int], None]
"""Called while templates are linted, with how many are done and how many there are."""


def silent(_done: int, _total: int) -> None:
    """A report that prints nothing."""


def lint(compiled: Sequence[Compiled], cache_folder: Path, report: Report = silent) -> tuple[Diagnostic, ...]:
    """All findings, informational ones as notes, in the order of their templates.

    Templates whose verdict is in `cache_folder` are not looked at again; when all are there, cfn-lint is not loaded.
    """
    diagnostics: list[Diagnostic] = []
    for region in sorted({root.region for root in compiled}):
        of_region = [root for root in compiled if root.region == region]
        files: dict[str, bytes] = {}
        for root in of_region:
            files |= {f"{_folder(root)}/{name}": text for name, text in templates(root).items()}
        verdicts = _verdicts(files, Cache(cache_folder, _known(region)), report)
        for root in of_region:
            diagnostics += not_judged(root, _with_origins(root, verdicts))
    return tuple(sorted(diagnostics, key=lambda root: (root.also, root.code, root.message)))


def _verdicts(files: Mapping[str, bytes], cache: Cache, report: Report) -> dict[str, tuple[Finding, ...]]:
    known: dict[str, tuple[Finding, ...]] = {}
    for name in files:
        cached = cache.read(name, files)
        if cached is not None:
            known[name] = cached
    missing = [name for name in files if name not in known]
    if missing:
        from linter.engine import run

        fresh = run(files, missing, cache.region, report)
        for name in missing:
            cache.write(name, files, fresh[name])
        known |= fresh
    return known


def _with_origins(compiled: Compiled, verdicts: Mapping[str, tuple[Finding, ...]]) -> list[Diagnostic]:
    diagnostics = []
    for template in compiled.templates:
        name = f"{_folder(compiled)}/{compiled.region}/{template.name}.template.json"
        for finding in verdicts[name]:
            steps = finding.pointer.split("/")
            logical_id = steps[1] if len(steps) > 1 and steps[0] == "Resources" else ""
            component = template.origins.get(logical_id, "")
            diagnostics.append(finding.diagnostic(component, compiled.places.get(component)))
    return diagnostics


def _known(region: str) -> str:
    """The region whose resource schemas are asked: of one that is newer than cfn-lint it knows nothing."""
    return region if region in fact("regions").known() else _COMPLETE


def _folder(compiled: Compiled) -> str:
    return f"{compiled.platform}/{compiled.environment}"
