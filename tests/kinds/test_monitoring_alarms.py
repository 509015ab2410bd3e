"""Severities and channels, patterns of alarms, own alarms on expressions and bands, alarms of alarms and of logs."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.kinds.monitoring import custom_rules
from compiler.language.schema import load_schema
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments: {dev: {posture: development}}
topics: {alerts: {}, pages: {}, chat: {}, ordered: {fifo: true}}
queues: {jobs: {dead_letter: {after: 3}}}
functions:
  api: {runtime: python3.13, code: api, handler: app.handler}
  worker: {runtime: python3.13, code: worker, handler: app.handler}
  jobs: {runtime: python3.13, code: jobs, handler: app.handler}
"""
SLACK = "slack: {workspace: T01ABCDEFGH, channel: C01ABCDEFGH}"
CHANNELS = f"channels: {{on-call: {{notify: pages, {SLACK}}}, chat: {{notify: chat, {SLACK}}}}}"
METRIC = "namespace: Shop, metric: Orders"


def text(monitoring: str) -> str:
    return f"{HEAD}monitoring: {monitoring}\n"


def built(monitoring: str) -> dict[str, Json]:
    found = resources(compiled(text(monitoring)))
    return {name: {**one["Properties"], "Type": one["Type"]} for name, one in found.items()}


def told(one: Json) -> list[str]:
    """The topics that an alarm tells, by their logical ids."""
    assert one["AlarmActions"] == one["OKActions"]
    return [action["Ref"] for action in one["AlarmActions"]]


def test_an_alarm_goes_where_its_severity_goes() -> None:
    severities = "severities: {critical: [on-call, chat], info: [chat]}"
    tune = "tune: {api.Errors: {severity: critical}, worker.Errors: {severity: info}}"
    found = built(f"{{notify: alerts, {CHANNELS}, {severities}, {tune}}}")
    assert told(found["ApiFunctionErrorsAlarm"]) == ["PagesTopic", "ChatTopic"]
    assert told(found["WorkerFunctionErrorsAlarm"]) == ["ChatTopic"]
    assert told(found["JobsFunctionErrorsAlarm"]) == ["AlertsTopic"]
    assert told(found["MonitoringLambdaConcurrencyAlarm"]) == ["PagesTopic", "ChatTopic"]
    assert found["ApiFunctionErrorsAlarm"]["AlarmDescription"].startswith("[critical] ")
    assert found["JobsFunctionErrorsAlarm"]["AlarmDescription"].startswith("[warning] ")


def test_one_slack_channel_shows_several_topics_as_an_account_takes_it_once() -> None:
    found = built(f"{{notify: alerts, {SLACK}, {CHANNELS}, severities: {{critical: [on-call], warning: [chat]}}}}")
    chats = {name: one for name, one in found.items() if one["Type"] == "AWS::Chatbot::SlackChannelConfiguration"}
    (name,) = chats
    assert name == "MonitoringSlack" and len(chats[name]["SnsTopicArns"]) == 3


def test_a_topic_that_gets_alarms_may_be_written_by_cloudwatch_and_uses_a_key_that_cloudwatch_may_use() -> None:
    found = built(f"{{{CHANNELS}, severities: {{critical: [on-call], warning: [chat], info: [chat]}}}}")
    for topic in ("PagesTopic", "ChatTopic"):
        assert "KmsMasterKeyId" in found[topic]
        assert "AlarmsOfThisAccount" in str(found[f"{topic}Policy"])
    assert "cloudwatch.amazonaws.com" in str(found["PlatformKey"]["KeyPolicy"])
    assert "AlarmsOfThisAccount" not in str(found["AlertsTopicPolicy"])


def test_pagerduty_has_an_address_that_is_stated() -> None:
    address = "https://events.pagerduty.com/integration/0123/enqueue"
    channels = f"channels: {{on-call: {{notify: pages, pagerduty: {{url: '{address}'}}}}}}"
    found = built(f"{{notify: alerts, {channels}, severities: {{critical: [on-call]}}}}")
    one = found["MonitoringOnCallPagerDuty"]
    assert one["Endpoint"] == address and one["Protocol"] == "https"


@pytest.mark.parametrize("section", sorted(load_schema().kinds))
def test_a_severity_is_that_of_an_alarm(section: str) -> None:
    kind = load_schema().kinds[section]
    assert kind.get("x-alarm-severities", {}).keys() <= kind.get("x-alarms", {}).keys()


