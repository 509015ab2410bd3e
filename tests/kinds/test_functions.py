"""Functions: their role and place, what runs them, who may run them, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""


def spec(settings: str = "", more: str = "") -> str:
    basis = "runtime: python3.13, code: ./functions/api, handler: app.handler"
    return f"{HEAD}functions: {{api: {{{basis}{', ' if settings else ''}{settings}}}}}\n{more}"


def built(settings: str = "", more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more))))


def function(settings: str = "", more: str = "") -> dict[str, Json]:
    found: dict[str, Json] = built(settings, more)["ApiFunction"]["Properties"]
    return found


def run_statements(settings: str = "", more: str = "") -> dict[str, Json]:
    (policy,) = built(settings, more)["ApiFunctionRole"]["Properties"]["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


CALLER = """
  caller: {runtime: python3.13, code: caller, handler: app.handler, uses: {api: invoke}}
  other: {runtime: python3.13, code: other, handler: app.handler}
"""


def access() -> list[Json]:
    text = f"{HEAD}functions:\n  api: {{runtime: python3.13, code: api, handler: app.handler}}{CALLER}"
    found: list[Json] = resources(compiled(text))["CallerFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize("verb", ["invoke"])
def test_a_verb_allows_running_that_function(verb: str) -> None:
    (run,) = access()
    assert run["Sid"] == f"ApiFunction{verb.capitalize()}"
    assert (run["Action"], run["Resource"]) == (["lambda:InvokeFunction"], [{"Fn::GetAtt": ["ApiFunction", "Arn"]}])


@pytest.mark.parametrize("verb", ["invoke"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = access()
    assert len(found) == 1 and verb in str(found).lower()
    assert "*" not in str(found) and "OtherFunction" not in str(found)


def calls(url: str) -> dict[str, Json]:
    settings = f"runtime: python3.13, code: api, handler: app.handler, url: {url}"
    text = f"{HEAD}functions:\n  api: {{{settings}}}{CALLER.replace('invoke', 'call')}"
    return dict(resources(compiled(text)))


@pytest.mark.parametrize("verb", ["call"])
def test_a_caller_may_send_signed_requests_to_that_address_and_run_the_function_no_other_way(verb: str) -> None:
    found = calls("{}")
    first, second = found["CallerFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    arn = [{"Fn::GetAtt": ["ApiFunction", "Arn"]}]
    assert first["Sid"] == f"ApiFunction{verb.capitalize()}"
    assert (first["Action"], first["Resource"]) == (["lambda:InvokeFunctionUrl"], arn)
    assert first["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    assert (second["Action"], second["Resource"]) == (["lambda:InvokeFunction"], arn)
    assert second["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    variables = found["CallerFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"API_URL": {"Fn::GetAtt": ["ApiFunctionUrl", "FunctionUrl"]}}


@pytest.mark.parametrize("verb", ["call"])
def test_an_open_address_needs_no_permission_of_the_caller(verb: str) -> None:
    found = calls("{auth: none, reason: anybody may do this}")
    assert "CallerFunctionAccess" not in found and f"API_URL_{verb}" not in str(found)
    assert "API_URL" in found["CallerFunction"]["Properties"]["Environment"]["Variables"]


def test_a_function_may_only_write_its_logs_and_traces_and_read_its_variables() -> None:
    found = run_statements()
    assert set(found) == {"Logs", "Traces", "Variables"}
    assert found["Logs"]["Resource"] == [{"Fn::GetAtt": ["ApiFunctionLogGroup", "Arn"]}]
    assert found["Traces"]["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    assert found["Variables"]["Action"] == ["kms:Decrypt"]


def test_a_function_is_encrypted_traced_and_logs_json_to_its_own_group() -> None:
    found = function()
    assert found["KmsKeyArn"] == {"Ref": "PlatformKeyArn"}
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": "ApiFunctionLogGroup"}}
    assert "VpcConfig" not in found


def test_code_is_an_artifact_with_a_root_parameter() -> None:
    one = compiled(spec())
    (artifact,) = one.artifacts
    assert (artifact.parameter, artifact.component, artifact.source) == (
        "ApiFunctionCodeKey",
        "functions.api",
        "functions/api",
    )
    assert set(one.root.body["Parameters"]) == {"ApiFunctionCodeKey", "ArtifactBucket"}
    code = resources(one)["ApiFunction"]["Properties"]["Code"]
    assert code == {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ApiFunctionCodeKey"}}


DATABASE = "databases: {main: {engine: postgres, version: '16'}}"


@pytest.mark.parametrize(
    ("settings", "more", "inside"),
    [
        ("", "network: {}", False),
        ("network: always", "network: {}", True),
        ("uses: {main: connect}", DATABASE, True),
        ("uses: {jobs: send}", f"queues: {{jobs: {{}}}}\n{DATABASE}", False),
    ],
)
def test_a_function_is_in_the_network_when_it_needs_it(settings: str, more: str, inside: bool) -> None:
    found = built(settings, more)
    assert ("VpcConfig" in found["ApiFunction"]["Properties"]) is inside
    assert ("ApiFunctionSecurityGroup" in found) is inside
    assert ("NetworkInterfaces" in run_statements(settings, more)) is inside


def test_only_lambda_itself_may_use_the_permissions_for_network_interfaces() -> None:
    found = run_statements("network: always", "network: {}")
    allow, deny = found["NetworkInterfaces"], found["NetworkInterfacesNotFromCode"]
    assert deny["Effect"] == "Deny" and deny["Action"] == allow["Action"]
    assert "ec2:CreateNetworkInterface" in deny["Action"]
    assert list(deny["Condition"]) == ["ArnLike"] and "lambda:SourceFunctionArn" in deny["Condition"]["ArnLike"]


def test_a_queue_feeds_a_function_once_it_may_read_it() -> None:
    settings = "triggers: [{queue: jobs, batch: 50, window_seconds: 5, max_concurrency: 4, filter: {body: {a: [1]}}}]"
    found = built(settings, "queues: {jobs: {}}")
    mapping = found["ApiFunctionFromJobsQueue"]
    assert mapping["DependsOn"] == ["ApiFunctionAccess"]
    assert mapping["Properties"] == {
        "FunctionName": {"Ref": "ApiFunction"},
        "EventSourceArn": {"Ref": "JobsQueueArn"},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BatchSize": 50,
        "MaximumBatchingWindowInSeconds": 5,
        "ScalingConfig": {"MaximumConcurrency": 4},
        "FilterCriteria": {"Filters": [{"Pattern": '{"body":{"a":[1]}}'}]},
    }


def test_a_topic_may_run_a_function_before_it_is_subscribed() -> None:
    found = built("triggers: [{topic: news}]", "topics: {news: {}}")
    permission = found["ApiFunctionFromNewsTopicPermission"]["Properties"]
    assert (permission["Principal"], permission["SourceArn"]) == ("sns.amazonaws.com", {"Ref": "NewsTopic"})
    assert found["ApiFunctionFromNewsTopic"]["DependsOn"] == ["ApiFunctionFromNewsTopicPermission"]
    assert found["ApiFunctionFromNewsTopic"]["Properties"]["Protocol"] == "lambda"


def test_a_schedule_runs_a_function_by_a_role_of_its_own() -> None:
    found = built("triggers: [{schedule: 'cron(0 6 * * ? *)', timezone: Europe/Berlin, input: {a: 1}}]")
    (schedule,) = (body["Properties"] for body in found.values() if body["Type"] == "AWS::Scheduler::Schedule")
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == (
        "cron(0 6 * * ? *)",
        "Europe/Berlin",
    )
    assert schedule["Target"]["Input"] == '{"a":1}'
    role = found["ApiFunctionSchedulerRole"]["Properties"]
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["lambda:InvokeFunction"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["ApiFunction", "Arn"]}]
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_events_that_nobody_waits_for_are_not_lost() -> None:
    found = built("asynchronous: {retries: 0, max_age_seconds: 60, on_failure: failed}", "queues: {failed: {}}")
    assert found["ApiFunctionAsynchronous"]["Properties"] == {
        "FunctionName": {"Ref": "ApiFunction"},
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": {"OnFailure": {"Destination": {"Ref": "FailedQueueArn"}}},
    }
    assert found["ApiFunction"]["DependsOn"] == ["ApiFunctionAccess"]
    assert "ApiFunctionAsynchronous" not in built()


def test_answers_go_to_a_queue_or_topic_too() -> None:
    found = built("asynchronous: {on_success: done}", "queues: {done: {}}")
    assert found["ApiFunctionAsynchronous"]["Properties"]["DestinationConfig"] == {
        "OnSuccess": {"Destination": {"Ref": "DoneQueueArn"}}
    }
    assert "sqs:SendMessage" in str(found["ApiFunctionAccess"])


@pytest.mark.parametrize(("settings", "level"), [("", None), ("log_level: warn", "WARN")])
def test_the_least_important_lines_of_the_log(settings: str, level: str | None) -> None:
    assert function(settings)["LoggingConfig"].get("ApplicationLogLevel") == level


@pytest.mark.parametrize(
    ("on", "scope"), [("", None), (", filter_on: attributes", None), (", filter_on: body", "MessageBody")]
)
def test_a_filter_of_a_topic_looks_at_attributes_or_the_body(on: str, scope: str | None) -> None:
    found = built(f"triggers: [{{topic: news, filter: {{a: [1]}}{on}}}]", "topics: {news: {}}")
    subscription = found["ApiFunctionFromNewsTopic"]["Properties"]
    assert (subscription["FilterPolicy"], subscription.get("FilterPolicyScope")) == ({"a": [1]}, scope)


def test_one_of_several_filters_must_match() -> None:
    found = built("triggers: [{queue: jobs, filter: [{body: {a: [1]}}, {body: {b: [2]}}]}]", "queues: {jobs: {}}")
    filters = found["ApiFunctionFromJobsQueue"]["Properties"]["FilterCriteria"]["Filters"]
    assert [one["Pattern"] for one in filters] == ['{"body":{"a":[1]}}', '{"body":{"b":[2]}}']


def test_own_variables_stand_beside_those_of_uses() -> None:
    found = function("environment: {LEVEL: info}, uses: {jobs: send}", "queues: {jobs: {}}")
    assert found["Environment"]["Variables"] == {"LEVEL": "info", "JOBS_URL": {"Ref": "JobsQueue"}}


JOBS = "queues: {jobs: {}, ordered: {fifo: true}}"
TOPICS = "topics: {news: {}, ordered-news: {fifo: true}}"


@pytest.mark.parametrize(
    ("settings", "more", "code"),
    [
        ("timeout: 901", "", "out-of-range"),
        ("memory: 64", "", "out-of-range"),
        ("environment: {AWS_REGION: x}", "", "reserved-name"),
        ("environment: {1ST: x}", "", "bad-name"),
        ("network: always", "", "no-network"),
        ("network: never, uses: {main: connect}", DATABASE, "no-network"),
        ("timeout: 60", "apis: {public: {routes: {GET /: api}}}", "timeout-behind-api"),
        ("timeout: 60", "apis: {public: {routes: {GET /: {to: api}}}}", "timeout-behind-api"),
        ("logs: {name: /x}", "apis: {public: {logs: {name: /x}, routes: {GET /: api}}}", "claimed-name"),
        ("asynchronous: {on_failure: ordered}", JOBS, "fifo-limit"),
        ("asynchronous: {on_failure: ordered-news}", TOPICS, "fifo-limit"),
        ("asynchronous: {on_success: ordered}", JOBS, "fifo-limit"),
        ("triggers: [{}]", "", "bad-trigger"),
        ("triggers: [{topic: news, filter: [{a: [1]}]}]", TOPICS, "bad-trigger"),
        ("triggers: [{topic: news, filter_on: body}]", TOPICS, "unused-setting"),
        ("triggers: [{queue: jobs, filter: {a: [1]}, filter_on: body}]", JOBS, "bad-trigger"),
        ("triggers: [{queue: jobs, schedule: rate(1 hour)}]", JOBS, "bad-trigger"),
        ("triggers: [{schedule: rate(1 hour), batch: 5}]", "", "bad-trigger"),
        ("triggers: [{topic: news, timezone: Europe/Berlin}]", TOPICS, "bad-trigger"),
        ("triggers: [{schedule: every hour}]", "", "bad-schedule"),
        ("triggers: [{queue: jobs}, {queue: jobs, batch: 5}]", JOBS, "duplicate-value"),
        ("triggers: [{queue: jobs, batch: 11}]", JOBS, "missing-property"),
        ("triggers: [{queue: ordered, batch: 11}]", JOBS, "out-of-range"),
        ("triggers: [{queue: ordered, window_seconds: 1}]", JOBS, "fifo-limit"),
        ("triggers: [{queue: jobs, max_concurrency: 5}], concurrency: 4", JOBS, "out-of-range"),
        ("triggers: [{queue: jobs}], timeout: 300", JOBS, "short-visibility"),
        ("triggers: [{topic: ordered-news}]", TOPICS, "fifo-limit"),
        ("triggers: [{queue: news}]", TOPICS, "wrong-kind"),
        ("triggers: [{topic: jobs}]", JOBS, "wrong-kind"),
    ],
)
def test_what_a_function_can_not_be(settings: str, more: str, code: str) -> None:
    assert {one.code for one in faults(spec(settings, more))} == {code}


@pytest.mark.parametrize("code", ["/srv/api", "~/api", "../../../api", "C:\\api", "${jobs.name}/api"])
def test_code_stays_in_the_repository(code: str) -> None:
    text = f"{HEAD}functions: {{api: {{runtime: python3.13, code: '{code}', handler: app.handler}}}}\n{JOBS}"
    assert {one.code for one in faults(text)} == {"bad-path"}


@pytest.mark.parametrize("code", ["./functions/api", "../functions/api/", "dist/${env}.zip"])
def test_code_may_be_anywhere_in_the_repository(code: str) -> None:
    text = f"{HEAD}functions: {{api: {{runtime: python3.13, code: '{code}', handler: app.handler}}}}\n"
    assert faults(text) == ()
