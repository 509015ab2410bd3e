"""Reviews against stacks that run: by the settings that their deployment recorded, and without creating anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.compare_deployed import reviews_of_deployed
from deployer.deployed import settings_of, settings_text
from deployer.environment import Open
from deployer.plan import make_plan
from deployer.publish import MAX_TEMPLATE, described
from deployer.session import Aws
from reviewer.change import Review, Setting
from reviewer.view import render

SPEC = """
platform: recorded
region: us-east-1
environments: {dev: {posture: development}}
queues: {jobs: {retention_days: 4}}
"""


def compiled(folder: Path, retention: int = 4) -> Compiled:
    file = folder / "recorded.yaml"
    file.write_text(SPEC.replace("retention_days: 4", f"retention_days: {retention}"), encoding="utf-8")
    return compile_spec(str(file), ("dev",))[0]


def test_a_second_plan_tells_the_key_of_the_spec_and_its_line(aws: Aws, tmp_path: Path) -> None:
    apply_plan(make_plan(compiled(tmp_path), tmp_path, aws), aws)
    later = compiled(tmp_path, 2)
    before = change_sets(aws)
    (offline,) = reviews_of_deployed([later], tmp_path, opened(aws))
    assert change_sets(aws) == before
    review = make_plan(later, tmp_path, aws).review

    (row,) = review.components
    place = f"{tmp_path / 'recorded.yaml'}:5:17"
    assert (row.component, row.settings) == ("queues.jobs", (Setting("retention_days", 4, 2, place),))
    assert "~ queues.jobs  in place  retention_days: 4 → 2  recorded.yaml:5:17" in render(review)
    assert "CloudFormation's own change set agrees; it only shows which nested stacks change." in _unwrapped(review)
    assert (offline.components, offline.risks, offline.changes) == (review.components, review.risks, review.changes)
    assert (offline.operation, offline.account, offline.service) == ("compare", aws.account, ())


def _unwrapped(review: Review) -> str:
    return " ".join(render(review).split())


def change_sets(aws: Aws) -> list[str]:
    return [one["ChangeSetName"] for one in aws.cloudformation.list_change_sets(StackName="recorded-dev")["Summaries"]]


def opened(aws: Aws) -> Open:
    """The same account in every region."""

    @contextmanager
    def open_region(_region: str) -> Iterator[Aws]:
        yield aws

    return open_region


def test_what_is_not_deployed_would_be_created(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path)
    file = tmp_path / "absent.yaml"
    file.write_text(SPEC.replace("recorded", "absent"), encoding="utf-8")
    (review,) = reviews_of_deployed(compile_spec(str(file), ("dev",)), tmp_path, opened(aws))
    assert {row.effect for row in review.components} == {"create"}
    assert root.settings.keys() >= {"", "queues.jobs"}


@pytest.mark.parametrize("value", ["{{resolve:ssm:/x}}", "ä ${Ref}", {"Ref": "Nowhere"}, None])
def test_recorded_settings_are_text_that_cloudformation_leaves_alone(value: object) -> None:
    text = settings_text({"parameters.x": {"value": value}})
    assert text.isascii()
    assert "{{resolve:" not in text
    assert settings_of({"Metadata": {"Stackwright": {"Settings": text}}}) == {"parameters.x": {"value": value}}
    assert settings_of({}) == {}


def test_a_root_near_the_limit_goes_without_settings(tmp_path: Path) -> None:
    root = compiled(tmp_path)
    recorded = described(root, {})["Metadata"]["Stackwright"]
    large = replace(root, settings={"queues.jobs": "x" * MAX_TEMPLATE})
    assert recorded.keys() == {"Origins", "Regions", "Settings"}
    assert described(large, {})["Metadata"]["Stackwright"].keys() == {"Origins", "Regions"}