def thresholds(tune: str) -> dict[str, float]:
    found = built(f"{{notify: alerts, dashboard: false, tune: {tune}}}")
    alarms = {name: one for name, one in found.items() if one["Type"] == "AWS::CloudWatch::Alarm"}
    return {name.removesuffix("Alarm"): one["Threshold"] for name, one in alarms.items()}


@pytest.mark.parametrize(
    ("tune", "changed"),
    [
        ("{'*.Errors': {threshold: 7}}", {"ApiFunctionErrors", "WorkerFunctionErrors", "JobsFunctionErrors"}),
        ("{'functions.api.*': {threshold: 7}}", {"ApiFunctionErrors", "ApiFunctionThrottles"}),
        ("{'api.*': {threshold: 7}}", {"ApiFunctionErrors", "ApiFunctionThrottles"}),
        (
            "{'functions.*.Err*': {threshold: 7}, 'functions.w*': {threshold: 0}}",
            {"ApiFunctionErrors", "JobsFunctionErrors"},
        ),
        ("{'*.Errors': {threshold: 7}, api.Errors: {threshold: 1}}", {"WorkerFunctionErrors", "JobsFunctionErrors"}),
        ("{api.Errors: {threshold: 1}, '*.Errors': {threshold: 7}}", {"WorkerFunctionErrors", "JobsFunctionErrors"}),
        ("{'jobs.DeadLetters*': {threshold: 7}}", {"JobsQueueDeadLetters"}),
    ],
)
def test_a_pattern_changes_all_alarms_that_match(tune: str, changed: set[str]) -> None:
    assert {name for name, threshold in thresholds(tune).items() if threshold == 7} == changed


def test_a_pattern_switches_off_and_a_name_switches_on_again() -> None:
    names = set(thresholds("{'*.*': {enabled: false}, api.Errors: {enabled: true}}"))
    assert names == {"ApiFunctionErrors"}
    assert "ApiFunctionErrors" not in thresholds("{'*.*': {threshold: 9}, api.Errors: {enabled: false}}")


def test_patterns_follow_the_name_that_a_component_has_now() -> None:
    tune = text("{notify: alerts, tune: {'service-api.*': {enabled: false}}}").replace(
        "  api: {", "  service-api: {renamed_from: api, "
    )
    assert "ApiFunctionErrorsAlarm" not in resources(compiled(tune))


def test_a_pattern_that_matches_nothing_is_told_of() -> None:
    (found,) = warnings(text("{notify: alerts, tune: {'*.CpuHigh': {enabled: false}}}"))
    assert found.code == "idle-pattern"


def test_an_expression_is_measured_by_its_name_after_its_metrics() -> None:
    metrics = f"{{b: {{{METRIC}}}, a: {{namespace: Shop, metric: Visits, statistic: p95}}}}"
    found = built(f"{{notify: alerts, custom: {{share: {{expression: a / b, metrics: {metrics}, threshold: 2}}}}}}")
    one = found["MonitoringShareCustomAlarm"]
    assert [query["Id"] for query in one["Metrics"]] == ["a", "b", "expression_result"]
    assert [query["ReturnData"] for query in one["Metrics"]] == [False, False, True]
    assert one["Metrics"][0]["MetricStat"]["Stat"] == "p95" and one["AlarmDescription"] == "a / b is above 2"


@pytest.mark.parametrize(
    ("when", "operator"),
    [
        ("above", "GreaterThanUpperThreshold"),
        ("below", "LessThanLowerThreshold"),
        ("outside", "LessThanLowerOrGreaterThanUpperThreshold"),
    ],
)
def test_a_band_stands_in_place_of_a_threshold(when: str, operator: str) -> None:
    found = built(f"{{notify: alerts, custom: {{odd: {{{METRIC}, band: 2.5, when: {when}}}}}}}")
    one = found["MonitoringOddCustomAlarm"]
    assert (one["ComparisonOperator"], one["ThresholdMetricId"]) == (operator, "expected_band")
    assert "Threshold" not in one and "Namespace" not in one
    assert one["Metrics"][-1]["Expression"] == "ANOMALY_DETECTION_BAND(metric, 2.5)"
    assert all(query["ReturnData"] for query in one["Metrics"])


