"""Scripted: fleets held to what AWS says of StackSets, and to what people do to them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock, patch

import pytest

from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.approval import Approvals, approve
from deployer.bucket import at_home
from deployer.errors import DeployError
from deployer.fleets.access import statement_id
from deployer.fleets.apply import wait_for_others
from deployer.fleets.drift import detect_fleet_drift
from deployer.fleets.removal import plan_fleet_removal, remove_fleet
from deployer.fleets.view import drift_lines, ended_lines
from deployer.session import Aws
from tests.deployer.fleet_house import ACCOUNTS, UNITS, House, text
from tests.deployer.scripted_sets import Refusal
from tests.deployer.sets_rules import refusals

UNIT, OTHER_UNIT = "ou-ab12-34cd56ef", "ou-ab12-99999999"
PLACE = "222222222222/eu-west-1"


@pytest.fixture
def house(aws: Aws, tmp_path: Path) -> House:
    return House(aws, tmp_path)


@pytest.fixture
def units(aws: Aws, tmp_path: Path) -> House:
    return House(aws, tmp_path, UNITS)


def in_regions(house: House, *regions: str) -> Compiled:
    house.text = house.text.replace("regions: [us-east-1, eu-west-1]", f"regions: [{', '.join(regions)}]")
    return house.compiled()


@pytest.mark.parametrize(
    ("operation", "params", "told"),
    [
        ("CreateStackSet", {"TemplateURL": "x", "PermissionModel": "SERVICE_MANAGED"}, "Required if"),
        ("CreateStackSet", {"TemplateURL": "x", "AutoDeployment": {"Enabled": True}}, "Not used with self-managed"),
        ("CreateStackSet", {}, "only one of TemplateBody"),
        (
            "CreateStackInstances",
            {"Regions": [], "DeploymentTargets": {"Accounts": ["1"], "OrganizationalUnitIds": ["2"]}},
            "AccountFilterType",
        ),
        ("CreateStackInstances", {"Regions": ["r"], "OperationPreferences": {"RegionOrder": ["s"]}}, "the order names"),
        ("UpdateStackSet", {"Accounts": ["1"], "Regions": ["r"]}, "doesn't exist: 1/r"),
        ("DetectStackSetDrift", {"OperationPreferences": {"RegionOrder": ["r"]}}, "no stacks in the regions"),
    ],
)
def test_the_scripted_service_refuses_what_the_api_reference_does(operation: str, params: Json, told: str) -> None:
    assert any(told in sentence for sentence in refusals(operation, params, None, ()))


def test_an_update_names_no_region_that_is_not_there_yet(house: House) -> None:
    house.deploy(in_regions(house, "us-east-1"))
    house.text = house.text.replace("regions: [us-east-1]", "regions: [eu-west-1, us-east-1]")
    plan = house.plan(house.compiled(days=7))
    assert [step.action for step in plan.steps] == ["update-set", "create"]
    assert plan.steps[0].arguments["OperationPreferences"]["RegionOrder"] == ["us-east-1"]
    assert house.apply(plan).succeeded


def test_an_update_names_no_region_that_was_left(house: House) -> None:
    house.deploy()
    root = in_regions(house, "eu-west-1")
    house.text = house.text.replace("DAYS", "7")
    plan = house.plan(house.compiled())
    assert [step.action for step in plan.steps] == ["delete", "update-set"] and root.fleet
    assert house.apply(plan).succeeded and {*house.service.instances} == {f"{one}/eu-west-1" for one in ACCOUNTS}


def test_the_bucket_of_a_region_that_was_left_is_closed(house: House) -> None:
    """Nobody there reads it any more; with nested stacks, whose templates lie there."""
    nested = "nested: true"
    house.deploy(house.compiled(more=nested))
    assert all(_readers(house, region) for region in ("us-east-1", "eu-west-1"))
    in_regions(house, "eu-west-1")
    assert house.apply(house.plan(house.compiled(more=nested))).succeeded
    assert _readers(house, "eu-west-1") and not _readers(house, "us-east-1")


def test_who_may_not_close_that_bucket_has_deployed_all_the_same(house: House) -> None:
    house.deploy(house.compiled(more="nested: true"))
    in_regions(house, "eu-west-1")
    plan = house.plan(house.compiled(more="nested: true"))
    refused = Mock(side_effect=DeployError([Diagnostic("access-denied", "permission denied")]))
    with patch("deployer.fleets.apply.close_buckets", refused):
        outcome = house.apply(plan)
    assert outcome.succeeded and "still open to the accounts of the fleet: permission denied" in outcome.notes[-1]


def _readers(house: House, region: str) -> list[str]:
    there = at_home(house.aws, region).s3
    policy = json.loads(there.get_bucket_policy(Bucket=f"stackwright-{house.aws.account}-{region}")["Policy"])
    sid = statement_id(house.compiled().stack_name)
    return [one["Sid"] for one in policy["Statement"] if one.get("Sid") == sid]


def test_a_region_that_leaves_tells_whose_data_goes_and_wants_the_name(house: House) -> None:
    house.deploy()
    plan = house.plan(in_regions(house, "us-east-1"))
    assert "the data of queues.jobs is lost there" in text(plan)
    with pytest.raises(DeployError) as refused:
        approve(plan.reviews, Approvals(["queues.jobs"]))
    assert refused.value.exit_code == 6 and f"--approve {plan.stack}" in refused.value.hint


def test_a_retry_leaves_all_other_stacks_as_they_are(house: House) -> None:
    """With parameters, too: naming them would mark every stack as outdated."""
    house.deploy()
    house.service.failing[PLACE] = "no"
    house.deploy(house.compiled(days=7))
    house.service.failing.clear()
    before = {place: dict(one) for place, one in house.service.instances.items() if place != PLACE}
    assert house.apply(house.plan(house.compiled(days=7), retry=True)).succeeded
    assert {place: one for place, one in house.service.instances.items() if place != PLACE} == before
    assert house.plan(house.compiled(days=7)).empty


def test_a_retry_with_nothing_to_retry_does_nothing(house: House) -> None:
    house.deploy()
    plan = house.plan(retry=True)
    assert plan.empty and "No changes." in text(plan) and house.apply(plan).status == "NO_CHANGES"


def test_a_retry_of_units_names_those_of_the_failed_accounts_alone(units: House) -> None:
    units.text = units.text.replace(UNIT, f"{UNIT}, {OTHER_UNIT}")
    units.deploy()
    units.service.instances[f"{OTHER_UNIT}/us-east-1"].update({"Account": "888888888888", "Status": "OUTDATED"})
    (retry,) = units.plan(retry=True).steps
    assert retry.arguments["DeploymentTargets"] == {
        "OrganizationalUnitIds": [OTHER_UNIT],
        "Accounts": ["888888888888"],
        "AccountFilterType": "INTERSECTION",
    }


def test_a_unit_without_accounts_is_asked_for_once(units: House) -> None:
    units.text = units.text.replace(UNIT, f"{UNIT}, {OTHER_UNIT}")
    units.service.empty = {OTHER_UNIT}
    assert units.deploy().succeeded
    assert units.plan().empty
    units.text = units.text.replace(f", {OTHER_UNIT}", "")
    plan = units.plan()
    assert plan.removed == (f"{OTHER_UNIT}/us-east-1",), "else who joins it later still gets stacks"


def test_an_update_of_units_has_no_targets_beside_automatic_deployment(units: House) -> None:
    units.deploy()
    assert units.deploy(units.compiled(days=7)).succeeded
    (updated,) = units.service.said("UpdateStackSet")
    assert "AutoDeployment" in updated and not {"DeploymentTargets", "Regions", "Accounts"} & {*updated}


def test_a_suspended_account_is_told_and_not_tried_each_time(house: House) -> None:
    house.deploy()
    house.service.suspended = {PLACE}
    house.deploy(house.compiled(days=7))
    plan = house.plan(house.compiled(days=7))
    assert plan.empty and f"{PLACE} was left out, since its account is suspended" in text(plan)
    shown = house.shown()
    assert "  222222222222  ok         S" in shown and "S account suspended" in shown
    assert "run: deploy --retry-failed" not in shown
    house.service.suspended = set()
    assert house.apply(house.plan(house.compiled(days=7), retry=True)).succeeded
    assert "6 stacks, 6 current" in house.shown()


def test_results_that_come_late_are_waited_for(house: House) -> None:
    house.deploy()
    house.service.failing[PLACE], house.service.late = "no", 3
    outcome = house.deploy(house.compiled(days=7))
    assert outcome.status == "FAILED" and [one.name for one in outcome.ended[0].failures] == [PLACE]


def test_a_failure_that_is_only_counted_is_no_success(house: House) -> None:
    house.text = house.text.replace("failure_tolerance: 10%", "failure_tolerance: 1")
    house.deploy()
    house.service.failing[PLACE], house.service.late = "no", 99
    outcome = house.deploy(house.compiled(days=7))
    assert (outcome.status, outcome.succeeded) == ("SUCCEEDED_IN_PART", False)
    assert "  1 stack more failed, which `status` will show" in [*ended_lines(outcome.ended[0])]


def test_a_missing_role_is_told_with_what_to_do(house: House) -> None:
    house.service.failing[PLACE] = (
        "Account 222222222222 should have 'AWSCloudFormationStackSetExecutionRole' role with trust relationship to "
        "Role 'AWSCloudFormationStackSetAdministrationRole'."
    )
    (told,) = house.deploy().diagnostics
    assert "the policies that `bootstrap` prints" in told.suggestion


def test_a_role_that_the_spec_has_no_more_becomes_the_usual_one(house: House) -> None:
    role = "arn:aws:iam::999999999999:role/fleet"
    house.deploy(house.compiled(more=f"administration_role: {role}\n      execution_role: fleet"))
    plan = house.plan()
    assert plan.set_changes == ("administration role", "execution role")
    house.apply(plan)
    (updated,) = house.service.said("UpdateStackSet")
    assert updated["AdministrationRoleARN"].endswith(":role/AWSCloudFormationStackSetAdministrationRole")
    assert updated["ExecutionRoleName"] == "AWSCloudFormationStackSetExecutionRole"
    assert house.plan().empty


def test_a_request_on_a_state_that_is_gone_is_stale(house: House) -> None:
    house.deploy()
    plan = house.plan(house.compiled(days=7))

    def stale(_params: Json) -> Json:
        raise Refusal("StaleRequestException")

    house.service.UpdateStackSet = stale  # type: ignore[method-assign,assignment]
    with pytest.raises(DeployError) as refused:
        house.apply(plan)
    assert refused.value.diagnostics[0].code == "stale-plan" and refused.value.exit_code == 4


def test_an_answer_that_was_lost_is_found_though_the_service_is_busy(house: House) -> None:
    """The SDK's second attempt meets the operation that the first one has begun."""
    create = house.service.CreateStackInstances

    def lost(params: Json) -> Json:
        create(params)
        raise Refusal("OperationInProgressException")

    house.service.CreateStackInstances = lost  # type: ignore[method-assign]
    assert house.deploy().succeeded


