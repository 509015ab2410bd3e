"""The main job on the reference platform, deployed to the sandbox: its outputs, and the review of changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.plan import Plan, make_plan
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from deployer.status import read_outputs

SPEC = Path(__file__).parent.parent / "spec" / "rayman-portfolio.yaml"

pytestmark = pytest.mark.slow


def changed(folder: Path, old: str, new: str) -> Path:
    """A copy of the spec with one edit; the code of its functions is where it was."""
    text = SPEC.read_text(encoding="utf-8")
    assert text.count(old) == 1
    copy = folder / "changed.yaml"
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def environment(spec: Path, name: str) -> Compiled:
    (one,) = compile_spec(str(spec), (name,))
    return one


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), "us-east-1") as sandbox:
        yield connect_to(sandbox_destination(sandbox, "us-east-1"))


@pytest.fixture(scope="module", params=["dev", "staging"])
def deployed(request: pytest.FixtureRequest, aws: Aws) -> str:
    """The name of an environment that is deployed as the spec says."""
    name = str(request.param)
    outcome = apply_plan(make_plan(environment(SPEC, name), SPEC.parent, aws), aws)
    assert outcome.succeeded, str(outcome)
    return name


def planned(aws: Aws, spec: Path, name: str) -> Plan:
    return make_plan(environment(spec, name), SPEC.parent, aws)


def test_outputs_name_what_people_need(aws: Aws, deployed: str) -> None:
    outputs = read_outputs(aws, f"rayman-portfolio-{deployed}")
    assert {"PublicApiUrl", "MainDatabaseEndpoint", "MediaBucketName", "ProcessingQueueUrl"} <= outputs.keys()
    assert ("SiteDistributionDomainName" in outputs) == (deployed != "dev")


def test_a_changed_retention_is_exactly_one_modification(aws: Aws, deployed: str, tmp_path: Path) -> None:
    spec = changed(tmp_path, "processing: {retention_days: 4", "processing: {retention_days: 5")
    (change,) = planned(aws, spec, deployed).review.changes
    assert (change.action, change.component, change.replacement) == ("Modify", "queues.processing", "False")
    assert change.logical_id == "ProcessingQueue"
    assert [(one.path, one.before, one.after) for one in change.details] == [("MessageRetentionPeriod", 345600, 432000)]


def test_removing_the_cdn_removes_it_and_the_permissions_given_to_it(aws: Aws, deployed: str, tmp_path: Path) -> None:
    if deployed == "dev":
        with_cdn = environment(SPEC, deployed)
        assert not any("CloudFront" in str(template.body) for template in with_cdn.children)
        return
    before = environment(SPEC, deployed)
    text = "    databases: {main: {instance: db.t3.small, storage: 50}}\n"
    changes = planned(aws, changed(tmp_path, text, f"{text}    cdn: {{site: null}}\n"), deployed).review.changes
    own = {name for one in before.children for name, origin in one.origins.items() if origin == "cdn.site"}
    removed = {change.logical_id for change in changes if change.action == "Remove"}
    assert own <= removed
    assert {change.component for change in changes if change.logical_id in removed - own} <= {"monitoring"}
    assert {change.action for change in changes} == {"Modify", "Remove"}
    for change in changes:
        if change.action == "Modify" and change.resource_type != "AWS::CloudWatch::Dashboard":
            for detail in change.details:
                assert re.fullmatch(r"(PolicyDocument|KeyPolicy)\.Statement\[\w+\]", detail.path), detail
                assert detail.after is None, "a permission is withdrawn, nothing is added"