def test_an_expression_may_be_of_all_metrics() -> None:
    custom = f"{{a: {{expression: SUM(METRICS()), metrics: {{m: {{{METRIC}}}, n: {{{METRIC}}}}}, threshold: 1}}}}"
    assert faults(text(f"{{notify: alerts, custom: {custom}}}")) == ()


def test_a_query_says_its_period_itself() -> None:
    """CloudWatch API reference, MetricDataQuery: nothing else of it has one."""
    query = "SELECT AVG(Orders) FROM SCHEMA(Shop, site) WHERE site = 'a'"
    found = built(f'{{notify: alerts, custom: {{a: {{expression: "{query}", threshold: 1, period: 600}}}}}}')
    (one,) = found["MonitoringACustomAlarm"]["Metrics"]
    assert one == {"Id": "expression_result", "Expression": query, "Period": 600, "ReturnData": True}


def test_what_is_tuned_last_says_what_an_alarm_is_held_against() -> None:
    tune = '{"*.Errors": {band: 4}, api.Errors: {threshold: 3}, worker.Errors: {periods: 2}}'
    found = built(f"{{notify: alerts, tune: {tune}}}")
    assert found["ApiFunctionErrorsAlarm"]["Threshold"] == 3
    assert "ThresholdMetricId" not in found["ApiFunctionErrorsAlarm"]
    assert found["WorkerFunctionErrorsAlarm"]["ThresholdMetricId"] == "expected_band"


def test_a_metric_has_one_detector_however_many_alarms_it_has() -> None:
    custom = (
        f"{{a: {{{METRIC}, band: 2}}, b: {{{METRIC}, band: 3, when: below}}, c: {{{METRIC}, band: 3, statistic: p95}}}}"
    )
    found = built(f"{{notify: alerts, custom: {custom}, tune: {{api.Errors: {{band: 4}}}}}}")
    detectors = [one for one in found.values() if one["Type"] == "AWS::CloudWatch::AnomalyDetector"]
    assert len(detectors) == 3
    assert all("SingleMetricAnomalyDetector" in one for one in detectors)
    assert found["ApiFunctionErrorsAlarm"]["ComparisonOperator"] == "GreaterThanUpperThreshold"


def test_a_composite_alarm_names_others_by_reference() -> None:
    composite = "{down: {rule: 'ALARM(api.Errors) AND NOT OK(quiet)', suppressed_by: quiet}}"
    found = built(f"{{notify: alerts, custom: {{quiet: {{{METRIC}, threshold: 1}}}}, composite: {composite}}}")
    one = found["MonitoringDownCompositeAlarm"]
    rule = 'ALARM("${ApiFunctionErrorsAlarm}") AND NOT OK("${MonitoringQuietCustomAlarm}")'
    assert one["AlarmRule"] == {"Fn::Sub": rule} and one["AlarmName"] == "demo-dev-down"
    assert one["ActionsSuppressor"] == {"Fn::GetAtt": ["MonitoringQuietCustomAlarm", "Arn"]}
    assert (one["ActionsSuppressorWaitPeriod"], one["ActionsSuppressorExtensionPeriod"]) == (120, 120)
    assert "MonitoringDownCompositeAlarm.Arn" in str(found["MonitoringDashboard"]["DashboardBody"])


def test_an_alarm_that_is_switched_off_can_not_be_named() -> None:
    monitoring = "{notify: alerts, tune: {api.Errors: {enabled: false}}, composite: {down: {rule: ALARM(api.Errors)}}}"
    with pytest.raises(SpecError) as caught:
        compiled(text(monitoring))
    (found,) = caught.value.diagnostics
    assert found.code == "no-such-alarm" and "'api.Errors'" in found.message


def test_the_alarm_of_shared_dead_letters_is_named_where_it_is() -> None:
    def shared(name: str) -> str:
        rule = f"{{notify: alerts, composite: {{down: {{rule: ALARM({name}.DeadLetters)}}}}}}"
        return text(rule).replace("queues: {", "queues: {mails: {dead_letter: {queue: queues.jobs}}, ")

    for name in ("mails", "queues.mails"):
        with pytest.raises(SpecError) as caught:
            compiled(shared(name).replace("{dead_letter: {after: 3}}", "{}"))
        (found,) = caught.value.diagnostics
        assert found.suggestion == "name 'queues.jobs.DeadLetters', which has it in its place"
    compiled(shared("queues.jobs").replace("{dead_letter: {after: 3}}", "{}"))


