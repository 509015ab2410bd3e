"""The address of a function and who may call it, and the file systems that it sees."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
filesystems: {one: {}, two: {access_points: {images: {}, texts: {}}}}
"""
OPEN = "auth: none, reason: anybody may do this"


def spec(settings: str, others: str = "") -> str:
    basis = "runtime: python3.13, code: api, handler: app.handler"
    return f"{HEAD}functions: {{api: {{{basis}, {settings}}}{others}}}\n"


def built(settings: str) -> dict[str, Json]:
    return dict(resources(compiled(spec(settings))))


def test_an_address_takes_signed_requests_only() -> None:
    found = built("url: {}")
    assert found["ApiFunctionUrl"]["Properties"] == {
        "TargetFunctionArn": {"Ref": "ApiFunction"},
        "AuthType": "AWS_IAM",
        "InvokeMode": "BUFFERED",
    }
    assert not [name for name, one in found.items() if one["Type"] == "AWS::Lambda::Permission"]
    assert "Metadata" not in found["ApiFunctionUrl"]
    outputs = compiled(spec("url: {}")).root.body["Outputs"]
    assert "ApiFunctionUrl" in outputs and "ApiFunctionUrl" not in compiled(spec("memory: 512")).root.body["Outputs"]


def test_anybody_may_call_an_open_address_and_run_the_function_no_other_way() -> None:
    found = built(f"url: {{{OPEN}}}")
    assert found["ApiFunctionUrl"]["Properties"]["AuthType"] == "NONE"
    permissions = [one["Properties"] for one in found.values() if one["Type"] == "AWS::Lambda::Permission"]
    about = {"FunctionName": {"Ref": "ApiFunction"}, "Principal": "*"}
    assert {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE", **about} in permissions
    assert {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True, **about} in permissions
    assert len(permissions) == 2


def test_the_reason_stands_beside_what_scanners_would_refuse() -> None:
    (skip,) = built(f"url: {{{OPEN}}}")["ApiFunctionUrl"]["Metadata"]["checkov"]["skip"]
    assert skip == {"id": "CKV_AWS_258", "comment": "anybody may do this"}


def test_an_address_of_versions_is_that_of_the_alias() -> None:
    found = built(f"provisioned: 1, url: {{{OPEN}}}")
    assert found["ApiFunctionUrl"]["Properties"]["Qualifier"] == "live"
    assert found["ApiFunctionUrl"]["DependsOn"] == ["ApiFunctionLive"]
    assert found["ApiFunctionUrlPermission"]["Properties"]["FunctionName"] == {"Ref": "ApiFunctionLive"}


def test_answers_as_a_stream_and_for_browsers() -> None:
    cors = "origins: ['https://a.example'], methods: [GET], headers: [], expose: [x-id], credentials: true, max_age: 60"
    found = built(f"url: {{mode: stream, cors: {{{cors}}}}}")["ApiFunctionUrl"]["Properties"]
    assert found["InvokeMode"] == "RESPONSE_STREAM"
    assert found["Cors"] == {
        "AllowOrigins": ["https://a.example"],
        "AllowMethods": ["GET"],
        "ExposeHeaders": ["x-id"],
        "AllowCredentials": True,
        "MaxAge": 60,
    }


@pytest.mark.parametrize(
    ("settings", "point"),
    [
        ("uses: {one: mount}, mounts: {one: {path: /mnt/data}}", "OneFileSystemDataAccessPointArn"),
        (
            "uses: {two: [mount]}, mounts: {two: {path: /mnt/data, access_point: texts}}",
            "TwoFileSystemTextsAccessPointArn",
        ),
    ],
)
def test_a_file_system_is_a_folder_of_a_function_in_the_network(settings: str, point: str) -> None:
    found = built(settings)
    function = found["ApiFunction"]["Properties"]
    assert function["FileSystemConfigs"] == [{"Arn": {"Ref": point}, "LocalMountPath": "/mnt/data"}]
    assert "VpcConfig" in function
    assert any(name.endswith("2049FromApiFunction") for name in found)
    assert "elasticfilesystem:ClientMount" in str(found["ApiFunctionAccess"])


def test_a_file_system_that_is_only_used_is_no_folder() -> None:
    assert "FileSystemConfigs" not in built("uses: {one: mount}")["ApiFunction"]["Properties"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("url: {auth: none}", "missing-property"),
        ("url: {auth: none, reason: short}", "out-of-range"),
        ("url: {reason: anybody may do this}", "unused-setting"),
        ("url: {cors: {origins: ['*'], credentials: true}}", "open-credentials"),
        ("url: {cors: {origins: ['*'], methods: [OPTIONS]}}", "not-allowed"),
        ("mounts: {one: {path: /mnt/data}}", "missing-property"),
        ("mounts: {none: {path: /mnt/data}}", "missing-property"),
        ("uses: {one: mount}, mounts: {one: {path: /data}}", "bad-value"),
        ("uses: {two: mount}, mounts: {two: {path: /mnt/data}}", "missing-property"),
        ("uses: {two: mount}, mounts: {two: {path: /mnt/data, access_point: text}}", "not-allowed"),
        ("uses: {one: mount, two: mount}, mounts: {one: {path: /mnt/a}, two: {path: /mnt/b}}", "out-of-range"),
        ("network: never, uses: {one: mount}, mounts: {one: {path: /mnt/data}}", "no-network"),
    ],
)
def test_what_can_not_be_reached(settings: str, code: str) -> None:
    assert code in {one.code for one in faults(spec(settings))}


@pytest.mark.parametrize(
    "said", ["uses: {api: call}", "uses: {api: {verbs: [call]}}", "environment: {A1: '${api.url}'}"]
)
def test_there_must_be_an_address_to_call(said: str) -> None:
    other = f", other: {{runtime: python3.13, code: b, handler: app.handler, {said}}}"
    assert {one.code for one in faults(spec("memory: 512", other))} == {"no-url"}
    assert faults(spec("url: {}", other)) == ()
