"""In the sandbox: what changes code, settings or a layer publishes one version, and the alias names it."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from deployer.apply import apply_plan
from deployer.plan import make_plan
from deployer.sandbox.process import DEFAULT_ACCOUNT, Sandbox, open_sandbox
from deployer.session import connect_to, sandbox_destination

SPEC = """
platform: demo
environments: {dev: {posture: development}}
functions:
  api:
    runtime: python3.13
    code: api
    handler: app.handler
    layers: [./shared]
    provisioned: 1
    concurrency: %d
    memory: %d
"""

pytestmark = pytest.mark.slow


def deployed(sandbox: Sandbox, folder: Path, concurrency: int, memory: int) -> Json:
    """The alias after a deployment."""
    (folder / "spec.yaml").write_text(SPEC % (concurrency, memory))
    (compiled,) = compile_spec(str(folder / "spec.yaml"))
    aws = connect_to(sandbox_destination(sandbox, compiled.region, None))
    assert apply_plan(make_plan(compiled, folder, aws), aws).succeeded
    assert make_plan(compiled, folder, aws).empty
    client = boto3.client(
        "lambda",
        endpoint_url=sandbox.endpoint_url,
        region_name=sandbox.region,
        aws_access_key_id=sandbox.credentials.access_key_id,
        aws_secret_access_key=sandbox.credentials.secret_access_key,
    )
    (function,) = client.list_functions()["Functions"]
    return client.get_alias(FunctionName=function["FunctionName"], Name="live")["FunctionVersion"]


def test_each_change_publishes_one_version(tmp_path: Path) -> None:
    for name in ("api", "shared"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text("def handler(event, context):\n    return {}\n")
    with open_sandbox(tmp_path / "sandbox", "us-east-1", DEFAULT_ACCOUNT) as sandbox:
        assert deployed(sandbox, tmp_path, 5, 256) == "1"
        (tmp_path / "api" / "app.py").write_text("def handler(event, context):\n    return {'a': 1}\n")
        assert deployed(sandbox, tmp_path, 5, 256) == "2"
        assert deployed(sandbox, tmp_path, 5, 512) == "3"
        (tmp_path / "shared" / "app.py").write_text("changed = True\n")
        assert deployed(sandbox, tmp_path, 5, 512) == "4"
        assert deployed(sandbox, tmp_path, 6, 512) == "4"
