"""The way back to what a record deployed, over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.console import nothing
from deployer.deployed import find_stack, read_templates
from deployer.environment import Plans, Removing, apply_plans, make_plans, plan_removals, remove_all
from deployer.errors import REFUSED, DeployError
from deployer.history.reading import reading, review_of
from deployer.history.rollback import return_to, roots_of
from deployer.outcome import Outcome
from deployer.plan import Plan, make_plan
from deployer.plan_file import from_json, to_json
from deployer.publish import AS_SPECIFIED, Choice, Return
from deployer.removal.destroy import destroy, plan_removal
from deployer.session import Aws
from tests.deployer.platforms import FAILING, HANDLE, alerts, messaging, platform, with_code
from tests.deployer.test_bootstrap import opened
from tests.deployer.test_environment import CDN, HEAD, SITE, Account
from tests.deployer.test_history import records
from tests.deployer.test_steps import orders
from tests.kinds.building import roots

HIDDEN_TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Hidden"}}}


def deployed(aws: Aws, compiled: Compiled, spec_dir: Path, **parameters: str) -> Outcome:
    return apply_plan(make_plan(compiled, spec_dir, aws, Choice(parameters=parameters)), aws)


def found(aws: Aws, name: str, number: int) -> tuple[Return, tuple[Compiled, ...]]:
    with reading([platform(name)], opened(aws)) as history:
        back = return_to(history, number)
    return back, roots_of(back, platform(name), opened(aws))


def way_back(aws: Aws, name: str, number: int, **parameters: str) -> Plan:
    """The plan of the return; there is no folder of a spec any more."""
    back, (root,) = found(aws, name, number)
    return make_plan(root, Path("/nowhere"), aws, Choice(parameters=parameters, back=back))


def test_it_is_an_ordinary_change_set_of_the_same_templates(aws: Aws, spec_dir: Path) -> None:
    first = with_code(platform("returned", messaging(), alerts()))
    deployed(aws, first, spec_dir)
    stack = find_stack(aws, "returned")
    assert stack is not None
    templates, parameters = read_templates(aws, stack.id), stack.parameters
    (spec_dir / "functions" / "api" / "app.py").write_text("changed = True\n")
    deployed(aws, with_code(platform("returned", messaging(86400))), spec_dir)
    shutil.rmtree(spec_dir)

    plan = way_back(aws, "returned", 1)
    rows = [(row.component, row.effect) for row in plan.review.components]
    assert rows == [("functions.api", "update"), ("queues.jobs", "update"), ("topics.alerts", "create")]
    assert plan.review.notes[0].startswith(
        "returns to what was deployed after record 1: templates, code and parameters"
    )
    assert (plan.request.kind, plan.back_to) == ("UPDATE", 1)
    assert plan.places == records(aws, "returned")[0].begun.version.places  # type: ignore[union-attr]
    assert from_json(to_json(Plans((plan,)))) == Plans((plan,))
    assert apply_plan(plan, aws).succeeded
    stack = find_stack(aws, "returned")
    assert stack is not None
    assert (read_templates(aws, stack.id), stack.parameters) == (templates, parameters)
    record = records(aws, "returned")[2]
    assert (record.begun.back_to, record.result, record.begun.version.materials) == (  # type: ignore[union-attr]
        1,
        "succeeded",
        records(aws, "returned")[0].begun.version.materials,  # type: ignore[union-attr]
    )
    assert way_back(aws, "returned", 3).empty and way_back(aws, "returned", 1).empty
    assert not way_back(aws, "returned", 2).empty


def test_what_it_loses_has_to_be_approved(aws: Aws, spec_dir: Path) -> None:
    queue = {"Type": "AWS::SQS::Queue"}
    deployed(aws, platform("lossy-return", messaging()), spec_dir)
    deployed(aws, platform("lossy-return", messaging(), More=queue), spec_dir)
    assert way_back(aws, "lossy-return", 1).review.approvals.keys() == {"raw.More"}


def test_after_a_failure_there_is_what_was_there_before(aws: Aws, spec_dir: Path) -> None:
    deployed(aws, platform("undone", messaging()), spec_dir)
    failing = platform("undone", messaging(86400, Handle=HANDLE, Wait=FAILING))
    assert deployed(aws, failing, spec_dir).status == "UPDATE_ROLLBACK_COMPLETE"
    deployed(aws, platform("undone", messaging(172800)), spec_dir)
    back, _ = found(aws, "undone", 2)
    assert back.versions["us-east-1"] == records(aws, "undone")[0].begun.version


def test_what_was_removed_is_created_again(aws: Aws, spec_dir: Path) -> None:
    deployed(aws, platform("gone", messaging()), spec_dir)
    destroy(plan_removal(aws, "gone"), aws)
    with pytest.raises(DeployError, match="after record 2 nothing was deployed: record 2 had removed it") as caught:
        found(aws, "gone", 2)
    assert (caught.value.diagnostics[0].code, caught.value.exit_code) == ("no-version", REFUSED)
    plan = way_back(aws, "gone", 1)
    assert plan.review.operation == "create"
    assert apply_plan(plan, aws).status == "CREATE_COMPLETE"


def test_before_the_first_success_there_is_nothing(aws: Aws, spec_dir: Path) -> None:
    deployed(aws, platform("never-good", messaging(Handle=HANDLE, Wait=FAILING)), spec_dir)
    with pytest.raises(DeployError, match="after record 1 nothing was deployed: no deployment had succeeded"):
        found(aws, "never-good", 1)


def secretive(name: str, retention: int) -> Compiled:
    compiled = platform(name, messaging(retention), Shown=HIDDEN_TOPIC)
    parameters = {"Hidden": {"Type": "String", "NoEcho": True}, "DbPassword": {"Type": "String", "Default": "x"}}
    body = {**compiled.root.body, "Parameters": parameters}
    return replace(compiled, root=replace(compiled.root, body=body))


def test_a_parameter_that_was_not_recorded_keeps_its_value(aws: Aws, spec_dir: Path) -> None:
    for retention in (345600, 86400):
        deployed(aws, secretive("unshown", retention), spec_dir, Hidden="correct-horse", DbPassword="battery")
    plan = way_back(aws, "unshown", 1)
    assert (dict(plan.request.parameters), plan.request.unchanged) == ({}, ("DbPassword", "Hidden"))
    assert [change.logical_id for change in plan.review.changes] == ["JobsQueue"]
    assert apply_plan(plan, aws).succeeded
    stack = find_stack(aws, "unshown")
    assert stack is not None and stack.parameters["DbPassword"] == "battery"
    given = way_back(aws, "unshown", 2, Hidden="other")
    assert (dict(given.request.parameters), given.request.unchanged) == ({"Hidden": "other"}, ("DbPassword",))

    destroy(plan_removal(aws, "unshown"), aws)
    with pytest.raises(DeployError, match="parameters without a value: Hidden") as caught:
        way_back(aws, "unshown", 1)
    assert caught.value.hint == "give each with --parameter NAME=VALUE"
    assert way_back(aws, "unshown", 1, Hidden="correct-horse", DbPassword="battery").request.kind == "CREATE"


def test_a_value_with_a_secret_in_it_keeps_its_value(aws: Aws, spec_dir: Path) -> None:
    """A record has `to postgres****`, which is nobody's value."""
    compiled = platform("half-shown", messaging(), Shown=HIDDEN_TOPIC)
    parameters = {"Hidden": {"Type": "String"}}
    compiled = replace(compiled, root=replace(compiled.root, body={**compiled.root.body, "Parameters": parameters}))
    deployed(aws, compiled, spec_dir, Hidden="to postgres://shop:correct-horse@db.example.com")
    version = records(aws, "half-shown")[0].begun.version
    assert version is not None and "correct-horse" not in version.parameters["Hidden"] != "****"
    plan = way_back(aws, "half-shown", 1)
    assert (dict(plan.request.parameters), plan.request.unchanged, plan.empty) == ({}, ("Hidden",), True)


