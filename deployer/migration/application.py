"""The files of an application of AWS Copilot."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from compiler.source.document import Document
from compiler.source.document import Path as Keys
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.load import load
from deployer.migration.workloads.types import TYPES

_ENVIRONMENT = "Environment"
_SCALING = frozenset(
    {"range", "cooldown", "cpu_percentage", "memory_percentage", "requests", "response_time", "queue_delay"}
)
_ONE_OF: Mapping[Keys, tuple[frozenset[str], ...]] = {
    ("image",): (frozenset({"build"}), frozenset({"location"})),
    ("count",): (frozenset({"spot"}), _SCALING),
}
"""Settings of a map that exclude each other: what an environment sets replaces the other one."""
_OWN = frozenset({"environments", "pipelines"})
_NOT_ONE = "give the folder that has the folder `copilot`, or that folder itself"


@frozen(eq=True)
class Application:
    """Its name, its manifests in the order of their types, its environments in the order of their names."""

    name: str
    place: Place
    """Where the name stands."""
    workloads: tuple[Document, ...]
    environments: Mapping[str, Document | None]
    """Each environment, with its manifest if it has one."""
    pipelines: tuple[Document, ...]
    folder: Path


def application(root: str) -> Application:
    """Read an application. Raises `SpecError` with all that is wrong with its files."""
    folder = _folder(Path(root))
    workspace = load(str(folder / ".workspace"))
    name = workspace.data.get("application")
    faults: list[Diagnostic] = []
    if not isinstance(name, str):
        faults.append(_unsound("'application' with the name of the application is missing", workspace.value_place(())))
    found = [*_documents(folder.glob("*/manifest.y*ml"), faults)]
    workloads = [one for one in found if Path(one.file).parent.name not in _OWN]
    faults += [fault for one in workloads for fault in _wrong_type(one)]
    if not workloads and not faults:
        faults.append(_unsound("there is no manifest of a service or job", Place(str(folder), 1, 1)))
    environments = {
        Path(one.file).parent.name: one for one in _documents(folder.glob("environments/*/manifest.y*ml"), faults)
    }
    pipelines = tuple(_documents(folder.glob("pipelines/*/manifest.y*ml"), faults))
    if faults:
        raise SpecError(faults)
    order = [*TYPES]
    workloads.sort(key=lambda one: (order.index(str(one.data["type"])), str(one.data["name"])))
    names = dict.fromkeys([*environments, *_named(workloads, pipelines)])
    known = {one: environments.get(one) for one in sorted(names)}
    return Application(str(name), workspace.value_place(("application",)), tuple(workloads), known, pipelines, folder)


def _folder(root: Path) -> Path:
    for folder in (root / "copilot", root):
        if (folder / ".workspace").is_file():
            return folder
    message = "this is no application of AWS Copilot: there is no copilot/.workspace"
    raise SpecError([_unsound(message, Place(str(root), 1, 1), _NOT_ONE)])


def _documents(paths: Iterator[Path], faults: list[Diagnostic]) -> Iterator[Document]:
    for path in sorted(paths):
        try:
            yield load(str(path))
        except SpecError as problem:
            faults += problem.diagnostics


def _wrong_type(document: Document) -> Iterator[Diagnostic]:
    kind, name = document.data.get("type"), document.data.get("name")
    if kind not in TYPES:
        message = f"'{kind}' is no type of a service or job" if kind else "the manifest has no 'type'"
        yield _unsound(message, document.value_place(("type",)), did_you_mean(str(kind or ""), TYPES))
    if not isinstance(name, str):
        yield _unsound("the manifest has no 'name'", document.value_place(("name",)))


def _unsound(message: str, place: Place, suggestion: str = "") -> Diagnostic:
    return Diagnostic("not-a-copilot-application", message, place, suggestion=suggestion)


def _named(workloads: list[Document], pipelines: tuple[Document, ...]) -> Iterator[str]:
    """Environments that manifests and pipelines name."""
    for one in workloads:
        overrides = one.data.get("environments")
        yield from overrides if isinstance(overrides, Mapping) else ()
    for one in pipelines:
        stages = one.data.get("stages")
        for stage in stages if isinstance(stages, list) else ():
            if isinstance(stage, Mapping) and isinstance(stage.get("name"), str):
                yield stage["name"]


def overridden(document: Document, environment: str | None) -> Document:
    """A manifest as it holds for one environment; without `environments`, for none."""
    data = {key: value for key, value in document.data.items() if key != "environments"}
    overrides = document.data.get("environments")
    over = overrides.get(environment) if isinstance(overrides, Mapping) else None
    if environment is None or not isinstance(over, Mapping):
        return Document(document.file, data, document.keys, document.values)
    at = ("environments", environment)
    return Document(document.file, _merged(data, over, ()), _moved(document.keys, at), _moved(document.values, at))


def _merged(under: Json, over: Json, path: Keys) -> Json:
    if over is None:
        return under
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return copy.deepcopy(over)
    kept = {key: value for key, value in under.items() if not _excluded(path, key, over)}
    return {**kept, **{key: _merged(kept.get(key), value, (*path, key)) for key, value in over.items()}}


def _excluded(path: Keys, key: str, over: Mapping[str, Json]) -> bool:
    """Whether an override sets another one of several settings that exclude each other."""
    groups = _ONE_OF.get(path, ())
    return any(key in group and other & over.keys() for group in groups for other in groups if other is not group)


def _moved(places: Mapping[Keys, Place], at: Keys) -> dict[Keys, Place]:
    """The places, with those of an override where it came to stand."""
    return {**places, **{path[2:]: place for path, place in places.items() if path[:2] == at and len(path) > 2}}
