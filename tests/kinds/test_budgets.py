"""Budgets: what is counted, who is told, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
topics: {alerts: {}, others: {}, ordered: {fifo: true}}
"""


def built(settings: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}budgets: {{spending: {settings}}}")))


def budget(settings: str) -> dict[str, Json]:
    properties: dict[str, Json] = built(settings)["SpendingBudget"]["Properties"]
    return properties


def test_a_budget_is_an_amount_each_month() -> None:
    assert budget("{amount: 100, email: [a@example.com]}")["Budget"] == {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": 100, "Unit": "USD"},
    }


def test_everybody_is_told_of_each_alert() -> None:
    found = budget("{amount: 100, email: [a@example.com], topic: alerts}")["NotificationsWithSubscribers"]
    kinds = [(one["Notification"]["NotificationType"], one["Notification"]["Threshold"]) for one in found]
    assert kinds == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    told = [
        {"SubscriptionType": "EMAIL", "Address": "a@example.com"},
        {"SubscriptionType": "SNS", "Address": {"Ref": "AlertsTopic"}},
    ]
    assert all(one["Subscribers"] == told for one in found)


def test_only_budgets_of_this_account_may_publish_to_that_topic() -> None:
    found = built("{amount: 100, topic: alerts}")
    _, allow = found["AlertsTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert allow["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert (allow["Action"], allow["Resource"]) == (["sns:Publish"], [{"Ref": "AlertsTopic"}])
    assert allow["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:budgets::${AWS::AccountId}:*"}},
    }
    assert "budgets" not in str(found["OthersTopicPolicy"])
    assert "budgets.amazonaws.com" in str(found["PlatformKey"])
    assert "budgets.amazonaws.com" not in str(built("{amount: 100, email: [a@example.com]}")["PlatformKey"])


def test_a_tag_limits_what_is_counted() -> None:
    found = budget("{amount: 100, email: [a@example.com], tag: {key: owner, value: web}}")
    assert found["Budget"]["CostFilters"] == {"TagKeyValue": ["user:owner$web"]}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{email: [a@example.com]}", "missing-property"),
        ("{amount: 100}", "no-subscriber"),
        ("{amount: 0, email: [a@example.com]}", "out-of-range"),
        ("{amount: 100, topic: ordered}", "fifo-limit"),
        ("{amount: 100, topic: nobody}", "unknown-component"),
        ("{amount: 100, topic: encryption}", "wrong-kind"),
        ("{amount: 100, topic: alerts, alerts: [{percent: 80}, {percent: 80.0, forecast: false}]}", "duplicate-value"),
        ("{amount: 100, topic: alerts, period: daily, alerts: [{percent: 80, forecast: true}]}", "unused-setting"),
    ],
)
def test_what_a_budget_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}budgets: {{spending: {settings}}}")} == {code}
