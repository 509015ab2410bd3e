"""Run cfn-lint over compiled environments, in process, on the bytes that `compile` would write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from compiler.language.address import address_of
from compiler.language.facts import fact
from compiler.source.diagnostics import Diagnostic
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import templates
from linter.cache import Cache
from linter.finding import Finding
from linter.gathered import gathered
from linter.judged import not_judged
from linter.lead import owner_of, setting_of
from linter.tracing import Traces

_COMPLETE = "us-east-1"
"""The region that has every resource type first."""
Report = Callable[[int, int], None]
"""Called while templates are linted, with how many are done and how many there are."""


def silent(_done: int, _total: int) -> None:
    """A report that prints nothing."""


def lint(compiled: Sequence[Compiled], cache_folder: Path, report: Report = silent) -> tuple[Diagnostic, ...]:
    """All findings, informational ones as notes, in the order of the spec's lines; those of one cause are one."""
    return gathered(found_in(compiled, cache_folder, report))


def found_in(compiled: Sequence[Compiled], cache_folder: Path, report: Report = silent) -> tuple[Diagnostic, ...]:
    """Each finding by itself, in the order of the templates.

    Templates whose verdict is in `cache_folder` are not looked at again; when all are there, cfn-lint is not loaded.
    """
    diagnostics: list[Diagnostic] = []
    traces = Traces()
    for region in sorted({region for root in compiled for region in _regions(root)}):
        of_region = [root for root in compiled if region in _regions(root)]
        files: dict[str, bytes] = {}
        for root in of_region:
            files |= {f"{_folder(root)}/{name}": text for name, text in templates(root).items()}
        verdicts = _verdicts(files, Cache(cache_folder, _known(region)), report)
        for root in of_region:
            diagnostics += not_judged(root, _with_origins(root, verdicts, traces))
    return tuple(sorted(diagnostics, key=lambda found: (found.also, found.code, found.message)))


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


def _with_origins(
    compiled: Compiled, verdicts: Mapping[str, tuple[Finding, ...]], traces: Traces
) -> Iterator[Diagnostic]:
    for template in compiled.templates:
        for finding in verdicts[f"{_folder(compiled)}/{compiled.region}/{template.name}.template.json"]:
            setting = setting_of(compiled, template, finding, traces.body)
            component = owner_of(template, finding)
            around = tuple(component.split("."))
            inner = setting[len(around) :] if setting[: len(around)] == around else setting
            place = compiled.place_of(setting or around)
            if place is None and compiled.document:  # of what the spec does not write, such as the platform's key
                place = compiled.document.value_place(())
            yield finding.diagnostic(component, place, address_of(inner))


def _regions(compiled: Compiled) -> tuple[str, ...]:
    """Where the stacks of a root lie: those of a fleet in several regions."""
    return compiled.fleet.regions if compiled.fleet else (compiled.region,)


def _known(region: str) -> str:
    """The region whose resource schemas are asked: of one that is newer than cfn-lint it knows nothing."""
    return region if region in fact("regions").known() else _COMPLETE


def _folder(compiled: Compiled) -> str:
    return f"{compiled.platform}/{compiled.environment}"
