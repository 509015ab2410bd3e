"""The earlier state that a spec is compared with offline: a revision, another version of the spec, or its templates.

Nothing here writes to the work tree or asks AWS. Each gives region → `Before`, as if that state had been deployed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from compiler.meaning.lock import lock_file
from compiler.pipeline import compile_spec, tables_of
from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.temporary import temporary_folder
from compiler.stacks.compiled import Compiled
from reviewer.revision import Revision
from reviewer.sides import Before
from reviewer.template_set import ROOT

NOTHING = "nothing"
"""Names the state before the first deployment, in which a platform is not there."""
SAME = "as before"
"""Stands for a parameter whose value is known to neither side."""
_MANIFEST = "manifest.json"
_WHERE_PLACED = "its own lock file lacks them: name a revision that has them there, or a folder that `compile` wrote"


@frozen(eq=True)
class Earlier:
    """What a spec is compared with."""

    name: str
    """How a reader names it: a revision, a folder."""
    regions: Mapping[str, Before]
    """Region → the root there; a region without one had none."""
    changed: Callable[[str], bool]
    """Whether the content of an artefact's source, relative to the spec's folder, has changed since."""


def earlier(spec: str, root: Compiled, against: str) -> Earlier:
    """The state named by `against`, of the environment of `root`: a folder or file that exists, `NOTHING`, else a Git
    revision.

    Raises `SpecError` when there is no such state, or the spec of that state has errors.
    """
    path = Path(against)
    for folder in (path / root.platform / root.environment, path / root.environment, path):
        if (folder / _MANIFEST).is_file():
            return _from_templates(folder, root)
    if path.exists():
        return _from_spec(path / Path(spec).name if path.is_dir() else path, root.environment, spec)
    if against == NOTHING:
        return Earlier(NOTHING, {}, lambda _: False)
    return _from_revision(Revision(against, Path(spec)), root.environment)


def _from_revision(revision: Revision, environment: str) -> Earlier:
    with temporary_folder(f"the spec of revision '{revision.name}'") as folder:
        for name in (revision.spec.name, Path(lock_file(str(revision.spec))).name):
            _write(revision, folder, name)
        for name in _tables(folder / revision.spec.name):
            _write(revision, folder, name)
        regions = _compiled(folder / revision.spec.name, environment, f"{revision.name}:{revision.spec}")
    return Earlier(revision.name, regions, revision.changed)


def _write(revision: Revision, folder: Path, name: str) -> None:
    """A file of the spec's folder as it was in the revision, if it was there."""
    content = revision.content(revision.spec.parent / name, needed=name == revision.spec.name)
    if content is not None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _tables(spec: Path) -> tuple[str, ...]:
    """Files that a spec takes settings from; none of one that can't be read, which is told when it is compiled."""
    try:
        return tables_of(str(spec))
    except SpecError:
        return ()


def _from_spec(file: Path, environment: str, spec: str) -> Earlier:
    if not file.is_file():
        raise missing(
            str(file.parent), f"has neither templates of {environment} nor {file.name}", "name another folder"
        )
    regions = _compiled(file, environment, str(file))
    return Earlier(
        str(file), regions, lambda source: _content(file.parent / source) != _content(Path(spec).parent / source)
    )


def _compiled(file: Path, environment: str, name: str) -> Mapping[str, Before]:
    """The roots that a spec compiles to; none when it does not have the environment."""
    try:
        roots = compile_spec(str(file), (environment,))
    except SpecError as problem:
        if all(found.code == "unknown-environment" for found in problem.diagnostics):
            return {}
        raise SpecError(_renamed(found, name) for found in problem.diagnostics) from None
    return {root.region: before_of(root) for root in roots}


def _renamed(found: Diagnostic, name: str) -> Diagnostic:
    """The diagnostic of an earlier spec, with the name of that state as its file."""
    place = Place(name, found.place.line, found.place.column)
    suggestion = _WHERE_PLACED if found.code == "not-placed" else found.suggestion
    return Diagnostic(found.code, found.message, place, found.component, suggestion)


def before_of(root: Compiled) -> Before:
    """A compiled root as if it had been deployed."""
    templates = {template.logical_id or ROOT: template.body for template in root.templates}
    origins = {template.logical_id or ROOT: template.origins for template in root.templates}
    return Before(templates, parameters_of(root), origins, root.tags, root.settings)


def parameters_of(root: Compiled, changed: Callable[[str], bool] = lambda _: False) -> Mapping[str, str]:
    """Values of a root's parameters without AWS: defaults, and whether the content of artefacts has changed."""
    sources = {artifact.parameter: artifact.source for artifact in root.artifacts}
    found = {name: str(parameter.get("Default", SAME)) for name, parameter in root.parameters.items()}
    contents = {name: "new content" if changed(source) else SAME for name, source in sources.items()}
    return root.sent(found | contents)


def _from_templates(folder: Path, root: Compiled) -> Earlier:
    manifest = _read(folder / _MANIFEST)
    if (manifest.get("platform"), manifest.get("environment")) != (root.platform, root.environment):
        raise missing(str(folder), "has templates of another platform or environment", "name the folder of this one")
    regions = {one["region"]: _before(folder, one) for one in manifest["roots"]}
    return Earlier(str(folder), regions, lambda _: False)


def _before(folder: Path, root: Mapping[str, Json]) -> Before:
    templates = {ROOT: _read(folder / root["template"])}
    templates |= {stack["logical_id"]: _read(folder / stack["template"]) for stack in root["stacks"]}
    origins = {stack["logical_id"]: stack["origins"] for stack in root["stacks"]}
    declared = templates[ROOT].get("Parameters", {})
    parameters = {name: str(parameter.get("Default", SAME)) for name, parameter in declared.items()}
    return Before(templates, parameters, origins, root["tags"])


def _read(file: Path) -> Mapping[str, Json]:
    import yaml

    try:
        text = file.read_text(encoding="utf-8")
        data: Mapping[str, Json] = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError):
        raise missing(str(file), "can't be read", "compile the templates again") from None
    return data


def _content(source: Path) -> Sequence[tuple[str, bytes]]:
    """Names and bytes of the files of an artefact."""
    if source.is_file():
        return [("", source.read_bytes())]
    files = sorted(file for file in source.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return [(file.relative_to(source).as_posix(), file.read_bytes()) for file in files]


def missing(name: str, what: str, suggestion: str) -> SpecError:
    """The refusal of a state that can't be compared with."""
    return SpecError([Diagnostic("nothing-to-compare", f"'{name}' {what}", Place(name, 1, 1), suggestion=suggestion)])