@pytest.mark.parametrize(("terms", "length", "refused"), [(113, 10166, False), (114, 10256, True)])
def test_a_rule_has_at_most_10240_characters_with_whole_names(terms: int, length: int, refused: bool) -> None:
    platform, own = "p" * 40, [f"{'a' * 30}{n}" for n in range(10, 60)]
    named = [own[n % len(own)] for n in range(terms)]
    assert len(" OR ".join(f'ALARM("{platform}-dev-{name}")' for name in named)) == length
    custom = ", ".join(f"{name}: {{{METRIC}, threshold: 1}}" for name in own)
    composite = f"{{down: {{rule: {' OR '.join(f'ALARM({name})' for name in named)}}}}}"
    said = text(f"{{notify: alerts, custom: {{{custom}}}, composite: {composite}}}").replace("demo", platform)
    if refused:
        with pytest.raises(SpecError) as caught:
            compiled(said)
        (found,) = caught.value.diagnostics
        assert found.code == "out-of-range" and "10256" in found.message
    else:
        assert compiled(said)


def test_a_pattern_is_counted_in_every_log_group_under_one_name() -> None:
    found = built("{notify: alerts, log_alarms: {broken: {pattern: '?ERROR ?Exception', threshold: 3}}}")
    filters = {name: one for name, one in found.items() if one["Type"] == "AWS::Logs::MetricFilter"}
    assert set(filters) == {f"MonitoringBrokenLogAlarmOf{name}FunctionLogGroup" for name in ("Api", "Worker", "Jobs")}
    counted = {str(one["MetricTransformations"]) for one in filters.values()}
    assert len(counted) == 1
    (one,) = filters["MonitoringBrokenLogAlarmOfApiFunctionLogGroup"]["MetricTransformations"]
    assert one == {"MetricNamespace": "Logs/demo/dev", "MetricName": "broken", "MetricValue": "1", "DefaultValue": 0.0}
    alarm = found["MonitoringBrokenLogAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("Logs/demo/dev", "broken", 3)


def test_log_groups_of_aws_are_counted_by_their_names() -> None:
    found = built("{notify: alerts, log_alarms: {broken: {pattern: ERROR, groups: [/aws/eks/main/pods]}}}")
    (one,) = (one for one in found.values() if one["Type"] == "AWS::Logs::MetricFilter")
    assert one["LogGroupName"] == "/aws/eks/main/pods"


def test_components_may_be_counted_apart() -> None:
    log_alarm = "{pattern: ERROR, separate: true, of: [api, functions.jobs]}"
    found = built(f"{{notify: alerts, log_alarms: {{broken: {log_alarm}}}}}")
    names = {
        one["AlarmName"]: one["MetricName"] for name, one in found.items() if "LogAlarm" in name and "AlarmName" in one
    }
    assert names == {f"demo-dev-broken/functions.{one}": f"broken/functions.{one}" for one in ("api", "jobs")}


PATTERN = re.compile(load_schema().base["$defs"]["component_name"]["pattern"])
NAMES = [name for length in (1, 2, 3) for name in map("".join, product("ab/-_.", repeat=length)) if PATTERN.match(name)]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["", "functions.api", "network"]))))
def test_metrics_of_two_log_alarms_never_meet(drawn: list[tuple[str, str]]) -> None:
    """The metric's name tells the alarm and the component: neither has a slash in its name."""
    metrics = {f"{name}/{address}" if address else name for name, address in drawn}
    assert len(metrics) == len(set(drawn))
    assert {tuple(metric.partition("/")[::2]) for metric in metrics} == set(drawn)


def test_namespaces_of_two_environments_never_meet() -> None:
    for header in ("platform", "environments"):
        about = load_schema().base["properties"][header]
        pattern = load_schema().deref(about.get("propertyNames", about))["pattern"]
        assert not re.fullmatch(pattern, "a/b"), header


def test_what_is_measured_has_no_zeros_among_its_values() -> None:
    log_alarm = "{pattern: '{ $.ms = * }', value: $.ms, statistic: p99, threshold: 900}"
    found = built(f"{{notify: alerts, log_alarms: {{slow: {log_alarm}}}}}")
    (one,) = found["MonitoringSlowLogAlarmOfApiFunctionLogGroup"]["MetricTransformations"]
    assert one["MetricValue"] == "$.ms" and "DefaultValue" not in one


