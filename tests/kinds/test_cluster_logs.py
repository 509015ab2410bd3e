"""Kubernetes clusters: where the logs of pods and of load balancers go."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import faults
from tests.kinds.test_clusters import FARGATE, INSIGHTS, NODES, built, spec


def log_groups(found: Json) -> dict[str, str]:
    groups = {name: one["Properties"] for name, one in found.items() if one["Type"] == "AWS::Logs::LogGroup"}
    assert all(one["KmsKeyId"] == {"Ref": "PlatformKeyArn"} and one["RetentionInDays"] for one in groups.values())
    return {one["LogGroupName"]: name for name, one in groups.items()}


def test_groups_that_the_cloudwatch_agent_would_make_are_there_before_it() -> None:
    found = built(f"{NODES}, {INSIGHTS}, log_days: 14")
    groups = log_groups(found)
    for word in ("application", "dataplane", "host", "performance"):
        group = groups[f"/aws/containerinsights/demo-dev-main/{word}"]
        assert found[group]["Properties"]["RetentionInDays"] == 14
        assert group in found["MainEksAmazonCloudwatchObservabilityAddOn"]["DependsOn"]
    assert not any("containerinsights" in name for name in log_groups(built()))


def test_pods_on_fargate_write_their_logs_into_a_group_and_nowhere_else() -> None:
    found = built(f"{NODES}, {FARGATE}")
    assert "/aws/eks/demo-dev-main/fargate" in log_groups(found)
    (policy,) = found["MainEksFargateRole"]["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["MainEksFargateLogGroup", "Arn"]}]
    assert "/aws/eks/demo-dev-main/fargate" not in log_groups(built())


def test_load_balancers_of_kubernetes_may_write_access_logs() -> None:
    bucket = "buckets: {logs: {receives_logs: true}}\n"
    found = built(f"{NODES}, load_balancers: true, logs_to: logs", more=bucket)
    policy = found["LogsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Sid"] for one in policy] == ["TlsOnly", "LoadBalancerLogs"]


@pytest.mark.parametrize(
    ("settings", "bucket", "code"),
    [
        ("load_balancers: true, logs_to: logs", "{}", "not-a-log-bucket"),
        ("logs_to: logs", "{receives_logs: true}", "unused-setting"),
    ],
)
def test_access_logs_need_a_bucket_for_logs_and_load_balancers(settings: str, bucket: str, code: str) -> None:
    assert {one.code for one in faults(spec(f"{NODES}, {settings}", f"buckets: {{logs: {bucket}}}\n"))} == {code}
