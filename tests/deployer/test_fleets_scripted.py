"""Scripted: fleets against answers that no stand-in of StackSets gives: failures, interruptions, races, drift."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.approval import Approvals, approve
from deployer.bucket import at_home
from deployer.errors import DeployError
from deployer.fleets.apply import apply_fleet_plan, take_up
from deployer.fleets.drift import detect_fleet_drift
from deployer.fleets.plan_file import fleet_plan_json, is_fleet_plan, read_fleet_plan
from deployer.fleets.removal import FleetRemoval, plan_fleet_removal, remove_fleet
from deployer.fleets.view import drift_lines, outcome_lines, plan_lines, removal_lines
from deployer.plan_file import write_json
from deployer.session import Aws
from reviewer.view import Shown
from tests.deployer.fleet_house import ACCOUNTS, REGIONS, UNITS, House, text


@pytest.fixture
def house(aws: Aws, tmp_path: Path) -> House:
    return House(aws, tmp_path)


def test_a_first_deployment_makes_the_set_and_then_its_stacks(house: House) -> None:
    plan = house.plan()
    name = house.compiled().stack_name
    assert text(plan).splitlines()[2:10] == [
        "                us-east-1  eu-west-1",
        "  111111111111  +          +",
        "  222222222222  +          +",
        "  333333333333  +          +",
        "  + created",
        "",
        "1. create the stack set",
        "2. create stacks in 6 places: one region after the other, 2 accounts at once, 10% may fail",
    ]
    outcome = house.apply(plan)
    assert outcome.succeeded and outcome.status == "SUCCEEDED"
    (made,) = house.service.said("CreateStackSet")
    assert made["PermissionModel"] == "SELF_MANAGED" and made["StackSetName"] == name
    assert made["Capabilities"] == ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
    (created,) = house.service.said("CreateStackInstances")
    assert created["Accounts"] == [*ACCOUNTS] and created["Regions"] == [*REGIONS]
    assert created["OperationPreferences"] == {
        "RegionConcurrencyType": "SEQUENTIAL",
        "RegionOrder": [*REGIONS],
        "ConcurrencyMode": "STRICT_FAILURE_TOLERANCE",
        "MaxConcurrentCount": 2,
        "FailureTolerancePercentage": 10,
    }
    assert created["OperationId"].startswith("stackwright-")
    assert house.said[0] == "[1/6] SUCCEEDED 111111111111/us-east-1"
    assert f"{name}: 6 stacks, 6 current" in house.shown()


def test_nothing_to_do_is_no_operation(house: House) -> None:
    house.deploy()
    plan = house.plan()
    assert plan.empty and "No changes." in text(plan)
    before = len(house.service.operations)
    assert house.apply(plan).status == "NO_CHANGES"
    assert len(house.service.operations) == before


def test_a_change_updates_those_that_are_there_and_then_makes_the_new_ones(house: House) -> None:
    house.deploy(house.compiled(ACCOUNTS[:2]))
    plan = house.plan(house.compiled(ACCOUNTS, 7))
    assert [step.action for step in plan.steps] == ["update-set", "create"]
    assert plan.set_changes == ("template",)
    assert "MessageRetentionPeriod: 345600 → 604800" in text(plan) or "retention_days: 4 → 7" in text(plan)
    assert "  333333333333  +          +" in text(plan) and "  111111111111  ~          ~" in text(plan)
    assert house.apply(plan).succeeded
    assert house.service.said("CreateStackInstances")[-1]["Accounts"] == ["333333333333"]


def test_removed_stacks_need_the_name_of_the_fleet(house: House) -> None:
    house.deploy()
    name = house.compiled().stack_name
    root = house.compiled(ACCOUNTS[:2])
    plan = house.plan(root)
    assert "  333333333333  -          -" in text(plan)
    with pytest.raises(DeployError) as refused:
        approve(plan.reviews, Approvals())
    assert refused.value.exit_code == 6 and f"--approve {name}" in refused.value.hint
    approve(plan.reviews, Approvals([name]))
    assert house.apply(plan).succeeded
    (gone,) = house.service.said("DeleteStackInstances")
    assert (gone["Accounts"], gone["RetainStacks"]) == (["333333333333"], False)
    assert set(house.service.instances) == {f"{one}/{region}" for one in ACCOUNTS[:2] for region in REGIONS}


def test_stacks_that_stay_need_no_approval(house: House) -> None:
    house.deploy()
    plan = house.plan(house.compiled(ACCOUNTS[:2]), retain=True)
    approve(plan.reviews, Approvals())
    assert "no longer belong to the fleet" in text(plan)
    house.apply(plan)
    assert house.service.said("DeleteStackInstances")[0]["RetainStacks"] is True


def test_a_failed_stack_is_told_and_retried_alone(house: House) -> None:
    house.deploy()
    place, reason = "222222222222/eu-west-1", "Resource limit exceeded: queues"
    house.service.failing[place] = reason
    outcome = house.deploy(house.compiled(days=7))
    assert not outcome.succeeded and outcome.status == "FAILED"
    assert [str(one) for one in outcome.diagnostics] == [f"error[stack-instance-failed]: {place}: FAILED: {reason}"]
    assert "update the stack set: FAILED, 5 of 6 places" in house.said
    assert f"  {place}  FAILED: {reason}" in house.said
    assert any("deploy --retry-failed" in line for line in outcome_lines(outcome))
    shown = house.shown()
    assert "6 stacks, 5 current" in shown and f"  {place}  OUTDATED FAILED: {reason}" in shown
    assert "  222222222222  ok         F" in shown
    house.service.failing.clear()
    plan = house.plan(house.compiled(days=7), retry=True)
    assert [step.action for step in plan.steps] == ["retry"] and "  222222222222  =          ↻" in text(plan)
    assert house.apply(plan).succeeded
    (retried,) = house.service.said("UpdateStackInstances")
    assert (retried["Accounts"], retried["Regions"]) == (["222222222222"], ["eu-west-1"])
    assert not {"Parameters", "TemplateURL"} & {*retried}  # which would mark all other stacks as outdated
    assert "6 stacks, 6 current" in house.shown()


def test_a_retry_never_brings_another_template(house: House) -> None:
    house.deploy()
    house.service.failing["111111111111/us-east-1"] = "no"
    house.deploy(house.compiled(days=7))
    template = house.service.found["TemplateBody"]
    house.service.failing.clear()
    house.apply(house.plan(house.compiled(days=9), retry=True))
    assert house.service.found["TemplateBody"] == template
    assert house.plan(house.compiled(days=9)).set_changes == ("template",)


def test_a_plain_deployment_tries_failed_stacks_too(house: House) -> None:
    house.service.failing["333333333333/us-east-1"] = "the role is missing"
    assert not house.deploy().succeeded
    house.service.failing.clear()
    plan = house.plan()
    assert [step.action for step in plan.steps] == ["create"]  # there is no stack yet that could be updated
    assert plan.retried == ("333333333333/us-east-1",)
    assert house.apply(plan).succeeded


def test_an_inoperable_stack_is_told_and_left(house: House) -> None:
    house.deploy()
    place = "111111111111/eu-west-1"
    house.service.failing[place], house.service.inoperable = "DELETE_FAILED", {place}
    house.deploy(house.compiled(days=7))
    plan = house.plan(house.compiled(days=7))
    assert plan.empty and f"{place} is inoperable" in text(plan)
    assert "  111111111111  ok         !" in house.shown()


def test_an_operation_of_somebody_else_is_not_disturbed(house: House) -> None:
    house.deploy()
    house.service.DetectStackSetDrift({})
    with pytest.raises(DeployError) as refused:
        house.plan()
    assert refused.value.exit_code == 7 and "DETECT_DRIFT sdk-" in refused.value.message
    with pytest.raises(DeployError):
        take_up(house.aws, house.compiled(), house.said.append, wait=False)
    ended = take_up(house.aws, house.compiled(), house.said.append, wait=True)
    assert ended and ended.succeeded and house.plan().empty


def test_an_operation_that_begins_after_the_plan_makes_it_stale(house: House) -> None:
    house.deploy()
    plan = house.plan(house.compiled(days=7))
    house.service.DetectStackSetDrift({})
    with pytest.raises(DeployError) as busy:
        house.apply(plan)
    assert busy.value.exit_code == 7
    house.service.end(house.service.operations[0])
    with pytest.raises(DeployError) as stale:
        house.apply(plan)
    assert stale.value.exit_code == 4 and stale.value.diagnostics[0].code == "stale-plan"


def test_a_race_is_told_as_what_it_is(house: House) -> None:
    house.deploy()
    plan = house.plan(house.compiled(days=7))
    update = house.service.UpdateStackSet

    def beaten(params: Json) -> Json:
        house.service.DetectStackSetDrift({})
        return update(params)

    house.service.UpdateStackSet = beaten  # type: ignore[method-assign]
    with pytest.raises(DeployError) as refused:
        house.apply(plan)
    assert refused.value.exit_code == 7 and "another operation runs" in refused.value.message


def test_a_lost_answer_begins_nothing_twice(house: House) -> None:
    house.service.lose = {"CREATE"}
    assert house.deploy().succeeded
    assert [one["Action"] for one in house.service.operations] == ["CREATE"]


def test_a_set_of_somebody_else_is_not_taken_over(house: House) -> None:
    plan = house.plan()
    house.service.CreateStackSet({**plan.steps[0].arguments, "Tags": [{"Key": "whose", "Value": "theirs"}]})
    with pytest.raises(DeployError) as refused:
        house.apply(plan)
    assert refused.value.diagnostics[0].code == "stale-plan" and not house.service.operations


def test_a_set_that_was_made_without_an_answer_is_the_planned_one(house: House) -> None:
    plan = house.plan()
    house.service.CreateStackSet(plan.steps[0].arguments)
    assert house.apply(plan).succeeded


def test_very_many_accounts_are_counted(house: House) -> None:
    plan = house.plan(house.compiled([f"{number:012}" for number in range(1, 31)]))
    assert "  + 60 stacks created" in text(plan) and "in 30 accounts and 2 regions (--all shows them)" in text(plan)
    everything = "\n".join(plan_lines(plan, Shown(everything=True)))
    assert "  000000000030  +          +" in everything


def interrupt(house: House, at: str) -> Callable[[str], None]:
    """A report that is interrupted once somebody presses Ctrl-C while a place is told."""

    def report(line: str) -> None:
        house.said.append(line)
        if at in line:
            raise KeyboardInterrupt

    return report


def test_ctrl_c_leaves_the_operation_and_the_same_plan_goes_on(house: House) -> None:
    house.deploy(house.compiled(ACCOUNTS[:2]))
    plan = house.plan(house.compiled(ACCOUNTS, 7))
    with pytest.raises(DeployError) as stopped:
        apply_fleet_plan(house.aws, plan, interrupt(house, "[1/4]"), house.told)
    assert stopped.value.exit_code == 130 and "goes on without this command" in stopped.value.message
    outcome = house.apply(plan)
    assert outcome.succeeded and [one.action for one in outcome.ended] == ["update-set", "create"]
    assert [one["Action"] for one in house.service.operations] == ["CREATE", "UPDATE", "CREATE"]
    assert house.plan(house.compiled(ACCOUNTS, 7)).empty


def test_ctrl_c_and_a_new_deployment_go_on(house: House) -> None:
    root = house.compiled()
    with pytest.raises(DeployError):
        apply_fleet_plan(house.aws, house.plan(root), interrupt(house, "[1/6]"), house.told)
    house.service.polls = 3
    house.service.operations[0]["Status"] = "RUNNING"
    house.service._left[house.service.operations[0]["OperationId"]] = 2
    ended = take_up(house.aws, root, house.said.append, wait=False)
    assert ended and ended.succeeded
    assert house.plan(root).empty


def test_a_saved_plan_is_what_was_made(house: House, tmp_path: Path) -> None:
    plan, file = house.plan(), tmp_path / "prod.plan"
    write_json(fleet_plan_json(plan), file)
    assert is_fleet_plan(file) and read_fleet_plan(file) == plan
    changed = json.loads(file.read_text())
    changed["steps"][0]["arguments"]["TemplateURL"] = "https://example.com"
    file.write_text(json.dumps(changed))
    with pytest.raises(DeployError) as refused:
        read_fleet_plan(file)
    assert "it was changed after it was written" in refused.value.message


def removal_of(house: House, root: Compiled, retain: bool = False) -> FleetRemoval:
    removal = plan_fleet_removal(house.aws, root, retain, f"stackwright-{house.aws.account}")
    assert removal
    return removal


def test_removing_a_fleet_removes_its_stacks_and_then_the_set(house: House) -> None:
    house.deploy()
    root = house.compiled()
    removal = removal_of(house, root)
    shown = "\n".join(removal_lines(removal))
    assert "6 stacks" in shown and "removed" in shown
    house.service.failing["111111111111/us-east-1"] = "the bucket is not empty"
    outcome = remove_fleet(house.aws, removal, house.said.append, house.told)
    assert not outcome.succeeded and house.service.found
    house.service.failing.clear()
    removal = removal_of(house, root)
    assert removal.places == ("111111111111/us-east-1",)
    assert remove_fleet(house.aws, removal, house.said.append, house.told).status == "DELETED"
    assert house.service.found is None and house.shown().endswith(": not deployed")


def test_removing_a_fleet_with_its_stacks_left(house: House) -> None:
    house.deploy()
    removal = removal_of(house, house.compiled(), retain=True)
    assert removal.reviews == () and removal.steps[0].arguments["RetainStacks"] is True


def test_drift_is_told_by_account_and_region(house: House) -> None:
    house.deploy()
    found = {
        "StackId": "arn:aws:cloudformation:eu-west-1:222222222222:stack/StackSet-x/1",
        "LogicalResourceId": "JobsQueue",
        "ResourceType": "AWS::SQS::Queue",
        "StackResourceDriftStatus": "MODIFIED",
        "Timestamp": house.service.operations[0]["CreationTimestamp"],
        "PropertyDifferences": [
            {"PropertyPath": "/DelaySeconds", "ExpectedValue": "0", "ActualValue": "9", "DifferenceType": "NOT_EQUAL"}
        ],
    }
    house.service.drifted["222222222222/eu-west-1"] = [found]
    drift = detect_fleet_drift(house.aws, house.compiled(), house.said.append)
    assert not drift.sure
    lines = list(drift_lines(drift))
    assert lines[0].endswith("5 of 6 stacks in sync")
    assert lines[1] == ("  222222222222/eu-west-1  MODIFIED queues.jobs: JobsQueue AWS::SQS::Queue: /DelaySeconds")
    assert "1 drifted" in house.shown()


def test_nothing_is_said_of_nested_stacks_that_nobody_looked_into(house: House) -> None:
    root = house.compiled(more="nested: true")
    house.deploy(root)
    drift = detect_fleet_drift(house.aws, root, house.said.append)
    assert not drift.sure and "nested stacks" in list(drift_lines(drift))[-1]


def test_nested_templates_lie_in_each_region_and_are_compared(house: House) -> None:
    house.deploy(house.compiled(more="nested: true"))
    root = json.loads(house.service.found["TemplateBody"])
    url = root["Resources"]["MessagingStack"]["Properties"]["TemplateURL"]["Fn::Sub"]
    bucket, key = url.split("/", 3)[3].split("/", 1)
    for region in REGIONS:
        name = bucket.replace("${AWS::Region}", region)
        assert at_home(house.aws, region).s3.head_object(Bucket=name, Key=key)
        policy = json.loads(at_home(house.aws, region).s3.get_bucket_policy(Bucket=name)["Policy"])
        (own,) = [one for one in policy["Statement"] if house.compiled().platform.capitalize() in one.get("Sid", "")]
        assert own["Principal"] == {"AWS": [f"arn:aws:iam::{one}:root" for one in ACCOUNTS]}
        assert own["Resource"] == [f"arn:aws:s3:::{name}/templates/*"] and own["Action"] == "s3:GetObject"
        assert any(one["Effect"] == "Deny" for one in policy["Statement"])
    plan = house.plan(house.compiled(days=7, more="nested: true"))
    assert "retention_days: 4 → 7" in text(plan) or "604800" in text(plan)


def test_organizational_units_are_deployed_by_their_organization(aws: Aws, tmp_path: Path) -> None:
    house = House(aws, tmp_path, UNITS)
    plan = house.plan()
    assert [step.action for step in plan.steps] == ["create-set", "create"]
    house.apply(plan)
    (made,) = house.service.said("CreateStackSet")
    assert (made["PermissionModel"], made["CallAs"]) == ("SERVICE_MANAGED", "DELEGATED_ADMIN")
    assert made["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": True}
    (created,) = house.service.said("CreateStackInstances")
    assert created["DeploymentTargets"] == {"OrganizationalUnitIds": ["ou-ab12-34cd56ef"]}
    assert all(params.get("CallAs") == "DELEGATED_ADMIN" for name, params in house.service.calls if "StackSet" in name)
    assert house.plan().empty
    house.service.instances["ou-ab12-34cd56ef/us-east-1"]["Status"] = "OUTDATED"
    (retry,) = house.plan(retry=True).steps
    assert retry.arguments["DeploymentTargets"] == {
        "OrganizationalUnitIds": ["ou-ab12-34cd56ef"],
        "Accounts": ["999999999999"],
        "AccountFilterType": "INTERSECTION",
    }


def test_a_set_of_the_other_permissions_is_refused(house: House) -> None:
    house.deploy()
    house.service.found["PermissionModel"] = "SERVICE_MANAGED"
    with pytest.raises(DeployError) as refused:
        house.plan()
    assert refused.value.diagnostics[0].code == "fleet-permissions"


def shown_in_docs(number: int, kind: str = "text") -> str:
    page = (Path(__file__).parent.parent.parent / "docs" / "fleets.md").read_text(encoding="utf-8")
    return page.split(f"```{kind}\n")[number + 1].split("```")[0]


class Documented(House):
    """The fleet of the documentation."""

    def __init__(self, aws: Aws, folder: Path) -> None:
        super().__init__(aws, folder, shown_in_docs(0, "yaml"))
        self.aws = replace(self.aws, region="eu-central-1", s3=aws.client("s3", "eu-central-1"))

    def compiled(self, accounts: Sequence[str] = ACCOUNTS, days: int = 4, more: str = "") -> Compiled:
        listed, everyone = (", ".join(f'"{one}"' for one in names) for names in (accounts, ACCOUNTS))
        assert everyone in self.text and "jobs: {retention_days: 4}" in self.text
        changed = self.text.replace("jobs: {retention_days: 4}", f"jobs: {{retention_days: {days}}}")
        (self.folder / "fleet.yaml").write_text(changed.replace(everyone, listed) + more)
        with contextlib.chdir(self.folder):
            (root,) = compile_spec("fleet.yaml")
        return root


def test_the_documentation_shows_a_plan_and_a_failed_stack(aws: Aws, tmp_path: Path) -> None:
    house = Documented(aws, tmp_path)
    house.deploy()
    others = ("111111111111", "333333333333", "444444444444")
    plan = house.plan(house.compiled(others, 7))
    assert text(plan).replace(house.aws.account, "999999999999") + "\n" == shown_in_docs(0)
    house.service.failing["444444444444/us-east-1"] = "User is not authorized to perform: sqs:CreateQueue"
    outcome = house.apply(plan)
    assert (outcome.status, outcome.succeeded) == ("SUCCEEDED_IN_PART", False)
    assert house.shown() + "\n" == shown_in_docs(1)
