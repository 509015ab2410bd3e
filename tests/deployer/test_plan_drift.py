"""What a plan says of drift, over real HTTP: from the last results, and after a detection of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from botocore.stub import Stubber

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.deployed import find_stack
from deployer.drift.differences import detect_drift
from deployer.drift.planned import Deployed, with_drift
from deployer.plan import make_plan
from deployer.publish import Choice
from deployer.session import Aws
from reviewer.change import Change, Detail, Review
from reviewer.drifted import Drifted
from reviewer.overwrites import overwrite_risks
from reviewer.sides import Before
from reviewer.view import Shown, render
from tests.deployer.test_drift import PAGE, SPEC, compiled, deployed, tamper
from tests.deployer.test_drift_scripted import NESTED, held, lists, result
from tests.deployer.test_scripted import NOON

LATER = NOON + timedelta(hours=1)
DETECT = Choice(detect_drift=True)


def later(folder: Path, name: str) -> Compiled:
    """The same platform with another timeout of one queue, and another name of the topic."""
    text = SPEC.replace("  jobs:\n    visibility_seconds: 30", "  jobs:\n    visibility_seconds: 60")
    text = text.replace("alerts: {}", "alerts: {display_name: Alerts}")
    assert text.count("60") == 1
    return compiled(folder, text, name)


def drifts(review: Review) -> list[tuple[str, str]]:
    return [(risk.component, risk.text) for risk in review.risks if risk.kind == "drift"]


def test_a_plan_reads_the_last_results(aws: Aws, tmp_path: Path) -> None:
    root = deployed(aws, tmp_path, "known")
    tamper(aws, root)
    changed = later(tmp_path, "known")
    assert drifts(make_plan(changed, tmp_path, aws).review) == [], "nobody has looked for drift yet"

    detect_drift(aws, root)
    review = make_plan(changed, tmp_path, aws).review
    assert drifts(review) == [
        (
            "queues.jobs",
            "VisibilityTimeout was changed outside of CloudFormation, 30 → 120: this plan sets it to 60",
        ),
        (
            "topics.alerts",
            "AlertsTopic was deleted outside of CloudFormation: the update fails. `--revert-drift` makes it again",
        ),
    ]
    shown = " ".join(render(review).split())
    assert "RISK drift queues.jobs VisibilityTimeout was changed outside of CloudFormation, 30 → 120" in shown
    assert "1 resource that this plan does not change has drifted too: see `drift`" in review.notes
    wide = render(review, Shown(width=160)).splitlines()
    page = [" ".join(line.split()) for line in PAGE.split("<!-- plan -->")[1].split("```")[1].splitlines() if line]
    assert page == [" ".join(line.split()[:-1]) for line in wide if line.startswith("RISK  drift")]


def test_a_plan_detects_first_if_it_is_asked_to(aws: Aws, tmp_path: Path) -> None:
    root = deployed(aws, tmp_path, "asked")
    tamper(aws, root)
    review = make_plan(later(tmp_path, "asked"), tmp_path, aws, DETECT).review
    assert [component for component, _ in drifts(review)] == ["queues.jobs", "topics.alerts"]
    unchanged = make_plan(root, tmp_path, aws, DETECT).review
    assert unchanged.empty and drifts(unchanged) == []
    assert "3 resources that this plan does not change have drifted too: see `drift`" in unchanged.notes


def test_results_from_before_a_deployment_are_no_longer_sure(aws: Aws, tmp_path: Path) -> None:
    """Scripted: the sandbox forgets the results of what it updates."""
    root = deployed(aws, tmp_path, "older")
    review = make_plan(later(tmp_path, "older"), tmp_path, aws).review
    stack = find_stack(aws, root.stack_name)
    assert stack
    stacks = [held("MessagingStack", "AWS::CloudFormation::Stack", NESTED)]
    difference = ("/VisibilityTimeout", "30", "120", "NOT_EQUAL")
    results = [result(name, "MODIFIED", difference) for name in ("JobsQueue", "AlertsTopic")]
    fresh = [
        held("AlertsTopic", "AWS::SNS::Topic"),
        {**held("JobsQueue", "AWS::SQS::Queue"), "LastUpdatedTimestamp": LATER},
    ]
    with Stubber(aws.cloudformation) as stubber:
        lists(stubber, stack.id, *stacks)
        stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": results})
        lists(stubber, NESTED, *fresh)
        noted = with_drift(aws, review, Deployed(stack, Before(), root), False)
    assert [component for component, _ in drifts(noted)] == ["topics.alerts"]
    told = "JobsQueue had drifted, and was deployed since: `plan --drift` checks whether it still has"
    assert noted.notes == (*review.notes, told)


def change(path: str, after: Json, replacement: str = "False") -> Change:
    detail = Detail(path, "30", after)
    found: Json = {"replacement": replacement, "details": (detail,)}
    return Change("Modify", "messaging", "Jobs", "AWS::SQS::Queue", "queues.jobs", **found)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (change("Delay", "60"), ["Delay was changed outside of CloudFormation, 30 → 120: this plan sets it to 60"]),
        (change("Delay", "120"), []),
        (change("Delay", 120), []),
        (
            change("Other", "1"),
            ["changed outside of CloudFormation, 30 → 120: this plan changes the resource"],
        ),
        (change("Other", "1", "True"), ["30 → 120: the new resource has 30"]),
        (change("Delay", "60", "True"), ["30 → 120: the new resource has 60"]),
        (Change("Remove", "messaging", "Jobs", "AWS::SQS::Queue"), []),
        (Change("Add", "messaging", "Jobs", "AWS::SQS::Queue"), []),
    ],
)
def test_only_what_a_change_overwrites_is_a_risk(one: Change, words: list[str]) -> None:
    drifted = Drifted("Messaging", "Jobs", "AWS::SQS::Queue", "queues.jobs", "MODIFIED", "Delay", "30", "120", "a:1:2")
    risks = list(overwrite_risks({("Messaging", "Jobs"): one}, [drifted]))
    assert [word in risk.text for risk, word in zip(risks, words, strict=True)] == [True] * len(words)
    assert all((risk.component, risk.place, risk.serious) == ("queues.jobs", "a:1:2", True) for risk in risks)
    assert list(overwrite_risks({("Elsewhere", "Jobs"): one}, [drifted])) == []


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAction"])
def test_a_plan_is_made_where_drift_can_not_be_read(aws: Aws, tmp_path: Path, code: str) -> None:
    root = deployed(aws, tmp_path, "denied")
    review = make_plan(later(tmp_path, "denied"), tmp_path, aws).review
    stack = find_stack(aws, root.stack_name)
    assert stack
    with Stubber(aws.cloudformation) as stubber:
        stubber.add_client_error("list_stack_resources", code, "not yours", 403)
        noted = with_drift(aws, review, Deployed(stack, Before(), root), False)
    assert noted.notes == (*review.notes, "whether this plan overwrites drift is not known: not yours")
    assert noted.risks == review.risks
