"""Functions with versions: what publishes one, what runs the alias, and what keeps environments ready."""

from __future__ import annotations

import json

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
ALIAS = {"Ref": "ApiFunctionLive"}


def spec(settings: str, more: str = "") -> str:
    return f"{HEAD}functions: {{api: {{runtime: python3.13, code: api, handler: app.handler, {settings}}}}}\n{more}"


def built(settings: str, more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more))))


def about(settings: str, more: str = "") -> str:
    """What the version says that it is made of; another text makes another version."""
    return json.dumps(built(settings, more)["ApiFunctionVersion"]["Properties"]["Description"], sort_keys=True)


def test_without_versions_there_is_neither_version_nor_alias() -> None:
    found = built("memory: 512")
    assert not {"AWS::Lambda::Version", "AWS::Lambda::Alias"} & {one["Type"] for one in found.values()}
    assert "Description" not in found["ApiFunction"]["Properties"]


def test_the_alias_names_the_newest_version_and_keeps_environments_ready() -> None:
    found = built("provisioned: 3")
    assert found["ApiFunctionLive"]["Properties"] == {
        "Name": "live",
        "FunctionName": {"Ref": "ApiFunction"},
        "FunctionVersion": {"Fn::GetAtt": ["ApiFunctionVersion", "Version"]},
        "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 3},
    }
    assert "ApiFunctionScalableTarget" not in found


def test_a_version_is_made_of_the_code_that_the_deployment_uploads() -> None:
    found = built("provisioned: 1")
    text, names = found["ApiFunctionVersion"]["Properties"]["Description"]["Fn::Sub"]
    assert text.endswith(", ${Code}") and names == {"Code": {"Ref": "ApiFunctionCodeKey"}}
    assert found["ApiFunction"]["Properties"]["Description"] == {"Fn::Sub": [text, names]}


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ("memory: 512", ""),
        ("environment: {LEVEL: info}", ""),
        ("properties: {Timeout: 7}", ""),
        ("uses: {jobs: send}", "queues: {jobs: {}}"),
        ("network: auto", "overrides: {ApiFunction: {Properties: {Timeout: 7}}}"),
    ],
)
def test_other_settings_publish_another_version(settings: str, more: str) -> None:
    assert about(f"{settings}, provisioned: 1", more) != about("provisioned: 1")


@pytest.mark.parametrize(
    ("settings", "more"),
    [("concurrency: 5", ""), ("url: {}", ""), ("triggers: [{queue: jobs}]", "queues: {jobs: {}}")],
)
def test_what_is_no_part_of_a_version_publishes_none(settings: str, more: str) -> None:
    """Lambda refuses to publish a version that would be the last one again."""
    assert about(f"{settings}, provisioned: 1", more) == about("provisioned: 1")


def test_a_new_layer_publishes_a_version() -> None:
    found = built("provisioned: 1, layers: [./shared]")
    (layer,) = (name for name, one in found.items() if one["Type"] == "AWS::Lambda::LayerVersion")
    _, names = found["ApiFunctionVersion"]["Properties"]["Description"]["Fn::Sub"]
    assert names["Layer1"] == {"Fn::Select": [7, {"Fn::Split": [":", {"Ref": layer}]}]}


@pytest.mark.parametrize("settings", ["uses: {pack: start}", "environment: {TASK: '${pack.task_definition}'}"])
def test_a_job_that_changes_publishes_a_version(settings: str) -> None:
    """A version keeps the revision that it was published with, which is gone after the job's next one."""
    found = built(f"provisioned: 1, {settings}", "jobs: {pack: {image: 'example/pack:1'}, other: {image: 'o:1'}}")
    text, names = found["ApiFunctionVersion"]["Properties"]["Description"]["Fn::Sub"]
    assert text.endswith(", ${Code}, ${Task1}") and "Task2" not in names
    assert names["Task1"] == {"Fn::Select": [6, {"Fn::Split": [":", {"Ref": "PackJobTaskDefinition"}]}]}


def test_a_range_follows_the_load() -> None:
    found = built("provisioned: {min: 2, max: 9, target: 60}")
    ready = found["ApiFunctionLive"]["Properties"]["ProvisionedConcurrencyConfig"]
    assert ready == {"ProvisionedConcurrentExecutions": 2}
    target = found["ApiFunctionScalableTarget"]
    assert target["DependsOn"] == ["ApiFunctionLive"]
    assert target["Properties"] == {
        "ServiceNamespace": "lambda",
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
        "ResourceId": {"Fn::Sub": "function:${ApiFunction}:live"},
        "MinCapacity": 2,
        "MaxCapacity": 9,
    }
    policy = found["ApiFunctionScaling"]["Properties"]["TargetTrackingScalingPolicyConfiguration"]
    assert policy["TargetValue"] == 0.6


