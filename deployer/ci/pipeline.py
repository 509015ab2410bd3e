"""What a written workflow is about: the spec, its environments in order, and what stands in every job."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from compiler.language.on_demand import PATTERN
from compiler.meaning.edges import Checked
from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.ci.previews import Preview


@frozen(eq=True)
class Target:
    """One environment that the workflow reviews and deploys."""

    environment: str
    region: str
    """Where its AWS calls begin; of a fleet the region of the stack set."""


@frozen(eq=True)
class Pipeline:
    """One workflow, whatever system runs it."""

    platform: str
    spec: str
    """Path below the root of the repository, with slashes."""
    targets: tuple[Target, ...]
    """In the order in which they are deployed, which is the spec's."""
    branch: str
    """What is merged there is deployed."""
    install: str
    """What pipx installs: a requirement, an address of Git or a path."""
    command: str
    """The command that writes the same again."""
    previews: tuple[Preview, ...] = ()
    """One for each pattern of environments."""


def targets_of(checked: Sequence[Checked]) -> tuple[Target, ...]:
    """The environments of a spec that have a name, each with its region."""
    return tuple(_target(one.document.data) for one in checked if PATTERN not in one.document.data)


def _target(data: Mapping[str, Json]) -> Target:
    home = data["fleet"]["home"] if data.get("fleet") else data
    return Target(data["environment"], home["region"])


def spec_below(root: Path, spec: str) -> str:
    """The path of a spec as a workflow has it, which starts in the root of the repository.

    Raises `SpecError` where the command does not run there, or the spec lies outside.
    """
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    if top != root:
        raise _misplaced(spec, "this folder is not the root of the repository, where workflows belong", f"cd {top}")
    path = Path(os.path.realpath(root / spec))  # a link to itself stays what it is, and can't be read
    if not path.is_relative_to(root):
        raise _misplaced(spec, "the spec lies outside of this folder", "run the command at the root of the repository")
    return path.relative_to(root).as_posix()


def _misplaced(spec: str, message: str, suggestion: str) -> SpecError:
    return SpecError([Diagnostic("not-at-root", message, Place(spec, 1, 1), suggestion=suggestion)])
