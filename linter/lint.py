"""Run cfn-lint over compiled environments, in process, on the bytes that `compile` would write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from compiler.language.address import address_of
from compiler.language.facts import fact
from compiler.source.diagnostics import NOWHERE, Diagnostic, Place
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.emit import templates
from linter import offline
from linter.around import Around
from linter.cache import Cache
from linter.finding import Finding
from linter.gathered import gathered
from linter.home import some_home
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
    return _told(compiled, lambda files, around: _of_all_tools(files, cache_folder, around, report))


def refused_in(compiled: Sequence[Compiled], cache_folder: Path) -> tuple[Diagnostic, ...]:
    """What cloudformation-validate finds, where it is installed: quick enough for each compilation."""
    if not offline.installed():
        return ()
    return _told(compiled, lambda files, around: _offline(files, cache_folder, around))


Verdicts = Mapping[str, tuple[Finding, ...]]


def _told(
    compiled: Sequence[Compiled], judge: Callable[[Mapping[str, bytes], Around], Verdicts]
) -> tuple[Diagnostic, ...]:
    diagnostics: list[Diagnostic] = []
    told = Told()
    for region in sorted({region for root in compiled for region in _regions(root)}):
        of_region = [root for root in compiled if region in _regions(root)]
        files: dict[str, bytes] = {}
        for root in of_region:
            files |= {f"{_folder(root)}/{name}": text for name, text in templates(root).items()}
        verdicts = judge(files, around_of(region, of_region))
        for root in of_region:
            diagnostics += not_judged(root, _with_origins(root, verdicts, told))
    return tuple(sorted(diagnostics, key=lambda found: (found.also, found.code, found.message)))


def _of_all_tools(files: Mapping[str, bytes], folder: Path, around: Around, report: Report) -> Verdicts:
    verdicts = _verdicts(files, Cache(folder, around), _cfn_lint(report))
    if not offline.installed():
        return verdicts
    first = _offline(files, folder, around)
    return {name: (*found, *offline.not_of_cfn_lint(first[name], found)) for name, found in verdicts.items()}


def _offline(files: Mapping[str, bytes], folder: Path, around: Around) -> Verdicts:
    return _verdicts(files, Cache(folder, around, offline.version_file()), offline.run)


def _cfn_lint(report: Report) -> _Run:
    def run(files: Mapping[str, bytes], names: Sequence[str], around: Around) -> Verdicts:
        with some_home():
            from linter import engine

            return engine.run(files, names, around, report)

    return run


_Run = Callable[[Mapping[str, bytes], Sequence[str], Around], Verdicts]


def _verdicts(files: Mapping[str, bytes], cache: Cache, run: _Run) -> Verdicts:
    known: dict[str, tuple[Finding, ...]] = {}
    for name in files:
        cached = cache.read(name, files)
        if cached is not None:
            known[name] = cached
    missing = [name for name in files if name not in known]
    if missing:
        fresh = run(files, missing, cache.around)
        for name in missing:
            cache.write(name, files, fresh[name])
        known |= fresh
    return known


def _with_origins(compiled: Compiled, verdicts: Verdicts, told: Told) -> Iterator[Diagnostic]:
    for template in compiled.templates:
        for finding in verdicts[f"{_folder(compiled)}/{compiled.region}/{template.name}.template.json"]:
            yield told.at(compiled, template, finding)


class Told:
    """Findings as diagnostics of the spec."""

    def __init__(self) -> None:
        self._traces = Traces()

    def at(self, compiled: Compiled, template: Template, finding: Finding) -> Diagnostic:
        """A finding in a template, at the setting that made it."""
        setting = setting_of(compiled, template, finding, self._traces.body)
        component = owner_of(template, finding)
        around = tuple(component.split("."))
        inner = setting[len(around) :] if setting[: len(around)] == around else setting
        place = compiled.place_of(setting or around) or _top(compiled)  # of what the spec does not write
        return finding.diagnostic(component, place, address_of(inner))

    def of_nothing(self, compiled: Compiled, rule: str, message: str) -> Diagnostic:
        """A finding that no resource is to blame for."""
        return Diagnostic(rule, message, _top(compiled) or NOWHERE, severity="warning")


def _top(compiled: Compiled) -> Place | None:
    return compiled.document.value_place(()) if compiled.document else None


def _regions(compiled: Compiled) -> tuple[str, ...]:
    """Where the stacks of a root lie: those of a fleet in several regions."""
    return compiled.fleet.regions if compiled.fleet else (compiled.region,)


def _known(region: str) -> str:
    """The region whose resource schemas are asked: of one that is newer than cfn-lint it knows nothing."""
    return region if region in fact("regions").known() else _COMPLETE


def around_of(region: str, compiled: Sequence[Compiled]) -> Around:
    """What decides over the verdicts on roots of one region."""
    return Around(_known(region), {_folder(root): root.posture for root in compiled})


def _folder(compiled: Compiled) -> str:
    return f"{compiled.platform}/{compiled.environment}"
