"""Monitoring: the alarms and graphs of all components, and what a spec can get wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from troposphere import GetAtt, Ref, Sub

from compiler.kinds.monitoring.dashboard import bodies
from compiler.language.schema import load_schema
from compiler.pipeline import compile_spec, platform_of
from compiler.program.component import Chart
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

ROOT = Path(__file__).parent.parent.parent
LIMIT = "out-of-range"
HEAD = """
platform: demo
environments: {dev: {posture: development}}
topics:
  alerts: {}
  ordered: {fifo: true}
  far: {existing: 'arn:aws:sns:eu-west-1:111111111111:ops'}
  far-too: {existing: {id: 'arn:aws:sns:eu-west-1:111111111111:ops'}}
  near: {existing: 'arn:aws:sns:us-east-1:111111111111:ops'}
functions: {api: {runtime: python3.13, code: api, handler: app.handler}}
"""


def built(monitoring: str = "{notify: alerts}") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}monitoring: {monitoring}")))


def alarms(found: dict[str, Json]) -> dict[str, Json]:
    return {name: one["Properties"] for name, one in found.items() if one["Type"] == "AWS::CloudWatch::Alarm"}


def test_every_component_that_has_alarms_gets_them() -> None:
    found = alarms(built())
    assert {"ApiFunctionErrorsAlarm", "ApiFunctionThrottlesAlarm", "AlertsTopicNotificationsFailedAlarm"} <= set(found)
    one = found["ApiFunctionErrorsAlarm"]
    assert one["AlarmName"] == "demo-dev-functions.api-Errors"
    assert (one["Namespace"], one["MetricName"], one["Statistic"]) == ("AWS/Lambda", "Errors", "Sum")
    assert one["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "ApiFunction"}}]


def test_a_topic_that_is_there_in_the_same_region_is_told() -> None:
    assert faults(f"{HEAD}monitoring: {{notify: near}}") == ()


def test_the_topic_is_told_of_start_and_end() -> None:
    for one in alarms(built()).values():
        assert one["AlarmActions"] == one["OKActions"] == [{"Ref": "AlertsTopic"}]
        assert one["ActionsEnabled"] is True


def test_alarms_may_be_tuned_and_left_out() -> None:
    tune = "{api.Errors: {threshold: 5, periods: 3}, api.Throttles: {enabled: false}}"
    found = alarms(built(f"{{notify: alerts, tune: {tune}}}"))
    one = found["ApiFunctionErrorsAlarm"]
    assert (one["Threshold"], one["EvaluationPeriods"], one["DatapointsToAlarm"]) == (5, 3, 3)
    assert "ApiFunctionThrottlesAlarm" not in found
    assert alarms(built("{default_alarms: false}")) == {}


def test_own_alarms_stand_on_any_metric() -> None:
    metric = "namespace: Shop, metric: Delay, dimensions: {A: '${api.name}'}, statistic: p99"
    custom = f"{{slow: {{{metric}, threshold: 2.5, when: at_least}}}}"
    one = alarms(built(f"{{default_alarms: false, notify: alerts, custom: {custom}}}"))["MonitoringSlowCustomAlarm"]
    assert one["AlarmName"] == "demo-dev-slow"
    assert one["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert one["ExtendedStatistic"] == "p99" and "Statistic" not in one
    assert one["Dimensions"] == [{"Name": "A", "Value": {"Ref": "ApiFunction"}}]


def test_the_dashboard_is_json_once_references_are_put_in() -> None:
    dashboard = built()["MonitoringDashboard"]["Properties"]
    assert dashboard["DashboardName"] == "demo-dev"
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    assert [one["type"] for one in widgets[:3]] == ["text", "alarm", "metric"]
    rows = [row for one in widgets for row in one["properties"].get("metrics", ())]
    assert ["AWS/Lambda", "Errors", "FunctionName", "${ApiFunction}"] in rows
    boxes = [(one["x"], one["y"]) for one in widgets]
    assert len(boxes) == len(set(boxes))


def test_a_dashboard_takes_every_form_of_reference() -> None:
    rows = (
        ("A", "b", "Literal", "${kept}"),
        ("A", "b", "Name", GetAtt("One", "Name")),
        ("A", "b", "Mixed", Sub("x-${Two}")),
        ({"expression": "m1 * 2", "label": 'say "twice"'},),
    )
    (found,) = bodies("demo dev", "us-east-1", [Ref("Alarm")], [Chart("Graph", rows)])
    text, own = cast(Json, found).to_dict()["Fn::Sub"]
    metrics = json.loads(text)["widgets"][2]["properties"]["metrics"]
    assert metrics[0][3] == "${!kept}"
    assert metrics[1][3] == "${One.Name}"
    assert metrics[2][3] == "${Part1}" and own == {"Part1": {"Fn::Sub": "x-${Two}"}}
    assert metrics[3] == [{"expression": "m1 * 2", "label": 'say "twice"'}]


def test_a_dashboard_without_references_is_plain_text() -> None:
    assert [type(one) for one in bodies("demo dev", "us-east-1", (), ())] == [str]


@pytest.mark.parametrize(("graphs", "metrics", "pages"), [(400, 1, [400]), (401, 1, [400, 1]), (30, 100, [25, 5])])
def test_more_graphs_than_a_dashboard_takes_are_on_another_one(graphs: int, metrics: int, pages: list[int]) -> None:
    charts = [Chart("Graph", (("A", "b"),) * metrics)] * graphs
    found = [json.loads(str(one))["widgets"] for one in bodies("demo dev", "us-east-1", ["arn:1"], charts)]
    assert [sum(one["type"] == "metric" for one in widgets) for widgets in found] == pages
    assert [sum(one["type"] == "alarm" for one in widgets) for widgets in found] == [1, 0][: len(pages)]


def test_dashboards_after_the_first_have_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.kinds.monitoring.dashboard._MOST_GRAPHS", 1)
    second = built()["MonitoringDashboard2"]["Properties"]
    assert second["DashboardName"] == "demo-dev-2"


def test_more_alarms_than_a_widget_takes_get_another_one() -> None:
    states = [f"arn:{number}" for number in range(130)]
    (text,) = bodies("demo dev", "us-east-1", states, ())
    widgets = json.loads(str(text))["widgets"]
    assert [len(one["properties"]["alarms"]) for one in widgets[1:]] == [100, 30]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_five_recommended_alarms_of_the_reference_platform(environment: str) -> None:
    (one,) = compile_spec(str(ROOT / "spec" / "rayman-portfolio.yaml"), (environment,))
    found = alarms(dict(resources(one)))
    cpu = found["MainDatabaseCpuHighAlarm"]
    assert (cpu["Namespace"], cpu["MetricName"], cpu["Threshold"]) == ("AWS/RDS", "CPUUtilization", 80)
    storage = found["MainDatabaseStorageLowAlarm"]
    tenth = {"dev": 20, "staging": 50, "prod": 100}[environment] * 2**30 / 10
    assert (storage["MetricName"], storage["ComparisonOperator"]) == ("FreeStorageSpace", "LessThanThreshold")
    assert storage["Threshold"] == tenth
    assert "Evictions" in str(found["SessionsCacheEvictionsIncreasingAlarm"])
    errors = found["PublicApiServerErrorsAlarm"]
    assert (errors["MetricName"], errors["Period"], errors["Statistic"], errors["Threshold"]) == ("5xx", 60, "Sum", 10)
    concurrency = found["MonitoringLambdaConcurrencyAlarm"]
    assert "SERVICE_QUOTA" in concurrency["Metrics"][1]["Expression"] and concurrency["Threshold"] == 80
    told = {str(alarm["AlarmActions"]) for alarm in found.values()}
    assert told == {str([{"Ref": "AlertsTopic"}])}


@pytest.mark.parametrize("section", sorted(load_schema().kinds))
def test_the_schema_names_every_alarm_that_may_be_tuned(section: str) -> None:
    for file in sorted((ROOT / "tests" / "golden").glob(f"{section}-*/spec.yaml")):
        text = file.read_text(encoding="utf-8")
        for environment in load_environments(text):
            one = platform_of(str(file), environment)
            for component in one.components.values():
                if component.section == section:
                    named = {spec.name.rstrip("0123456789") for spec in component.alarms(one)}
                    assert named <= set(load_schema().kinds[section].get("x-alarms", {}))


def load_environments(text: str) -> tuple[str, ...]:
    return tuple(name for name in ("dev", "staging", "prod") if f"\n  {name}:" in text)


@pytest.mark.parametrize(
    ("monitoring", "code"),
    [
        ("{}", "missing-property"),
        ("{default_alarms: false, custom: {a: {namespace: S, metric: m, threshold: 1}}}", "missing-property"),
        ("{notify: ordered}", "fifo-limit"),
        ("{notify: far}", "not-allowed"),
        ("{notify: far-too}", "not-allowed"),
        ("{notify: api}", "wrong-kind"),
        ("{notify: alerts, tune: {nobody.Errors: {threshold: 1}}}", "unknown-component"),
        ("{notify: alerts, tune: {api.Error: {threshold: 1}}}", "unknown-alarm"),
        ("{notify: alerts, tune: {Errors: {threshold: 1}}}", "bad-name"),
        ("{notify: alerts, tune: {api.Errors: {periods: 2, datapoints: 3}}}", "out-of-range"),
        ("{default_alarms: false, tune: {api.Errors: {threshold: 1}}}", "unused-setting"),
        ("{notify: alerts, custom: {a: {namespace: S, metric: m, threshold: 1, statistic: p101}}}", "bad-value"),
        ("{notify: alerts, custom: {a: {namespace: S, metric: m, threshold: 1, periods: 289}}}", "out-of-range"),
        ("{notify: alerts, custom: {a: {namespace: S, metric: m, threshold: 1, period: 86400, periods: 8}}}", LIMIT),
    ],
)
def test_what_monitoring_can_not_be(monitoring: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}monitoring: {monitoring}")} == {code}


SLACK = "slack: {workspace: T01ABCDEFGH, channel: C01ABCDEFGH}"
TEAM = "11111111-2222-3333-4444-555555555555"
TEAMS = f"teams: {{tenant: {TEAM}, team: {TEAM}, channel: 19%3Aabc%40thread.tacv2}}"


@pytest.mark.parametrize(
    ("channel", "logical_id", "said"),
    [
        (SLACK, "MonitoringSlack", {"SlackWorkspaceId": "T01ABCDEFGH", "SlackChannelId": "C01ABCDEFGH"}),
        (
            TEAMS,
            "MonitoringTeams",
            {"TeamsTenantId": TEAM, "TeamId": TEAM, "TeamsChannelId": "19%3Aabc%40thread.tacv2"},
        ),
    ],
)
def test_chats_are_told_by_the_topic_and_may_only_look(channel: str, logical_id: str, said: Json) -> None:
    found = built(f"{{notify: alerts, {channel}}}")
    properties = found[logical_id]["Properties"]
    assert said.items() <= properties.items()
    assert properties["SnsTopicArns"] == [{"Ref": "AlertsTopic"}]
    guardrail = "arn:${AWS::Partition}:iam::aws:policy/CloudWatchReadOnlyAccess"
    assert properties["GuardrailPolicies"] == [{"Fn::Sub": guardrail}]
    (policy,) = found["MonitoringChatRole"]["Properties"]["Policies"]
    allowed = {action for one in policy["PolicyDocument"]["Statement"] for action in one["Action"]}
    assert allowed == {f"cloudwatch:{one}" for one in ("DescribeAlarms", "GetMetricData", "GetMetricWidgetImage")}
    # Whoever may look at some alarms only is told of no composite one (CloudWatch API reference, DescribeAlarms).
    assert {str(one["Resource"]) for one in policy["PolicyDocument"]["Statement"]} == {"['*']"}


def test_nobody_has_a_chat_who_does_not_ask() -> None:
    types = {one["Type"] for one in built().values()}
    assert "MonitoringChatRole" not in built() and not any("Chatbot" in one for one in types)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("secret: ops/pagerduty", "{{resolve:secretsmanager:ops/pagerduty:SecretString:url}}"),
        (
            "secret: '${on-call.arn}', key: pager",
            {"Fn::Sub": "{{resolve:secretsmanager:${OnCallSecret}:SecretString:pager}}"},
        ),
    ],
)
def test_pagerduty_has_its_address_from_a_secret(said: str, address: Json) -> None:
    text = f"{HEAD}secrets: {{on-call: {{keys: [pager]}}}}\nmonitoring: {{notify: alerts, pagerduty: {{{said}}}}}\n"
    found = resources(compiled(text))["MonitoringPagerDuty"]["Properties"]
    assert found == {"TopicArn": {"Ref": "AlertsTopic"}, "Protocol": "https", "Endpoint": address}


@pytest.mark.parametrize(
    ("monitoring", "code"),
    [
        (f"{{default_alarms: false, {SLACK}}}", "missing-property"),
        (f"{{default_alarms: false, {TEAMS}}}", "missing-property"),
        ("{default_alarms: false, pagerduty: {secret: a}}", "missing-property"),
        ("{notify: alerts, slack: {workspace: acme, channel: C01ABCDEFGH}}", "bad-value"),
        ("{notify: alerts, slack: {workspace: T01ABCDEFGH, channel: '#alerts'}}", "bad-value"),
        (
            "{notify: alerts, pagerduty: {secret: 'https://events.pagerduty.com/integration/0123/enqueue', key: a b}}",
            "bad-value",
        ),
        ("{notify: alerts, pagerduty: {key: a}}", "missing-property"),
    ],
)
def test_what_a_channel_can_not_be(monitoring: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}monitoring: {monitoring}\n")} == {code}
