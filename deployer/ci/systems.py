"""The CI systems for which a workflow can be written, each a module of this room."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.metadata import version

from deployer.ci import github, gitlab
from deployer.ci.pipeline import Pipeline
from deployer.ci.written import with_header

SYSTEMS = {"github": github, "gitlab": gitlab}


def this_version() -> str:
    """What a package index knows this version by."""
    return f"stackwright=={version('stackwright')}"


def command_of(system: str, spec: str, options: Sequence[str] = ()) -> str:
    """The command that writes the workflow again."""
    return shlex.join(["stackwright", "ci", system, spec, *options])


def written(system: str, pipeline: Pipeline) -> tuple[str, str]:
    """Where the system looks for the workflow, and the whole file."""
    form = SYSTEMS[system]
    return form.default_file(pipeline.platform), with_header(form.workflow(pipeline), pipeline.command)
