"""CodePipeline on one machine: runs what a compiled pipeline says, its builds in a shell, its stacks in the sandbox.

Builds are the commands of their build specification, in one shell, with the variables that CodeBuild sets. Approvals
and deployments do what their configuration says. Sources: CodePipeline user guide, "AWS CodeBuild build and test action
reference" and "Variables reference"; CodeBuild user guide, "Build specification reference".
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compiler.source.json_value import Json
from tests.deployer.deploy_actions import DEPLOYS, Deployment, Failed
from tests.deployer.sandbox_account import Account

BIN = Path(sys.executable).parent
LOG = "https://console.example.com/log"
REVISION = "8f6c2b1e"
"""Commit that the source action has taken."""
_VARIABLE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")


@dataclass(frozen=True)
class Approval:
    """What whoever approves reads."""

    comment: str
    link: str


@dataclass
class Execution:
    """One execution of a pipeline. `resources` are those of its platform, by logical id."""

    resources: Mapping[str, Json]
    pipeline: str
    account: Account
    folder: Path
    source: Path
    """Folder with what the source action takes."""
    approve: Callable[[Approval], bool] = lambda approval: True
    names: Mapping[str, str] = field(default_factory=dict)
    """Logical id → physical id, of what of the platform is deployed."""
    artifacts: dict[str, Path] = field(default_factory=dict)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    """Stage and action of all that succeeded."""

    def run(self) -> Execution:
        """Raises `Failed` at the first action that fails; ends at an approval that is refused."""
        for stage in self.resources[self.pipeline]["Properties"]["Stages"]:
            for action in sorted(stage["Actions"], key=lambda one: int(one["RunOrder"])):
                if not self._act(action):
                    return self
                self.done.append(f"{stage['Name']} {action['Name']}")
        return self

    def _act(self, action: Json) -> bool:
        provider = action["ActionTypeId"]["Provider"]
        if action["ActionTypeId"]["Category"] == "Source":
            (made,) = action["OutputArtifacts"]
            self.artifacts[made["Name"]] = self.source
            return True
        if provider == "Manual":
            said = action["Configuration"]
            link = self._filled(said.get("ExternalEntityLink", ""))
            return self.approve(Approval(self._filled(said.get("CustomData", "")), link))
        if provider == "CodeBuild":
            self._build(action)
        else:
            self._deploy(action)
        return True

    def _filled(self, text: str) -> str:
        """The text with variables of earlier actions; CodePipeline takes 1,000 characters."""
        filled = _VARIABLE.sub(lambda found: self.variables[found[1]][found[2]], text)
        assert len(filled) <= 1000
        return filled

    def _build(self, action: Json) -> None:
        project = self.resources[action["Configuration"]["ProjectName"]["Ref"]]["Properties"]
        instructions = json.loads(project["Source"]["BuildSpec"])
        work, places = self._checkout(action)
        exported = instructions.get("env", {}).get("exported-variables", [])
        found = self._shell(work, instructions, {**self._environment(project), **places}, exported)
        if "Namespace" in action:
            self.variables[action["Namespace"]] = found
        for made in action.get("OutputArtifacts", ()):
            self.artifacts[made["Name"]] = self._kept(made["Name"], work, instructions["artifacts"])

    def _checkout(self, action: Json) -> tuple[Path, dict[str, str]]:
        """The primary artefact in a folder of its own, and variables for where the others lie."""
        names = [one["Name"] for one in action["InputArtifacts"]]
        primary = action["Configuration"].get("PrimarySource", names[0])
        assert len(names) == 1 or "PrimarySource" in action["Configuration"]
        work = self.folder / f"build-{len(self.done)}"
        shutil.copytree(self.artifacts[primary], work)
        others = {f"CODEBUILD_SRC_DIR_{name}": str(self.artifacts[name]) for name in names if name != primary}
        return work, {"CODEBUILD_SRC_DIR": str(work), **others}

    def _environment(self, project: Json) -> dict[str, str]:
        sandbox = self.account.sandbox
        given = project["Environment"].get("EnvironmentVariables", ())
        return {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": sandbox.credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": sandbox.credentials.secret_access_key,
            "AWS_DEFAULT_REGION": sandbox.region,
            "AWS_REGION": sandbox.region,
            "AWS_ENDPOINT_URL": sandbox.endpoint_url,
            "CODEBUILD_BUILD_URL": LOG,
            "CODEBUILD_RESOLVED_SOURCE_VERSION": REVISION,
            **{one["Name"]: self._value(one["Value"]) for one in given},
        }

    def _shell(
        self, work: Path, instructions: Json, environment: Mapping[str, str], exported: Sequence[str]
    ) -> dict[str, str]:
        """One shell for all commands, of which the first that fails ends the build; the exported variables."""
        phases = instructions["phases"]
        commands = [one for name in ("install", "build") for one in phases.get(name, {}).get("commands", ())]
        kept = self.folder / f"variables-{len(self.done)}"
        kept.mkdir()
        script = [f"{command}\nended=$?; [ $ended -eq 0 ] || exit $ended" for command in commands]
        script += [f'printf %s "${name}" > "{kept / name}"' for name in exported]
        ran = subprocess.run(
            ["sh", "-c", "\n".join(script)],
            cwd=work, env=dict(environment), capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        if ran.returncode:
            raise Failed(f"exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return {name: (kept / name).read_text() for name in exported}

    def _kept(self, name: str, work: Path, said: Json) -> Path:
        """The files of an artefact, as CodeBuild takes them from below the base directory."""
        base, kept = work / said.get("base-directory", "."), self.folder / f"artifact-{len(self.done)}-{name}"
        for pattern in said["files"]:
            for file in sorted(base.glob(pattern)):
                if file.is_file():
                    target = kept / file.relative_to(base)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, target)
        return kept

    def _deploy(self, action: Json) -> None:
        configuration = action["Configuration"].items()
        # the sandbox encrypts nothing, so it needs no key
        said = {key: self._value(value) for key, value in configuration if key != "KMSEncryptionKeyARN"}
        taken = [self.artifacts[one["Name"]] for one in action.get("InputArtifacts", ())]
        deployment = Deployment(self.account, said, self.artifacts, taken[0] if taken else None)
        DEPLOYS[action["ActionTypeId"]["Provider"]](deployment)

    def _value(self, value: Json) -> str:
        """What a value is in AWS: text, or the name of a resource that the platform of the pipeline has there."""
        if isinstance(value, str):
            return value
        if "Ref" in value:
            return self.names[value["Ref"]]
        name, attribute = value["Fn::GetAtt"]
        assert attribute == "Name"
        return self.names[name].rpartition("/")[2]
