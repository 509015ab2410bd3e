"""cfn-lint itself: loaded once, its rules shared with a process for each core by fork."""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner
from cfnlint.runner.template.runner import run_template_by_file_path

from compiler.source.diagnostics import Diagnostic, SpecError
from linter.around import Around
from linter.finding import LEVELS, Finding
from linter.own.rule import OwnRule
from linter.rules import own_rules

_MOST = 8
"""Workers, of which each needs memory of its own."""
_LEVEL_OF = {"E": LEVELS[0], "W": LEVELS[1], "I": LEVELS[2]}
_runner: Runner | None = None


def run(
    files: Mapping[str, bytes], names: Sequence[str], around: Around, report: Callable[[int, int], None]
) -> dict[str, tuple[Finding, ...]]:
    """Findings of each of `names`; the other `files` are there because roots look at their children."""
    global _runner  # noqa: PLW0603 - forked workers take the loaded rules from here, they can't be pickled
    with _laid_out(files) as folder:
        with _no_collection():
            _runner = Runner(ConfigMixIn(regions=[around.region], include_checks=["I"], templates=[]))
            _runner.rules.extend([rule for rule in own_rules() if rule.id not in _runner.rules])
            gc.freeze()
        verdicts: dict[str, tuple[Finding, ...]] = {}
        report(0, len(names))
        for name, findings in _linted(folder, around, sorted(names, key=lambda name: -len(files[name]))):
            verdicts[name] = findings
            report(len(verdicts), len(names))
        return verdicts


def _laid_out(files: Mapping[str, bytes]) -> tempfile.TemporaryDirectory[str]:
    """The templates in a folder that goes afterwards. Raises `SpecError` where they can't be written."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="stackwright-lint-", ignore_cleanup_errors=True)
        for name, text in files.items():
            _write(Path(folder.name, _whole(name)), text)
            if not _is_root(name):
                _write(Path(folder.name, name), _interface(text))
    except OSError as problem:
        message = f"cfn-lint needs a folder for the templates, which can't be written: {problem.strerror}"
        help_text = "name another folder for temporary files: TMPDIR=… stackwright lint …"
        raise SpecError([Diagnostic("unwritable-output", message, suggestion=help_text)]) from None
    return folder


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


def _is_root(name: str) -> bool:
    return name.endswith("/root.template.json")


def _whole(name: str) -> str:
    """Where a template is linted: nested ones apart from their root, which has their interfaces beside it."""
    return name if _is_root(name) else f"nested/{name}"


def _interface(text: bytes) -> bytes:
    """All that a root's rules read of a nested stack, which cfn-lint would parse whole, and twice."""
    body = json.loads(text)
    parts = {name: body[name] for name in ("AWSTemplateFormatVersion", "Parameters") if name in body}
    outputs = {name: {"Value": ""} for name in body.get("Outputs", {})}
    return json.dumps({**parts, "Resources": {}, **({"Outputs": outputs} if outputs else {})}).encode()


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Loading makes millions of objects that all stay: collecting meanwhile is wasted."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _linted(folder: str, around: Around, names: Sequence[str]) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    workers = min(_cores(), len(names), _MOST)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from ((name, _findings(folder, name, around.posture(name))) for name in names)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        postures = map(around.posture, names)
        yield from zip(names, pool.map(_findings, [folder] * len(names), names, postures), strict=True)


def _cores() -> int:
    """The cores that this process may use, which a container may limit."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _findings(folder: str, name: str, posture: str) -> tuple[Finding, ...]:
    assert _runner is not None
    for rule in _runner.rules.values():
        if isinstance(rule, OwnRule):
            rule.posture = posture
    findings = set()
    for match in run_template_by_file_path(str(Path(folder, _whole(name))), _runner.config, _runner.rules, False):
        steps = [str(step) for step in getattr(match, "path", None) or ()]
        findings.add(
            Finding(
                template=name,
                line=match.linenumber,
                column=match.columnnumber,
                rule=match.rule.id,
                level=_LEVEL_OF.get(match.rule.id[:1], LEVELS[0]),
                message=match.message.replace(folder, "").replace("/nested/", "/").strip(),
                pointer="/".join(steps),
            )
        )
    return tuple(
        sorted(_weightiest(findings), key=lambda finding: (finding.line, finding.column, finding.rule, finding.message))
    )


def _weightiest(findings: Collection[Finding]) -> Iterator[Finding]:
    """The findings without those of cfn-lint of which a rule of ours tells the same with more weight."""
    replaced = {rule.id: rule.replaces for rule in own_rules() if rule.replaces}
    known = {(replaced[one.rule], *one.pointer.split("/")[:2]) for one in findings if one.rule in replaced}
    yield from (one for one in findings if (one.rule, *one.pointer.split("/")[:2]) not in known)
