"""Workloads: whose role it is, what the pods reach, what they are told, and what a spec can get wrong."""

from __future__ import annotations

import json

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
databases: {shop: {engine: postgres, version: "17"}}
queues: {mails: {}}
"""
BOTH = "nodes: {general: {}}, fargate: {jobs: {namespaces: {jobs: {}}}}"
TOKEN = "cluster: main, namespace: jobs, identity: token"


def spec(workloads: str, cluster: str = BOTH) -> str:
    return f"{HEAD}clusters: {{main: {{version: '1.35', {cluster}}}}}\nworkloads: {{{workloads}}}\n"


def built(workloads: str, cluster: str = BOTH) -> Json:
    return resources(compiled(spec(workloads, cluster)))


def test_pods_of_one_service_account_take_the_role() -> None:
    found = built("the_api: {cluster: main, namespace: web, uses: {mails: send}}")
    identity = found["TheApiWorkloadIdentity"]["Properties"]
    assert identity["RoleArn"] == {"Fn::GetAtt": ["TheApiWorkloadRole", "Arn"]}
    assert (identity["Namespace"], identity["ServiceAccount"]) == ("web", "the-api")
    (trusted,) = found["TheApiWorkloadRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trusted["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert trusted["Condition"]["ArnEquals"] == {"aws:RequestTag/eks-cluster-arn": {"Fn::GetAtt": ["MainEks", "Arn"]}}
    whose = trusted["Condition"]["StringEquals"]
    assert whose["aws:RequestTag/kubernetes-namespace"] == "web"
    assert whose["aws:RequestTag/kubernetes-service-account"] == "the-api"


def test_on_fargate_the_token_of_the_service_account_is_trusted() -> None:
    found = built(f"mailer: {{{TOKEN}, uses: {{mails: consume}}}}")
    assert "MailerWorkloadIdentity" not in found
    text, parts = found["MailerWorkloadRole"]["Properties"]["AssumeRolePolicyDocument"]["Fn::Sub"]
    issuer = {"Fn::Select": [1, {"Fn::Split": ["//", {"Fn::GetAtt": ["MainEks", "OpenIdConnectIssuerUrl"]}]}]}
    assert list(parts.values()) == [issuer] * len(parts)
    for name in parts:
        text = text.replace(f"${{{name}}}", "issuer")
    (trusted,) = json.loads(text)["Statement"]
    assert trusted["Principal"] == {"Federated": "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/issuer"}
    assert trusted["Action"] == "sts:AssumeRoleWithWebIdentity"
    equal = {"issuer:aud": "sts.amazonaws.com", "issuer:sub": "system:serviceaccount:jobs:mailer"}
    assert trusted["Condition"] == {"StringEquals": equal}
    assert found["MainEksOidcProvider"]["Properties"]["ClientIdList"] == ["sts.amazonaws.com"]


def test_each_may_do_what_it_uses_and_no_more() -> None:
    found = built("a: {cluster: main, uses: {mails: send}}, b: {cluster: main, uses: {mails: consume}}")
    actions = {
        name: {
            one
            for statement in found[f"{name}WorkloadAccess"]["Properties"]["PolicyDocument"]["Statement"]
            for one in statement["Action"]
        }
        for name in "AB"
    }
    assert "sqs:SendMessage" in actions["A"] - actions["B"]
    assert "sqs:ReceiveMessage" in actions["B"] - actions["A"]
    assert found["AWorkloadAccess"]["Properties"]["RoleName"] == {"Ref": "AWorkloadRole"}


def ways_in(found: Json) -> dict[str, Json]:
    return {
        name: one["Properties"]
        for name, one in found.items()
        if one["Type"] == "AWS::EC2::SecurityGroupIngress" and name.endswith("Eks")
    }


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_two_that_reach_the_same_open_it_once_whatever_their_order(names: tuple[str, str]) -> None:
    """AWS refuses a second rule with the same groups and port."""
    found = ways_in(built(", ".join(f"{name}: {{cluster: main, uses: {{shop: connect}}}}" for name in names)))
    assert list(found) == ["ShopDatabase5432FromMainEks"]
    rule = found["ShopDatabase5432FromMainEks"]
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": ["MainEks", "ClusterSecurityGroupId"]}
    assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)


def test_what_has_no_port_opens_none() -> None:
    assert ways_in(built("a: {cluster: main, uses: {mails: send}}")) == {}


def test_an_existing_database_is_not_changed() -> None:
    there = "{host: a.b.rds.amazonaws.com, secret: 'arn:aws:secretsmanager:us-east-1:222222222222:secret:s-AbCdEf'"
    text = spec("a: {cluster: main, uses: {shop: connect}}").replace(
        '{engine: postgres, version: "17"}',
        f"{{existing: {there}, security_group: sg-0123456789abcdef0}}, engine: postgres}}",
    )
    assert ways_in(resources(compiled(text))) == {}


def test_the_variables_are_in_a_parameter() -> None:
    found = built("a: {cluster: main, uses: {shop: {verbs: connect, as: DB}, mails: send}}")
    parameter = found["AWorkloadSettings"]["Properties"]
    assert (parameter["Name"], parameter["Type"]) == ("/demo/dev/workloads/a", "String")
    names = set(json.loads(parameter["Value"]["Fn::Sub"]))
    assert names == {"DB_HOST", "DB_PORT", "DB_NAME", "DB_SECRET_ARN", "MAILS_URL"}


def test_without_variables_the_parameter_is_empty() -> None:
    assert built("a: {cluster: main}")["AWorkloadSettings"]["Properties"]["Value"] == "{}"


def test_of_an_existing_cluster_everything_is_taken_as_said() -> None:
    text = f"{HEAD}clusters: {{main: {{existing: {{id: shared, security_group: sg-0123456789abcdef0}}}}}}\n"
    found = resources(compiled(f"{text}workloads: {{a: {{cluster: main, uses: {{shop: connect}}}}}}\n"))
    assert ways_in(found)["ShopDatabase5432FromMainEks"]["SourceSecurityGroupId"] == "sg-0123456789abcdef0"
    assert found["AWorkloadIdentity"]["Properties"]["ClusterName"] == "shared"


@pytest.mark.parametrize(
    ("workloads", "cluster", "code", "message"),
    [
        ("a: {cluster: main, namespace: jobs}", BOTH, "no-pod-identity", "jobs run on Fargate"),
        (
            "a: {cluster: main, namespace: kube-system}",
            "fargate: {s: {namespaces: {kube-system: {}}}}",
            "no-pod-identity",
            "Fargate",
        ),
        ("a: {cluster: main, identity: token}", "auto: true", "no-pod-identity", "does not trust the tokens"),
        (f"a: {{{TOKEN}}}", f"{BOTH}, oidc_provider: false", "no-pod-identity", "does not trust the tokens"),
        (
            "a: {cluster: main, service_account: x}, x: {cluster: main}",
            BOTH,
            "duplicate-value",
            "workloads.a has the same",
        ),
        ("a: {cluster: shop}", BOTH, "wrong-kind", "databases"),
    ],
)
def test_what_can_be_wrong(workloads: str, cluster: str, code: str, message: str) -> None:
    (found,) = faults(spec(workloads, cluster))
    assert (found.code, message in found.message) == (code, True), found


@pytest.mark.parametrize("cluster", ["auto: true", BOTH, f"{BOTH}, oidc_provider: true"])
def test_pods_on_nodes_get_their_role_anywhere(cluster: str) -> None:
    assert faults(spec("a: {cluster: main, namespace: web}", cluster)) == ()


def test_the_autoscaler_changes_the_node_groups_of_its_own_cluster() -> None:
    text = f"{HEAD}clusters:\n  main: {{version: '1.35', nodes: {{general: {{}}}}}}\n"
    text += "workloads: {cluster-autoscaler: {cluster: main, namespace: kube-system, uses: {main: scale}}}\n"
    policy = resources(compiled(text))["ClusterAutoscalerWorkloadAccess"]["Properties"]["PolicyDocument"]
    (change,) = [one for one in policy["Statement"] if "autoscaling:SetDesiredCapacity" in one["Action"]]
    assert change["Condition"] == {"StringEquals": {"aws:ResourceTag/eks:cluster-name": {"Ref": "MainEks"}}}


DNS = "external-dns: {cluster: main, namespace: external-dns, uses: {mails: send}}"


def test_an_add_on_starts_after_its_pods_can_get_the_role_of_their_workload() -> None:
    found = built(DNS, "nodes: {general: {}}, addons: {external-dns: {}, metrics-server: {}}")
    assert "ExternalDnsWorkloadIdentity" in found["MainEksExternalDnsAddOn"]["DependsOn"]
    assert "ExternalDnsWorkloadIdentity" not in found["MainEksMetricsServerAddOn"]["DependsOn"]


def test_an_add_on_with_a_namespace_of_its_own_has_a_role_for_pods_there() -> None:
    policies = "policies: ['arn:aws:iam::aws:policy/AmazonRoute53FullAccess']"
    add_on = f"{{service_account: external-dns, {policies}}}"
    found = built("", f"nodes: {{general: {{}}}}, addons: {{external-dns: {add_on}}}")["MainEksExternalDnsAddOnRole"]
    (trusted,) = found["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-namespace"] == "external-dns"
