"""Databases: proxies and users who sign in with IAM."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources
from tests.kinds.database_specs import (
    AURORA,
    PROXIED,
    REPLICAS,
    SECRET,
    SERVERLESS,
    SERVICE,
    USERS,
    built,
    properties,
    spec,
    used,
)


def test_connect_gives_the_replicas() -> None:
    _, _, variables = used(REPLICAS)
    assert variables["MAIN_READER_HOST"] == {"Ref": "MainDatabaseReplica1EndpointAddress"}
    hosts = "${MainDatabaseReplica1EndpointAddress},${MainDatabaseReplica2EndpointAddress}"
    assert variables["MAIN_READER_HOSTS"] == {"Fn::Sub": hosts}
    assert "MAIN_READER_HOSTS" not in used(REPLICAS.replace("readers: 2", "readers: 1"))[2]


def test_a_proxy_stands_between() -> None:
    found, statements, variables = used(PROXIED)
    assert variables["MAIN_HOST"] == {"Ref": "MainDatabaseProxyEndpoint"}
    assert variables["MAIN_PORT"] == "5432"
    assert found["WebServiceToMainDatabaseProxy5432"]["Properties"]["DestinationSecurityGroupId"] == {
        "Ref": "MainDatabaseProxySecurityGroup"
    }
    assert not [name for name in found if name.startswith(("Main5433", "WebServiceToMainDatabase5433"))]
    way = found["MainDatabaseFromProxy"]["Properties"]
    assert (way["FromPort"], way["SourceSecurityGroupId"]) == (5433, {"Ref": "MainDatabaseProxySecurityGroup"})
    out = found["MainDatabaseProxyEgress"]["Properties"]
    assert (out["ToPort"], out["DestinationSecurityGroupId"]) == (5433, {"Ref": "MainDatabaseSecurityGroup"})
    assert "secretsmanager:GetSecretValue" in statements[0]["Action"]


def test_a_proxy_needs_no_load_balancer() -> None:
    function = "functions:\n  job: {runtime: python3.13, code: ., handler: app.handler, uses: {main: connect}}\n"
    found = resources(compiled(spec(PROXIED, function)))
    way = found["MainDatabaseProxy5432FromJobFunction"]["Properties"]
    assert way["GroupId"] == {"Ref": "MainDatabaseProxySecurityGroup"}
    assert "JobFunctionToMainDatabaseProxy5432" in found


def test_a_proxy_is_ours_when_the_load_balancer_is_not() -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:222222222222"
    balancer = (
        f"{{arn: '{arn}:loadbalancer/app/a/1', listener: '{arn}:listener/app/a/1/2', security_group: sg-10000000}}"
    )
    more = f"{SERVICE}load_balancer: {{existing: {{public: {balancer}}}}}\n"
    assert "MainDatabaseProxy5432FromWebService" in resources(compiled(spec(PROXIED, more)))


def test_a_proxy_reads_the_secret_and_nothing_else() -> None:
    found = built(PROXIED)
    role = found["MainDatabaseProxyRole"]["Properties"]
    (trusted,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "rds.amazonaws.com"}
    assert "Condition" not in trusted
    read, decrypt = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert (read["Action"], read["Resource"]) == (["secretsmanager:GetSecretValue"], [SECRET])
    assert (decrypt["Action"], decrypt["Resource"]) == (["kms:Decrypt"], [{"Ref": "PlatformKeyArn"}])
    proxy = found["MainDatabaseProxy"]["Properties"]
    assert proxy["RequireTLS"] is True
    assert proxy["Auth"] == [{"AuthScheme": "SECRETS", "IAMAuth": "DISABLED", "SecretArn": SECRET}]
    assert "DefaultAuthScheme" not in proxy


@pytest.mark.parametrize(
    ("settings", "family", "target"),
    [
        (PROXIED, "POSTGRESQL", {"DBInstanceIdentifiers": [{"Ref": "MainDatabase"}]}),
        (f"{AURORA}, proxy: {{}}", "POSTGRESQL", {"DBClusterIdentifiers": [{"Ref": "MainDatabaseCluster"}]}),
        ("engine: mariadb, version: '11.8', proxy: {}", "MYSQL", {"DBInstanceIdentifiers": [{"Ref": "MainDatabase"}]}),
        (f"{SERVERLESS}, proxy: {{}}", "MYSQL", {"DBClusterIdentifiers": [{"Ref": "MainDatabaseCluster"}]}),
    ],
)
def test_what_a_proxy_is_for(settings: str, family: str, target: Json) -> None:
    found = built(settings)
    assert found["MainDatabaseProxy"]["Properties"]["EngineFamily"] == family
    group = found["MainDatabaseProxyTarget"]["Properties"]
    assert target.items() <= group.items()
    assert group["TargetGroupName"] == "default"
    members = [name for name in found if name.startswith("MainDatabaseInstance")]
    assert {*members, "MainDatabaseFromProxy", "MainDatabaseProxyEgress"} == set(
        found["MainDatabaseProxyTarget"]["DependsOn"]
    )


def test_pool_of_a_proxy() -> None:
    said = "{idle_seconds: 60, borrow_seconds: 5, connections_percent: 50, idle_percent: 10, init_query: SET x=1}"
    found = built(f"engine: postgres, version: '17', proxy: {said}")
    assert found["MainDatabaseProxy"]["Properties"]["IdleClientTimeout"] == 60
    assert found["MainDatabaseProxyTarget"]["Properties"]["ConnectionPoolConfigurationInfo"] == {
        "ConnectionBorrowTimeout": 5,
        "MaxConnectionsPercent": 50,
        "MaxIdleConnectionsPercent": 10,
        "InitQuery": "SET x=1",
    }


def test_a_proxied_cluster_is_read_through_the_proxy() -> None:
    found, _, variables = used(f"{AURORA}, readers: 1, proxy: {{}}")
    assert found["MainDatabaseProxyReader"]["Properties"]["TargetRole"] == "READ_ONLY"
    assert variables["MAIN_READER_HOST"] == {"Ref": "MainDatabaseProxyReaderEndpoint"}
    assert "MainDatabaseProxyReader" not in built(f"{AURORA}, proxy: {{}}")


def test_replicas_are_read_past_the_proxy() -> None:
    found, _, variables = used(f"{REPLICAS}, port: 5433, proxy: {{}}")
    assert (variables["MAIN_PORT"], variables["MAIN_READER_PORT"]) == ("5432", "5433")
    assert {"WebServiceToMainDatabaseProxy5432", "WebServiceToMainDatabase5433"} <= found.keys()


def test_a_proxy_that_must_be_replaced_has_another_name() -> None:
    names = {
        properties(f"{settings}, proxy: {{}}", "MainDatabaseProxy")["DBProxyName"]
        for settings in ("engine: postgres, version: '17'", "engine: mysql, version: '8.4'")
    }
    assert len(names) == 2


def test_connect_with_iam_users_allows_to_sign_in_as_them() -> None:
    _, (login,), variables = used(USERS)
    assert login["Action"] == ["rds-db:connect"]
    arn = "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:${Id}/app"
    assert login["Resource"] == [{"Fn::Sub": [arn, {"Id": {"Ref": "MainDatabaseDbiResourceId"}}]}]
    assert variables["MAIN_IAM_USERS"] == "app"
    assert not variables.keys() & {"MAIN_SECRET_ARN", "MAIN_USERNAME", "MAIN_PASSWORD"}


@pytest.mark.parametrize(
    ("settings", "ids"),
    [
        (f"{AURORA}, iam_users: [app]", [{"Ref": "MainDatabaseClusterDBClusterResourceId"}]),
        (
            f"{REPLICAS}, iam_users: [app]",
            [{"Ref": f"MainDatabase{name}DbiResourceId"} for name in ("", "Replica1", "Replica2")],
        ),
        (f"{USERS}, proxy: {{}}", [{"Fn::Select": [6, {"Fn::Split": [":", {"Ref": "MainDatabaseProxyDBProxyArn"}]}]}]),
    ],
)
def test_what_iam_users_sign_in_to(settings: str, ids: list[Json]) -> None:
    _, (login,), _ = used(settings)
    assert [one["Fn::Sub"][1]["Id"] for one in login["Resource"]] == ids


def test_a_proxy_signs_in_as_the_iam_users() -> None:
    found = built(f"{USERS}, proxy: {{}}")
    assert found["MainDatabaseProxy"]["Properties"]["DefaultAuthScheme"] == "IAM_AUTH"
    assert "Auth" not in found["MainDatabaseProxy"]["Properties"]
    (login,) = found["MainDatabaseProxyRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert login["Action"] == ["rds-db:connect"]
    assert [one["Fn::Sub"][1]["Id"] for one in login["Resource"]] == [{"Fn::GetAtt": ["MainDatabase", "DbiResourceId"]}]


def test_manage_gives_nothing_of_the_replicas() -> None:
    assert not [name for name in used(REPLICAS, "manage")[2] if "READER" in name]
