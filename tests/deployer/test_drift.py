"""Drift over real HTTP: what the sandbox detects in nested stacks, by component and line of the spec."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks, stack_resources
from deployer.drift.differences import Drift, detect_all, detect_drift
from deployer.drift.view import drifts_lines
from deployer.environment import Open
from deployer.errors import DeployError
from deployer.plan import make_plan
from deployer.session import Aws
from tests.deployer.platforms import FAILING, HANDLE, messaging, platform

PAGE = (Path(__file__).parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")
(SPEC,) = re.findall(r"```yaml\n(platform: .*?)```", PAGE, re.DOTALL)


def compiled(folder: Path, text: str, name: str) -> Compiled:
    """The spec of the page as a platform of its own name."""
    file = folder / "shop.yaml"
    file.write_text(text.replace("drifted", name), encoding="utf-8")
    return compile_spec(str(file), ("dev",))[0]


def deployed(aws: Aws, folder: Path, name: str) -> Compiled:
    root = compiled(folder, SPEC, name)
    assert apply_plan(make_plan(root, folder, aws), aws).succeeded
    return root


def physical(aws: Aws, root: Compiled) -> dict[str, str]:
    """Logical id → physical id in all nested stacks."""
    stack = find_stack(aws, root.stack_name)
    assert stack
    ids = nested_stacks(aws, stack.id).values()
    return {one.logical_id: one.physical_id for nested in ids for one in stack_resources(aws, nested)}


def tamper(aws: Aws, root: Compiled) -> None:
    """What somebody does by hand: a timeout of two queues, and a topic less."""
    ids = physical(aws, root)
    for name in ("JobsQueue", "MailsQueue"):
        attributes = {"VisibilityTimeout": "120"}
        aws.client("sqs", "us-east-1").set_queue_attributes(QueueUrl=ids[name], Attributes=attributes)
    aws.client("sns", "us-east-1").delete_topic(TopicArn=ids["AlertsTopic"])


def opened(aws: Aws) -> Open:
    @contextmanager
    def open_region(_region: str) -> Iterator[Aws]:
        yield aws

    return open_region


def test_what_the_page_shows_is_what_is_found(aws: Aws, tmp_path: Path) -> None:
    root = deployed(aws, tmp_path, "drifted")
    (before,) = detect_all([root], opened(aws))
    assert before.sure and next(drifts_lines([before])) == "drifted-dev in us-east-1: no drift"
    tamper(aws, root)
    found = detect_all([root], opened(aws))
    assert "\n".join(["$ stackwright drift shop.yaml --env dev", *drifts_lines(found)]) in PAGE


def test_a_property_is_at_the_setting_that_it_is(aws: Aws, tmp_path: Path) -> None:
    """Neither name nor value tells: two settings have the same value, and the names of others."""
    text = SPEC.replace("  jobs:\n", "  jobs:\n    delay_seconds: 30\n")
    (tmp_path / "shop.yaml").write_text(text.replace("drifted", "traced"), encoding="utf-8")
    (root,) = compile_spec(str(tmp_path / "shop.yaml"), ("dev",), trace=True)
    assert apply_plan(make_plan(root, tmp_path, aws), aws).succeeded
    url = physical(aws, root)["JobsQueue"]
    aws.client("sqs", "us-east-1").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "120"})
    line = text.splitlines().index("    visibility_seconds: 30") + 1
    for compiled_root, place in ((root, f"{line}:5"), (replace(root, traced=False), f"{line - 2}:3")):
        (found,) = detect_drift(aws, compiled_root).drifted
        assert (found.path, found.place.rpartition("shop.yaml:")[2]) == ("VisibilityTimeout", place)


def test_each_resource_with_its_key_of_the_spec(aws: Aws, tmp_path: Path) -> None:
    root = deployed(aws, tmp_path, "singly")
    tamper(aws, root)
    found = detect_drift(aws, root)
    rows = [(one.component, one.where, one.text, one.place.rpartition("/")[2]) for one in found.drifted]
    assert sorted(rows) == [
        ("queues.jobs", "MessagingStack/JobsQueue", "VisibilityTimeout: 30 → 120", "shop.yaml:7:5"),
        ("queues.mails", "MessagingStack/MailsQueue", "VisibilityTimeout: 30 → 120", "shop.yaml:9:5"),
        ("topics.alerts", "MessagingStack/AlertsTopic", "deleted outside of CloudFormation", "shop.yaml:11:3"),
    ]
    assert len(list(drifts_lines([found], everything=True))) == 6
    data = json.loads(json.dumps(found.to_json()))
    assert [one["actual"] for one in data["drifted"] if one["status"] == "MODIFIED"] == ["120", "120"]
    assert data["unsupported"]["AWS::SQS::QueuePolicy"] == 4


def test_a_component_that_the_spec_no_longer_has_is_named_without_a_line(aws: Aws, tmp_path: Path) -> None:
    root = deployed(aws, tmp_path, "gone")
    tamper(aws, root)
    without = re.sub(r"  mails:\n.*\n", "", SPEC)
    assert without != SPEC
    later = compiled(tmp_path, without, "gone")
    places = {one.component: one.place for one in detect_drift(aws, later).drifted}
    assert places["queues.mails"] == "" and places["queues.jobs"].endswith("shop.yaml:7:5")


def test_what_is_not_deployed_has_no_drift(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="stack absent-dev is not deployed in us-east-1"):
        detect_drift(aws, compiled(tmp_path, SPEC, "absent"))


def test_a_state_without_detection_is_told(aws: Aws, spec_dir: Path) -> None:
    root = platform("undetectable", messaging(Handle=HANDLE, Wait=FAILING))
    assert not apply_plan(make_plan(root, spec_dir, aws), aws).succeeded
    with pytest.raises(
        DeployError, match=r"drift of stack undetectable can't be detected: .*ROLLBACK_COMPLETE"
    ) as caught:
        detect_drift(aws, root)
    assert [one.code for one in caught.value.diagnostics] == ["drift-unknown"]


def test_equal_values_and_the_unknown_are_told() -> None:
    empty = Drift("demo", "us-east-1", (), 3, 1, 2, {}, ())
    assert list(drifts_lines([empty])) == [
        "demo in us-east-1: no drift",
        "  3 resources of 1 stack checked; 2 differences of equal values left out",
    ]
    unsure: Json = {"unsupported": {f"AWS::A::{name}": 1 for name in "BCDEFGHI"}}
    lines = list(drifts_lines([replace(empty, **unsure)]))
    assert lines[-1].endswith("detection: 1 A::B, 1 A::C, 1 A::D, 1 A::E, 1 A::F, 1 A::G, 2 more types")