def test_each_object_that_is_gone_is_told(aws: Aws, spec_dir: Path) -> None:
    deployed(aws, with_code(platform("incomplete", messaging(), alerts())), spec_dir)
    version = records(aws, "incomplete")[0].begun.version
    assert version is not None
    made = version.materials
    kept = {key: aws.s3.get_object(Bucket=made.bucket, Key=key)["Body"].read() for key in keys(made.templates)}
    for key in (made.templates["MessagingStack"], made.artifacts["ApiCodeKey"]):
        aws.s3.delete_object(Bucket=made.bucket, Key=key)
    aws.s3.put_object(Bucket=made.bucket, Key=made.templates["AlertsStack"], Body=b"{}")
    with pytest.raises(DeployError) as caught:
        found(aws, "incomplete", 1)
    told = {(one.code, one.message.split()[3].rstrip(",")) for one in caught.value.diagnostics}
    assert told == {
        ("history-incomplete", made.templates["MessagingStack"]),
        ("history-damaged", made.templates["AlertsStack"]),
        ("history-incomplete", made.artifacts["ApiCodeKey"]),
    }
    assert "restore it from its former versions" in caught.value.hint
    for key, body in kept.items():
        aws.s3.put_object(Bucket=made.bucket, Key=key, Body=body)


def keys(templates: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(templates.values())


@pytest.mark.slow
def test_all_regions_return_together(tmp_path: Path, spec_dir: Path) -> None:
    account, first = Account(tmp_path / "sandbox"), roots(SITE)
    second = roots(SITE.replace(HEAD, f"{HEAD}queues: {{jobs: {{}}}}\n") + CDN)

    def deploy(compiled: tuple[Compiled, ...], choice: Choice = AS_SPECIFIED) -> None:
        while True:
            plans = make_plans(compiled, spec_dir, account.open, choice)
            assert all(outcome.succeeded for outcome in apply_plans(plans, account.open))
            if not plans.waiting:
                return

    deploy(first)
    with reading(first, account.open) as history:
        last = max(history.parts)
    deploy(second)
    with reading(second, account.open) as history:
        listed = history.last(9)
        back = return_to(history, last)
    assert [one.number for one in listed] == [*range(1, len(listed) + 1)]
    assert {one.begun.region for one in listed} == {"us-east-1", "eu-central-1"}
    earlier = roots_of(back, second[0], account.open)
    assert [root.region for root in earlier] == [root.region for root in first]
    deploy(earlier, Choice(back=back))
    partly = replace(back, versions={"us-east-1": back.versions["us-east-1"]})
    (only,) = make_plans(earlier[:1], spec_dir, account.open, Choice(back=partly)).plans
    told = f"after record {last} nothing was deployed in eu-central-1: what is there now stays as it is"
    assert told in only.review.notes
    assert make_plans(first, spec_dir, account.open, AS_SPECIFIED).empty
    removals = plan_removals("far-dev", ("us-east-1", "eu-central-1"), account.open)
    assert all(one.succeeded for one in remove_all(Removing(removals), account.open, nothing))


def test_a_return_of_several_change_sets_is_recorded_one_by_one(aws: Aws, spec_dir: Path) -> None:
    for indexes in (("by-day", "by-shop"), ()):
        deployed(aws, platform("stepwise", orders(*indexes)), spec_dir)
    last = len(records(aws, "stepwise"))
    plan = way_back(aws, "stepwise", 1)
    assert len(plan.later) == 1
    assert apply_plan(plan, aws).succeeded
    first, second = records(aws, "stepwise")[last:]
    assert [one.begun.summary.split(":")[0] for one in (first, second)] == ["change set 1 of 2", "change set 2 of 2"]
    assert (first.deployed, second.deployed) == (False, True)
    with reading([platform("stepwise")], opened(aws)) as history:
        assert [review_of(history, one) for one in (first, second)] == [plan.review, plan.review]
    assert way_back(aws, "stepwise", 1).empty
    back, _ = found(aws, "stepwise", first.number)
    assert back.versions["us-east-1"] == records(aws, "stepwise")[last - 1].begun.version
