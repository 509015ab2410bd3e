"""The platform below that an import names: its spec is read, checked and parsed as its own command would do."""

from __future__ import annotations

from collections.abc import Callable
from os.path import normpath
from pathlib import Path
from typing import TypeVar

from compiler.language.on_demand import pattern_of, sample
from compiler.language.schema import Schema
from compiler.meaning.edges import Checked
from compiler.meaning.imports import Layer, Wanted, with_imports
from compiler.meaning.rename import by_old_names
from compiler.program.exported import layer_of
from compiler.source.diagnostics import SpecError, did_you_mean, summary
from compiler.source.document import Document
from compiler.source.frozen import frozen
from compiler.source.load import load
from compiler.stacks.assemble import platform_of

T = TypeVar("T")
_SUFFIXES = (".yaml", ".yml")


@frozen(eq=True)
class Reading:
    """How the specs of platforms below are read."""

    way: tuple[tuple[str, str], ...]
    """Spec and environment of those that import each other, down to the one that imports."""
    check: Callable[[Document, str], Checked]


def with_layers(document: Document, schema: Schema, reading: Reading) -> Document:
    """A resolved document with the components that it imports. Raises `SpecError`."""
    return with_imports(document, schema, lambda wanted: _layer(wanted, schema, reading))


def _layer(wanted: Wanted, schema: Schema, reading: Reading) -> Layer:
    """What `wanted` can import. Raises `SpecError`."""
    file = normpath(Path(wanted.document.file).parent / wanted.platform)
    if not _there(file):
        message = f"there is no spec '{file}'"
        raise SpecError([wanted.fault("unknown-platform", message, "platform", _other_spec(wanted, file))])
    if (file, wanted.environment) in reading.way:
        around = " → ".join(
            f"{name} ({environment})" for name, environment in (*reading.way, (file, wanted.environment))
        )
        help_text = "move what both use into a platform below the two"
        raise SpecError([wanted.fault("import-cycle", f"platforms import each other: {around}", "platform", help_text)])
    loaded = _read(wanted, file, lambda: load(file))
    _check_environment(wanted, loaded)
    checked = _read(wanted, file, lambda: reading.check(loaded, wanted.environment))
    return layer_of(platform_of(checked, by_old_names(checked, schema), schema), file)


def _read(wanted: Wanted, file: str, read: Callable[[], T]) -> T:
    """What is read of the spec below; its faults are told with one at the import."""
    try:
        return read()
    except SpecError as problem:
        message = f"'{file}' has errors in {wanted.environment}: {summary(problem.diagnostics)}"
        own = wanted.fault("import-invalid", message, "platform", f"run: stackwright validate {file}")
        raise SpecError([own, *problem.diagnostics]) from problem


def _there(file: str) -> bool:
    """False too for what can't be the name of a file."""
    try:
        return Path(file).is_file()
    except OSError:
        return False


def _check_environment(wanted: Wanted, loaded: Document) -> None:
    environments = loaded.data.get("environments")
    known = [str(name) for name in environments] if isinstance(environments, dict) else []
    if known and wanted.environment not in known and not pattern_of(wanted.environment, known):
        message = f"'{wanted.platform}' has no environment '{wanted.environment}'"
        help_text = did_you_mean(wanted.environment, map(sample, known))
        raise SpecError([wanted.fault("unknown-environment", message, "environment", help_text)])


def _other_spec(wanted: Wanted, file: str) -> str:
    """The nearest spec in the folder, as the import would have to name it."""
    folder = Path(file).parent
    try:
        names = sorted(one.name for one in folder.glob("*.y*ml") if one.suffix in _SUFFIXES and one.is_file())
    except OSError:
        names = []
    before = wanted.platform.rpartition("/")
    return did_you_mean(wanted.platform, ["".join((*before[:2], name)) for name in names])