def test_a_pattern_that_nothing_can_match_is_told_of() -> None:
    head = "platform: demo\nenvironments: {dev: {posture: development}}\ntopics: {alerts: {}}\n"
    with pytest.raises(SpecError) as caught:
        compiled(f"{head}monitoring: {{notify: alerts, log_alarms: {{broken: {{pattern: ERROR}}}}}}\n")
    assert [one.code for one in caught.value.diagnostics] == ["no-log-group"]


ALL = "severities: {critical: [on-call], warning: [chat], info: [chat]}"


@pytest.mark.parametrize(
    ("monitoring", "code"),
    [
        (f"{{{CHANNELS}, severities: {{critical: [on-call], warning: [chat]}}}}", "missing-property"),
        (
            f"{{notify: alerts, {CHANNELS}, severities: {{critical: [on-cal], warning: [chat, on-call]}}}}",
            "unknown-channel",
        ),
        (f"{{notify: alerts, {CHANNELS}, severities: {{critical: [chat]}}}}", "unused-setting"),
        ("{notify: alerts, channels: {a: {notify: ordered}}, severities: {info: [a]}}", "fifo-limit"),
        ("{notify: alerts, channels: {a: {notify: jobs}}, severities: {info: [a]}}", "wrong-kind"),
        (
            "{notify: alerts, channels: {a: {notify: chat}, b: {notify: topics.chat}}, severities: {info: [a, b]}}",
            "shared-topic",
        ),
        ("{notify: alerts, pagerduty: {secret: a, url: 'https://example.com/x'}}", "one-of-two"),
        ("{notify: alerts, pagerduty: {}}", "missing-property"),
        ("{notify: alerts, pagerduty: {url: 'http://example.com/x'}}", "bad-value"),
        ("{notify: alerts, severities: {fatal: [a]}}", "unknown-property"),
        ("{notify: alerts, custom: {a: {threshold: 1}}}", "missing-property"),
        (f"{{notify: alerts, custom: {{a: {{{METRIC}}}}}}}", "missing-property"),
        (f"{{notify: alerts, custom: {{a: {{{METRIC}, threshold: 1, band: 2}}}}}}", "one-of-two"),
        (f"{{notify: alerts, custom: {{a: {{{METRIC}, threshold: 1, when: outside}}}}}}", "not-allowed"),
        (f"{{notify: alerts, custom: {{a: {{{METRIC}, band: 2, when: at_least}}}}}}", "not-allowed"),
        (f"{{notify: alerts, custom: {{a: {{{METRIC}, threshold: 1, expression: m}}}}}}", "one-of-two"),
        (
            f"{{notify: alerts, custom: {{a: {{{METRIC}, threshold: 1, metrics: {{m: {{{METRIC}}}}}}}}}}}",
            "unused-setting",
        ),
        (
            f"{{notify: alerts, custom: {{a: {{threshold: 1, expression: m + n, metrics: {{m: {{{METRIC}}}}}}}}}}}",
            "unknown-metric",
        ),
        (
            f"{{notify: alerts, custom: {{a: {{threshold: 1, expression: m, metrics: {{m: {{{METRIC}}}, n: {{{METRIC}}}"
            "}}}}",
            "unused-setting",
        ),
        ("{notify: alerts, custom: {a: {threshold: 1, expression: \"SEARCH('x', 'Sum')\"}}}", "not-allowed"),
        (
            f"{{notify: alerts, custom: {{a: {{threshold: 1, expression: m, metrics: {{M: {{{METRIC}}}}}}}}}}}",
            "bad-name",
        ),
        ("{notify: alerts, custom: {a: {threshold: 1, expression: TIME_SERIES(5)}}}", "missing-property"),
        ("{notify: alerts, custom: {a: {band: 2, expression: SELECT AVG(Orders) FROM Shop}}}", "not-allowed"),
        (
            f"{{notify: alerts, custom: {{a: {{threshold: 1, expression: m, statistic: p99, metrics: {{m: {{{METRIC}"
            "}}}}}",
            "one-of-two",
        ),
        ("{notify: alerts, tune: {api.Errors: {threshold: 1, band: 2}}}", "one-of-two"),
        ("{notify: alerts, log_alarms: {a: {pattern: 'Error:'}}}", "bad-filter-pattern"),
        ("{notify: alerts, log_alarms: {a: {}}}", "missing-property"),
        ("{notify: alerts, log_alarms: {a: {pattern: E, separate: true, of: [api], groups: [/x]}}}", "not-allowed"),
        ("{notify: alerts, log_alarms: {a: {pattern: ERROR, value: $.ms}}}", "not-allowed"),
        ("{notify: alerts, log_alarms: {a: {pattern: ERROR, of: [alerts]}}}", "wrong-kind"),
        ("{notify: alerts, log_alarms: {a: {pattern: ERROR, periods: 2, datapoints: 3}}}", "out-of-range"),
        (
            "{notify: alerts, log_alarms: {a: {pattern: ERROR, period: 60, periods: 1440, datapoints: 1}, "
            "b: {pattern: ERROR, periods: 289}}}",
            "out-of-range",
        ),
        (
            "{notify: alerts, log_alarms: {"
            + ", ".join(f"a{n}: {{pattern: '%a%', of: [api]}}" for n in range(6))
            + "}}",
            "out-of-range",
        ),
        (
            f"{{notify: alerts, custom: {{a: {{{METRIC}, threshold: 1}}}}, composite: {{a: {{rule: 'TRUE'}}}}}}",
            "alarm-taken",
        ),
        (
            f"{{notify: alerts, custom: {{a1: {{{METRIC}, threshold: 1}}, a-1: {{{METRIC}, threshold: 1}}}}}}",
            "alarm-taken",
        ),
        ("{notify: alerts, log_alarms: {a1: {pattern: E}, a-1: {pattern: E}}}", "alarm-taken"),
        (
            "{notify: alerts, channels: {c1: {notify: chat}, c-1: {notify: pages}}, severities: {info: [c1, c-1]}}",
            "duplicate-value",
        ),
        ("{notify: alerts, composite: {a: {rule: ALARM(b)}}}", "unknown-alarm"),
        ("{notify: alerts, composite: {a: {rule: ALARM(api.Error)}}}", "unknown-alarm"),
        ("{notify: alerts, composite: {a: {rule: ALARM(ap.Errors)}}}", "unknown-component"),
        ("{notify: alerts, composite: {a: {rule: ALARM(api.Errors) OR}}}", "bad-alarm-rule"),
        ("{notify: alerts, composite: {a: {rule: ALARM(a)}}}", "alarm-circle"),
        ("{notify: alerts, composite: {a: {rule: ALARM(b)}, b: {rule: 'TRUE', suppressed_by: a}}}", "alarm-circle"),
        ("{notify: alerts, default_alarms: false, composite: {a: {rule: ALARM(api.Errors)}}}", "unknown-alarm"),
        (
            "{notify: alerts, log_alarms: {b: {pattern: E, separate: true}}, composite: {a: {rule: ALARM(b)}}}",
            "unknown-alarm",
        ),
        ("{default_alarms: false, composite: {a: {rule: 'TRUE'}}}", "missing-property"),
        (f"{{notify: alerts, composite: {{a: {{rule: '{'(' * 250}TRUE{')' * 250}'}}}}}}", "out-of-range"),
        (
            f"{{notify: alerts, {CHANNELS}, severities: {{info: [{', '.join(f'c{n}' for n in range(6))}]}}}}",
            "out-of-range",
        ),
    ],
)
def test_what_monitoring_can_not_be(monitoring: str, code: str) -> None:
    assert {one.code for one in faults(text(monitoring))} == {code}


def test_a_name_that_two_alarms_have_is_written_whole() -> None:
    head = text("{notify: alerts, composite: {a: {rule: ALARM(jobs.Errors)}}}")
    assert faults(head) == ()
    more = head.replace(
        "queues:", "workflows: {api: {definition: {StartAt: a, States: {a: {Type: Pass, End: true}}}}}\nqueues:"
    )
    both = more.replace(
        "ALARM(jobs.Errors)", "ALARM(functions.api.Errors) OR ALARM(workflows.api.Failed) OR ALARM(api.Failed)"
    )
    assert faults(both) == ()


def test_channels_for_all_severities_need_no_topic_beside_them() -> None:
    assert faults(text(f"{{{CHANNELS}, {ALL}}}")) == ()


def test_a_statistic_beside_an_expression_is_told_by_the_default_of_the_schema() -> None:
    custom = load_schema().kinds["monitoring"]["properties"]["custom"]["additionalProperties"]
    assert load_schema().deref(custom)["properties"]["statistic"]["default"] == custom_rules._STATISTIC
