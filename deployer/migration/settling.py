"""A spec that holds: what the compiler refuses is taken out and told, until the rest is valid."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from compiler.pipeline import check_spec
from compiler.program.effective import yaml_text
from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.document import Path as Keys
from compiler.source.json_value import Json
from compiler.source.layout import layout
from compiler.source.load import load
from deployer.errors import refused
from deployer.migration.conversion import Converted
from deployer.migration.draft import LOST

_MOST = 50
"""Settings that are taken out, at most."""


def settled(made: Converted, head: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text of the spec, after the lines of `head`, and all that was told.

    Raises `SpecError` for a spec that is not valid without what is refused either.
    """
    told = list(made.told)
    for _ in range(_MOST):
        text = layout(head + yaml_text(made.spec))
        found = _refused(text)
        if found is None:
            return text, tuple(sorted(told, key=lambda one: one.place))
        problem, path = found
        if not path:
            break
        told.append(_told(problem, path, made))
        _remove(made.spec, path)
    raise SpecError([_unsettled(problem, made)])


def _refused(text: str) -> tuple[Diagnostic, Keys] | None:
    """The first error, and the path of what it is about: a setting, or its component; empty for the spec's header."""
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder, "platform.yaml")
            file.write_text(text, encoding="utf-8")
            try:
                check_spec(str(file))
            except SpecError as problem:
                first = next(one for one in problem.diagnostics if one.severity == "error")
                return first, _setting(str(file), first.place)
    except OSError as problem:
        message = f"the spec is checked in a temporary file, which can't be written: {problem.strerror}"
        raise refused(message, "name another folder for temporary files: TMPDIR=…", "unwritable-output") from None
    return None


def _setting(file: str, place: Place) -> Keys:
    document = load(file)
    found = [path for places in (document.keys, document.values) for path, one in places.items() if one == place]
    path = max(found, key=len, default=())
    return path if len(path) >= (4 if path[:1] == ("environments",) else 2) else ()


def _told(problem: Diagnostic, path: Keys, made: Converted) -> Diagnostic:
    inner = path[2:] if path[0] == "environments" else path
    section, *rest = map(str, inner)
    owner = (section, rest[0]) if (section, *rest[:1]) in made.places else (section,)
    place = made.places.get(owner) or next(iter(made.places.values()))
    message = f"'{'.'.join(map(str, path))}' is left out, since a spec does not take it: {problem.message}"
    help_text = problem.suggestion or f"see the setting in `stackwright explain {section}`"
    return Diagnostic(LOST, message, place, suggestion=str(help_text), severity="warning")


def _remove(spec: dict[str, Json], path: Keys) -> None:
    inside: Json = spec
    for key in path[:-1]:
        inside = inside[key]
    del inside[path[-1]]


def _unsettled(problem: Diagnostic, made: Converted) -> Diagnostic:
    place = min([*made.places.values(), *(one.place for one in made.told)])
    help_text = "mend what the message names, and convert again"
    return Diagnostic(
        "not-convertible", f"no valid spec could be made of it: {problem.message}", place, suggestion=help_text
    )