@pytest.mark.parametrize("code", ["OperationInProgressException", "OperationIdAlreadyExistsException"])
def test_drift_whose_answer_was_lost_is_detected_once(house: House, code: str) -> None:
    house.deploy()
    detect = house.service.DetectStackSetDrift

    def lost(params: Json) -> Json:
        detect(params)
        raise Refusal(code)

    house.service.DetectStackSetDrift = lost  # type: ignore[method-assign]
    assert detect_fleet_drift(house.aws, house.compiled(), house.said.append).sure
    assert [one["Action"] for one in house.service.operations] == ["DETECT_DRIFT", "CREATE"]


def test_drift_of_an_interrupted_run_is_followed(house: House) -> None:
    house.deploy()

    def interrupted(_line: str) -> None:
        raise KeyboardInterrupt

    house.service.polls = 2
    with pytest.raises(DeployError) as stopped:
        detect_fleet_drift(replace(house.aws), house.compiled(), interrupted)
    assert stopped.value.exit_code == 130
    house.service.operations[0]["Status"] = "RUNNING"
    house.service._left[house.service.operations[0]["OperationId"]] = 1
    assert detect_fleet_drift(house.aws, house.compiled(), house.said.append).sure
    assert [one["Action"] for one in house.service.operations] == ["DETECT_DRIFT", "CREATE"]