def test_a_snapshot_is_of_a_published_version() -> None:
    found = built("snap_start: true")
    assert found["ApiFunction"]["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert "ProvisionedConcurrencyConfig" not in found["ApiFunctionLive"]["Properties"]


def test_a_version_starts_when_its_way_through_the_network_is_there() -> None:
    found = built("provisioned: 1, uses: {main: connect}", "databases: {main: {engine: postgres, version: '16'}}")
    assert found["ApiFunctionVersion"]["DependsOn"] == [
        "ApiFunctionAccess",
        "ApiFunctionToMainDatabase5432",
        "MainDatabase5432FromApiFunction",
    ]


MORE = """
queues: {jobs: {}}
topics: {news: {}}
buckets: {uploads: {}}
apis: {public: {routes: {GET /: api}}}
schedules: {nightly: {when: rate(1 day), to: api}}
"""
ALL = "triggers: [{queue: jobs}, {topic: news}, {bucket: uploads, events: [created]}, {schedule: rate(1 hour)}]"


def test_everything_runs_the_alias() -> None:
    found = built(f"provisioned: 1, {ALL}, asynchronous: {{retries: 0}}", MORE)
    of_type = {one["Type"]: one["Properties"] for one in found.values()}
    assert of_type["AWS::Lambda::EventSourceMapping"]["FunctionName"] == ALIAS
    assert of_type["AWS::SNS::Subscription"]["Endpoint"] == ALIAS
    assert of_type["AWS::Events::Rule"]["Targets"][0]["Arn"] == ALIAS
    assert of_type["AWS::ApiGatewayV2::Integration"]["IntegrationUri"] == ALIAS
    assert of_type["AWS::Lambda::EventInvokeConfig"]["Qualifier"] == "live"
    for one in found.values():
        if one["Type"] == "AWS::Lambda::Permission":
            assert one["Properties"]["FunctionName"] == ALIAS
        if one["Type"] == "AWS::Scheduler::Schedule":
            assert one["Properties"]["Target"]["Arn"] == ALIAS


def test_a_user_may_run_the_alias_only() -> None:
    caller = "caller: {runtime: python3.13, code: c, handler: app.handler, uses: {api: invoke}}"
    text = spec("provisioned: 1").replace("functions: {", f"functions: {{{caller}, ")
    found = resources(compiled(text))
    (statement,) = found["CallerFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [ALIAS]
    variables = found["CallerFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"API_NAME": {"Fn::Sub": "${ApiFunction}:live"}}


FILES = "filesystems: {files: {}}"


@pytest.mark.parametrize(
    ("settings", "more", "code"),
    [
        ("provisioned: 0", "", "out-of-range"),
        ("provisioned: {min: 1}", "", "missing-property"),
        ("provisioned: {min: 5, max: 2}", "", "scale-limits"),
        ("provisioned: 5, concurrency: 4", "", "out-of-range"),
        ("provisioned: {min: 1, max: 5}, concurrency: 4", "", "out-of-range"),
        ("snap_start: true, provisioned: 1", "", "snap-start"),
        ("snap_start: true, ephemeral_storage: 513", "", "snap-start"),
        ("snap_start: true, mounts: {files: {path: /mnt/a}}, uses: {files: mount}", FILES, "snap-start"),
    ],
)
def test_what_versions_can_not_be(settings: str, more: str, code: str) -> None:
    assert {one.code for one in faults(spec(settings, more))} == {code}


@pytest.mark.parametrize(
    ("runtime", "snapshots"),
    [
        *[(one, True) for one in ("java11", "java25", "python3.12", "python3.14", "dotnet10")],
        *[(one, False) for one in ("java8.al2", "python3.11", "provided.al2023")],
    ],
)
def test_runtimes_with_snapshots(runtime: str, snapshots: bool) -> None:
    text = f"{HEAD}functions: {{api: {{runtime: {runtime}, code: api, handler: app.handler, snap_start: true}}}}\n"
    assert [one.code for one in faults(text)] == ([] if snapshots else ["snap-start"])


@pytest.mark.parametrize("runtime", ["nodejs24.x", "ruby3.4"])
def test_a_language_that_may_get_snapshots_is_passed_with_a_warning(runtime: str) -> None:
    text = f"{HEAD}functions: {{api: {{runtime: {runtime}, code: api, handler: app.handler, snap_start: true}}}}\n"
    assert faults(text) == ()
    assert [(one.code, one.place.line) for one in warnings(text)] == [("unknown-value", HEAD.count("\n") + 1)]
