"""Write compiled environments as files; a write is complete or not at all."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from compiler.language.fleet import Fleet
from compiler.program.built_image import BuiltImage
from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.json_value import Json
from compiler.source.whole_file import beside_of, forget
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.json_text import indented

FORMATS = ("json", "yaml")
MANIFEST = "manifest.json"


def render(compiled: Sequence[Compiled], form: str = "json") -> dict[str, bytes]:
    """Path below the output folder → content, for all roots of some environments. Same input, same bytes."""
    files: dict[str, bytes] = {}
    for folder, roots in itertools.groupby(compiled, lambda root: f"{root.platform}/{root.environment}"):
        entries = []
        for root in roots:
            texts = templates(root, form)
            digests = {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}
            files |= {f"{folder}/{name}": text for name, text in texts.items()}
            entries.append(_root(root, form, digests))
        files[f"{folder}/{MANIFEST}"] = _text({**_header(root), "roots": entries})
    return files


def templates(compiled: Compiled, form: str = "json") -> dict[str, bytes]:
    """Path in the environment's folder → content, for one root and its nested stacks."""
    return {_file(compiled, template, form): template_bytes(template, form) for template in compiled.templates}


def _file(compiled: Compiled, template: Template, form: str) -> str:
    return f"{compiled.region}/{template.name}.template.{form}"


def template_bytes(template: Template, form: str = "json") -> bytes:
    """One template, indented, keys sorted."""
    if form == "json":
        return f"{template.text}\n".encode()
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    body = json.loads(json.dumps(template.body).replace(".template.json", ".template.yaml"))
    text: str = yaml.dump(body, Dumper=dumper, default_flow_style=False, width=120, allow_unicode=True)
    return text.encode()


def _text(value: Json) -> bytes:
    return f"{indented(value)}\n".encode()


def _header(compiled: Compiled) -> dict[str, Json]:
    header = {"platform": compiled.platform, "environment": compiled.environment, "posture": compiled.posture}
    return {**header, "account": compiled.account}


def _root(compiled: Compiled, form: str, digests: Mapping[str, str]) -> Json:
    """The manifest's entry of a root, enough to deploy it without this tool: region, parameters, artefacts, hashes.

    Roots are in the order of their deployment, and so are the nested stacks of each.
    """

    def about(template: Template) -> dict[str, Json]:
        file = _file(compiled, template, form)
        return {"template": file, "sha256": digests[file]}

    stacks = [
        {"name": one.name, "logical_id": one.logical_id, **about(one)}
        | {"depends_on": list(one.depends_on), "origins": dict(one.origins)}
        for one in compiled.children
    ]
    artifacts = [
        {"parameter": one.parameter, "component": one.component, "source": one.source} for one in compiled.artifacts
    ]
    return {
        "region": compiled.region,
        "stack_name": compiled.stack_name,
        **about(compiled.root),
        "capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "tags": dict(compiled.tags),
        "parameters": sorted(compiled.root.body.get("Parameters", {})),
        **({"packed": {name: list(names) for name, names in compiled.packed.items()}} if compiled.packed else {}),
        "takes": {name: {"region": region, "output": name} for name, region in compiled.takes.items()},
        "artifacts": artifacts,
        **({"images": [_image(one) for one in compiled.images]} if compiled.images else {}),
        **({"kept": [asdict(one) for one in compiled.kept]} if compiled.kept else {}),
        "stacks": stacks,
        **({"fleet": _fleet(compiled.fleet)} if compiled.fleet else {}),
    }


def _image(image: BuiltImage) -> dict[str, Json]:
    """All that a build of it needs; its tag is the hash of its content, which no compiler reads."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(image).items()}


def _fleet(fleet: Fleet) -> dict[str, Json]:
    """What CreateStackSet and CreateStackInstances are called with beside the template."""
    model = "SERVICE_MANAGED" if fleet.service_managed else "SELF_MANAGED"
    whose = {"accounts": list(fleet.accounts)} if fleet.accounts else {"units": list(fleet.organizational_units)}
    return {"permission_model": model, **whose, "regions": list(fleet.regions)}


def write(files: Mapping[str, bytes], out: str, owned: Iterable[str]) -> None:
    """Write all of `files` below `out` and remove what `owned` folders hold of an earlier compile.

    Everything is first written beside its place, so a full disk or a missing right changes nothing.
    Raises `SpecError` when the folder can't be written.
    """
    fresh: list[tuple[Path, Path]] = []
    path = Path(out)
    try:
        for name, content in sorted(files.items()):
            path = Path(out, name)
            fresh.append((_written_beside(path, content), path))
        for beside, path in fresh:
            beside.replace(path)
        for path in strays(files, out, owned):
            path.unlink()
            _remove_empty(path.parent, Path(out))
    except OSError as problem:
        for beside, _ in fresh:
            forget(beside)
        message = f"the output can't be written: {problem.strerror}"
        place = Place(str(path), 1, 1)
        raise SpecError([Diagnostic("unwritable-output", message, place, suggestion="choose another --out")]) from None


def _written_beside(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    beside = beside_of(path)
    try:
        beside.write_bytes(content)
    except OSError:
        forget(beside)
        raise
    return beside


def owned(compiled: Sequence[Compiled], out: str, whole: bool) -> tuple[str, ...]:
    """Folders of compiled files only; for a `whole` platform also those of environments no longer in the spec."""
    folders = dict.fromkeys(f"{root.platform}/{root.environment}" for root in compiled)
    if whole:
        known = [root.environment for root in compiled]
        folders |= dict.fromkeys(stale_environments(compiled[0].platform, known, out))
    return tuple(folders)


def written_stacks(platform: str, out: str) -> dict[str, dict[str, str]]:
    """Environment → logical id → its nested stack, in the manifests that an earlier compile wrote."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(Path(out, platform).glob(f"*/{MANIFEST}")):
        try:
            roots = json.loads(file.read_text(encoding="utf-8"))["roots"]
            stacks = [stack for root in roots for stack in root["stacks"]]
            found[file.parent.name] = {name: stack["name"] for stack in stacks for name in stack["origins"]}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # compiled again in a moment
    return found


def stale_environments(platform: str, known: Iterable[str], out: str) -> tuple[str, ...]:
    """Folders of environments that an earlier compile wrote and the spec no longer has."""
    kept = set(known)
    names = sorted(path.parent.name for path in Path(out, platform).glob(f"*/{MANIFEST}"))
    return tuple(f"{platform}/{name}" for name in names if name not in kept)


def strays(files: Mapping[str, bytes], out: str, owned: Iterable[str]) -> list[Path]:
    """Files of ours in `owned` folders that are not among `files`; what others put there is left alone."""
    wanted = {Path(out, name) for name in files}
    patterns = (MANIFEST, *(f"*/*.template.{form}" for form in FORMATS))
    present = {path for folder in owned for pattern in patterns for path in Path(out, folder).glob(pattern)}
    return sorted(path for path in present - wanted if not path.is_dir() or path.is_symlink())


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