def test_a_set_of_another_version_that_came_first_is_not_taken_for_the_planned_one(house: House) -> None:
    mine, theirs = house.plan(), house.plan(house.compiled(days=7))
    house.service.CreateStackSet(theirs.steps[0].arguments)
    with pytest.raises(DeployError) as refused:
        house.apply(mine)
    assert refused.value.diagnostics[0].code == "stale-plan" and not house.service.operations


def test_drift_of_somebody_else_is_not_disturbed(house: House) -> None:
    house.deploy()
    house.service.DetectStackSetDrift({})
    with pytest.raises(DeployError) as busy:
        detect_fleet_drift(house.aws, house.compiled(), house.said.append)
    assert busy.value.exit_code == 7


def test_what_a_detection_did_not_come_to_is_not_in_sync(house: House) -> None:
    """The service tells of the last detection that came to a stack, which may be an older one."""
    house.deploy()
    assert detect_fleet_drift(house.aws, house.compiled(), house.said.append).sure
    house.service.failing[PLACE] = "the role is gone"
    drift = detect_fleet_drift(house.aws, house.compiled(), house.said.append)
    assert not drift.sure and drift.unchecked == (f"{PLACE}: the role is gone",)
    assert next(drift_lines(drift)).endswith("5 of 6 stacks in sync")


