"""The committed templates are plain CloudFormation: the AWS CLI packages and deploys them without this tool."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.sandbox.process import Sandbox, open_sandbox

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "templates_out" / "rayman-portfolio" / "dev"
BUCKET = "plain-cloudformation"


def aws(sandbox: Sandbox, *arguments: str) -> str:
    """Run the AWS CLI of this environment against the sandbox; its standard output."""
    credentials = sandbox.credentials
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(sandbox.folder),
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_DEFAULT_REGION": sandbox.region,
        "AWS_ENDPOINT_URL": sandbox.endpoint_url,
        "AWS_PAGER": "",
    }
    command = [sys.executable, "-m", "awscli", *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def upload_code(sandbox: Sandbox, root: Mapping[str, Json], folder: Path) -> list[str]:
    """Zip and upload what the manifest lists; the parameter overrides for it."""
    overrides = [f"ArtifactBucket={BUCKET}"]
    for artifact in root["artifacts"]:
        archive = folder / f"{artifact['parameter']}.zip"
        with zipfile.ZipFile(archive, "w") as package:
            for file in sorted((ROOT / "spec" / artifact["source"]).rglob("*.py")):
                package.write(file, file.name)
        aws(sandbox, "s3", "cp", str(archive), f"s3://{BUCKET}/{archive.name}")
        overrides.append(f"{artifact['parameter']}={archive.name}")
    return overrides


@pytest.mark.slow
def test_package_and_deploy(tmp_path: Path) -> None:
    (root,) = json.loads((FOLDER / "manifest.json").read_text())["roots"]
    packaged = tmp_path / "packaged.json"
    with open_sandbox(tmp_path / "sandbox", root["region"]) as sandbox:
        aws(sandbox, "s3", "mb", f"s3://{BUCKET}")
        overrides = upload_code(sandbox, root, tmp_path)
        source = ["--template-file", str(FOLDER / root["template"]), "--s3-bucket", BUCKET]
        aws(sandbox, "cloudformation", "package", *source, "--output-template-file", str(packaged), "--use-json")
        target = ["--template-file", str(packaged), "--stack-name", root["stack_name"], "--s3-bucket", BUCKET]
        capabilities = ["--capabilities", *root["capabilities"], "--parameter-overrides", *overrides]
        aws(sandbox, "cloudformation", "deploy", *target, *capabilities)
        described = json.loads(aws(sandbox, "cloudformation", "describe-stacks", "--stack-name", root["stack_name"]))
    (stack,) = described["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {output["OutputKey"] for output in stack["Outputs"]} >= {"PublicApiUrl"}
