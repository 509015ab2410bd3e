"""The page about removals, held against what `destroy` prints on the sandbox."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from deployer.opening import Where, open_aws
from tests.test_cli_history import plain
from tests.test_cli_recover import folder as folder

PAGE = (Path(__file__).parent.parent / "docs" / "removal.md").read_text(encoding="utf-8")
SPEC = """platform: demo
environments: {dev: {posture: development}}
buckets: {media: {}}
tables: {orders: {key: {partition: id}, deletion_protection: true}}
"""

pytestmark = pytest.mark.slow


def run(command: str, *options: str) -> Result:
    return CliRunner().invoke(main, [command, "spec.yaml", "--env", "dev", "--sandbox", *options])


def fill() -> None:
    """Put an object into the bucket of the platform."""
    with open_aws(Where("us-east-1", None, None, sandbox=True)) as aws:
        (name,) = (one["Name"] for one in aws.s3.list_buckets()["Buckets"] if one["Name"].startswith("demo-dev-"))
        aws.s3.put_object(Bucket=name, Key="one", Body=b"x")


def same(output: str) -> str:
    """Without the name of the bucket, which is another one at each time."""
    return re.sub(r"bucket demo-dev-\S+", "bucket <name>", plain(output))


def test_the_page_shows_what_the_command_prints(folder: Path) -> None:
    Path("spec.yaml").write_text(SPEC)
    assert run("deploy", "--yes").exit_code == 0
    fill()
    shown = re.findall(r"```console\n\$ stackwright destroy spec.yaml --env dev(.*?)\n(.*?)```", PAGE, re.DOTALL)
    assert len(shown) == 2
    for status, (options, output) in zip((4, 0), shown, strict=True):
        found = run("destroy", *options.split())
        told = found.stderr.split("\n[0/")[0] if status == 0 else found.stderr
        assert (found.exit_code, same(told)) == (status, same(output)), found.stderr
    assert "[0/5] EMPTIED (1 deleted) buckets.media: MediaBucket" in found.stderr
    assert run("status").stdout == "demo-dev: not deployed\n"
    again = run("destroy", *options.split())
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == "nothing to destroy: demo-dev is not deployed in us-east-1\n"
    assert json.loads(run("destroy", "--format", "json").stdout)["outcomes"] == []
    told = run("history").stdout
    assert [line.split()[4] for line in told.splitlines()] == ["create", "update", "destroy"]


def test_names_are_wanted_beside_yes(folder: Path) -> None:
    Path("spec.yaml").write_text(SPEC.split("buckets")[0] + "queues: {jobs: {}}\n")
    assert run("deploy", "--yes").exit_code == 0
    refused = run("destroy", "--yes")
    assert refused.exit_code == 6
    names = re.findall(r"give --approve (\S+)", refused.stderr)
    assert names == ["encryption", "queues.jobs"]
    asked = run("destroy", *(word for name in names for word in ("--approve", name)))
    assert (asked.exit_code, "Remove demo-dev? [y/N]" in asked.stderr) == (1, True)
    assert "CREATE_COMPLETE" in run("status").stdout