def test_drift_looks_where_stacks_are_and_not_where_they_should_be(house: House) -> None:
    house.deploy(in_regions(house, "us-east-1"))
    house.text = house.text.replace("regions: [us-east-1]", "regions: [us-east-1, eu-west-1]")
    assert detect_fleet_drift(house.aws, house.compiled(), house.said.append).sure


def test_a_plan_waits_for_the_operation_of_somebody_else_and_is_stale_then(house: House) -> None:
    house.deploy()
    plan = house.plan(house.compiled(days=7))
    assert wait_for_others(house.aws, plan, house.said.append) is None
    house.service.DetectStackSetDrift({})
    ended = wait_for_others(house.aws, plan, house.said.append)
    assert ended and ended.succeeded
    with pytest.raises(DeployError) as stale:
        house.apply(plan)
    assert stale.value.diagnostics[0].code == "stale-plan"


def test_the_stack_of_the_time_before_the_fleet_is_told(house: House) -> None:
    house.service.stacks.add(house.compiled().stack_name)
    assert "is there since before the fleet, and no part of it" in text(house.plan())
    house.deploy()
    assert "before the fleet" not in text(house.plan(house.compiled(days=7)))


def test_who_may_not_look_for_that_stack_may_still_plan(house: House) -> None:
    def denied(_params: Json) -> Json:
        raise Refusal("AccessDenied", "not authorized to perform: cloudformation:DescribeStacks")

    house.service.DescribeStacks = denied  # type: ignore[method-assign,assignment]
    assert not house.plan().empty


def test_a_removal_that_was_broken_off_at_its_last_call_goes_on(house: House) -> None:
    house.deploy()
    removal = plan_fleet_removal(house.aws, house.compiled(), False, f"stackwright-{house.aws.account}")
    assert removal
    remove_fleet(house.aws, removal, house.said.append, house.told)
    assert plan_fleet_removal(house.aws, house.compiled(), False, "x") is None
    house.service.found = {"StackSetId": "x", "StackSetName": removal.stack, "Status": "ACTIVE"}
    again = plan_fleet_removal(house.aws, house.compiled(), False, f"stackwright-{house.aws.account}")
    assert again and again.places == ()
    assert remove_fleet(house.aws, again, house.said.append, house.told).status == "DELETED"


def test_a_set_that_is_gone_when_it_is_deleted_was_deleted_before(house: House) -> None:
    house.deploy()
    removal = plan_fleet_removal(house.aws, house.compiled(), False, f"stackwright-{house.aws.account}")
    assert removal
    delete = house.service.DeleteStackSet

    def lost(params: Json) -> None:
        delete(params)
        raise Refusal("StackSetNotFoundException")

    house.service.DeleteStackSet = lost  # type: ignore[method-assign,assignment]
    assert remove_fleet(house.aws, removal, house.said.append, house.told).status == "DELETED"
