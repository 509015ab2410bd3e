"""Runs the jobs of written workflows: their commands as they are, the actions of others and installers stood in for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from compiler.source.json_value import Json

SCRIPTS = Path(sys.executable).parent
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_WITH_SPEC = "inputs.spec != ''"
_INSTALLER = '#!/bin/sh\necho "$0 $*" >> "{log}"\n'


@dataclass
class Ran:
    """What a job printed and gave."""

    status: int
    text: str
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Runner:
    """A machine that runs jobs in one checkout."""

    checkout: Path
    home: Path
    """Holds what jobs share: artifacts, and what was installed."""
    variables: Mapping[str, str]
    """Of the environment of every job."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Expression of GitHub → its value."""
    used: list[str] = field(default_factory=list)
    """The actions that were used."""

    @property
    def installed(self) -> list[str]:
        log = self.home / "installed"
        return log.read_text("utf-8").splitlines() if log.exists() else []

    def github(self, file: str, job: str, **values: str) -> Ran:
        """A job of a workflow of GitHub Actions; ends at the first step that fails."""
        written = yaml.safe_load((self.checkout / file).read_text("utf-8"))
        body = written["jobs"][job]
        known = {**self.values, **values}
        outputs, summary = self.home / "outputs", self.home / "summary.md"
        outputs.write_text("")
        variables = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
        variables |= _filled({**written["env"], **body.get("env", {})}, known)
        text = ""
        for step in body["steps"]:
            status, told = self._step(step, variables, known)
            text += told
            if status:
                return Ran(status, text)
        return Ran(0, text, dict(line.split("=", 1) for line in outputs.read_text().splitlines()))

    def composite(self, file: Path, **inputs: str) -> Ran:
        """An action that is made of steps, with its inputs and their defaults."""
        written = yaml.safe_load(file.read_text("utf-8"))
        given = {name: about["default"] for name, about in written["inputs"].items()} | inputs
        known = {**self.values, **{f"inputs.{name}": value for name, value in given.items()}}
        text = ""
        for step in written["runs"]["steps"]:
            assert step.get("if", _WITH_SPEC) == _WITH_SPEC
            if "if" in step and not given["spec"]:
                continue
            status, told = self._step(step, {}, known)
            text += told
            if status:
                return Ran(status, text)
        return Ran(0, text)

    def _step(self, step: Json, variables: Mapping[str, str], values: Mapping[str, str]) -> tuple[int, str]:
        if "uses" in step:
            self._action(step["uses"], _filled(step.get("with", {}), values))
            return 0, ""
        assert "${{" not in step["run"], "an expression in a script can be code"
        return self._shell(step["run"], {**variables, **_filled(step.get("env", {}), values)}, ["bash", "-e"])

    def _action(self, action: str, inputs: Mapping[str, str]) -> None:
        self.used.append(action.split("@")[0])
        store = self.home / "artifacts" / inputs.get("name", "")
        if "upload-artifact" in action:
            self._upload(inputs["path"].split("\n"), store)
        elif "download-artifact" in action:
            shutil.copytree(store, self.checkout, dirs_exist_ok=True)

    def _upload(self, paths: Sequence[str], store: Path) -> None:
        store.mkdir(parents=True, exist_ok=True)
        for path in filter(None, paths):
            shutil.copy(self.checkout / path, store)

    def gitlab(self, file: str, job: str, **variables: str) -> Ran:
        """A job of GitLab: all lines of its scripts in one shell."""
        written = yaml.safe_load((self.checkout / file).read_text("utf-8"))
        body = written[job]
        base = written[body["extends"]]
        for needed in body.get("needs", ()):
            store = self.home / "artifacts" / needed
            if store.exists():
                shutil.copytree(store, self.checkout, dirs_exist_ok=True)
        given = {
            name: value.replace("$$", "$") for name, value in {**base["variables"], **body.get("variables", {})}.items()
        }
        lines = [*base["before_script"], *body["script"]]
        status, text = self._shell("\n".join(lines), {**given, **variables}, ["bash", "-e"])
        if not status and "paths" in body.get("artifacts", {}):
            self._upload(body["artifacts"]["paths"], self.home / "artifacts" / job)
        return Ran(status, text)

    def _shell(self, script: str, variables: Mapping[str, str], shell: Sequence[str]) -> tuple[int, str]:
        names = ("HOME", "LANG", "TMPDIR")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        path = f"{self._installers()}:{SCRIPTS}:{os.environ['PATH']}"
        ran = subprocess.run(
            [*shell, "-c", script],
            cwd=self.checkout,
            env={**kept, "PATH": path, **self.variables, **variables},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return ran.returncode, ran.stdout + ran.stderr

    def _installers(self) -> Path:
        """Stand-ins of what installs Stackwright, which is there already."""
        folder = self.home / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("pip", "pipx"):
            (folder / name).write_text(_INSTALLER.format(log=self.home / "installed"))
            (folder / name).chmod(0o755)
        return folder


def _filled(texts: Mapping[str, Json], values: Mapping[str, str]) -> dict[str, str]:
    return {
        name: _EXPRESSION.sub(lambda match: values[match[1]], text) if isinstance(text, str) else str(text).lower()
        for name, text in texts.items()
    }
