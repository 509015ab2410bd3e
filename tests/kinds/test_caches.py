"""Caches: what they are made of, what `connect` gives, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.program.component import AlarmSpec
from compiler.shared.physical_names import physical_name
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
SERVICE = """
services:
  web: {image: "public.ecr.aws/docker/library/nginx:1.27", uses: {sessions: connect}}
"""
REDIS = "engine: redis, version: '7.0'"


def spec(settings: str = REDIS, more: str = "") -> str:
    return f"{HEAD}caches:\n  sessions: {{{settings}}}\n{more}"


def built(settings: str = REDIS, environment: str = "dev") -> Json:
    return resources(compiled(spec(settings), environment))


def group(settings: str = REDIS, environment: str = "dev") -> Json:
    return built(settings, environment)["SessionsCache"]["Properties"]


def test_it_is_closed_and_encrypted() -> None:
    found = group()
    assert found["AtRestEncryptionEnabled"] is True
    assert found["TransitEncryptionEnabled"] is True
    assert found["TransitEncryptionMode"] == "required"
    assert found["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    subnets = built()["SessionsCacheSubnets"]["Properties"]["SubnetIds"]
    assert subnets == [{"Ref": "IsolatedSubnet1"}, {"Ref": "IsolatedSubnet2"}]


@pytest.mark.parametrize("engine", [REDIS, "engine: valkey, version: '8.0'"])
def test_the_default_user_can_do_nothing(engine: str) -> None:
    found = built(engine)
    default, users = found["SessionsCacheDefaultUser"]["Properties"], found["SessionsCacheUsers"]["Properties"]
    assert (default["UserName"], default["AccessString"]) == ("default", "off -@all")
    assert "NoPasswordRequired" not in default
    assert {"Ref": "SessionsCacheDefaultUser"} in users["UserIds"]
    assert found["SessionsCache"]["Properties"]["UserGroupIds"] == [{"Ref": "SessionsCacheUsers"}]


def test_the_password_stands_in_no_template() -> None:
    found = built()
    mode = found["SessionsCacheUser"]["Properties"]["AuthenticationMode"]
    reference = "{{resolve:secretsmanager:${SessionsCacheSecret}:SecretString:password}}"
    assert mode == {"Type": "password", "Passwords": [{"Fn::Sub": reference}]}
    assert "SecretString" not in found["SessionsCacheSecret"]["Properties"]


def test_for_iam_the_name_of_the_user_is_its_id() -> None:
    user = built(f"{REDIS}, auth: iam")["SessionsCacheUser"]["Properties"]
    assert user["UserId"] == user["UserName"]
    assert user["AuthenticationMode"] == {"Type": "iam"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("nodes: 1", {"NumCacheClusters": 1, "AutomaticFailoverEnabled": False, "MultiAZEnabled": False}),
        ("nodes: 3", {"NumCacheClusters": 3, "AutomaticFailoverEnabled": True, "MultiAZEnabled": True}),
        (
            "nodes: 1, shards: 2",
            {"NumNodeGroups": 2, "ReplicasPerNodeGroup": 0, "AutomaticFailoverEnabled": True, "MultiAZEnabled": False},
        ),
        (
            "nodes: 2, shards: 3",
            {"NumNodeGroups": 3, "ReplicasPerNodeGroup": 1, "AutomaticFailoverEnabled": True, "MultiAZEnabled": True},
        ),
    ],
)
def test_size(settings: str, expected: dict[str, Json]) -> None:
    found = built(f"{REDIS}, {settings}")
    size = found["SessionsCache"]["Properties"]
    names = ("NumCacheClusters", "NumNodeGroups", "ReplicasPerNodeGroup", "AutomaticFailoverEnabled", "MultiAZEnabled")
    assert {name: size[name] for name in names if name in size} == expected
    parameters = found["SessionsCacheParameters"]["Properties"]["Properties"]
    assert ("cluster-enabled" in parameters) is ("shards" in settings)


@pytest.mark.parametrize(
    ("environment", "nodes", "days", "keep"), [("dev", 1, 0, "Delete"), ("prod", 2, 7, "Snapshot")]
)
def test_posture(environment: str, nodes: int, days: int, keep: str) -> None:
    found = built(environment=environment)["SessionsCache"]
    properties = found["Properties"]
    assert (properties["NumCacheClusters"], properties["SnapshotRetentionLimit"]) == (nodes, days)
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == (keep, "Snapshot")


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [("redis", "7.0", "redis7"), ("valkey", "7.2", "valkey7"), ("valkey", "8.1", "valkey8")],
)
def test_family(engine: str, version: str, family: str) -> None:
    found = built(f"engine: {engine}, version: '{version}'")
    assert found["SessionsCacheParameters"]["Properties"]["CacheParameterGroupFamily"] == family


def connected(settings: str = REDIS) -> tuple[Compiled, Json]:
    one = compiled(spec(settings, SERVICE))
    statements = resources(one)["WebServiceAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return one, {said["Sid"]: said for said in statements if said["Sid"].startswith("SessionsCache")}


def variables(one: Compiled) -> dict[str, Json]:
    (task,) = (body for body in resources(one).values() if body["Type"] == "AWS::ECS::TaskDefinition")
    containers = task["Properties"]["ContainerDefinitions"]
    return {said["Name"]: said["Value"] for container in containers for said in container.get("Environment", ())}


def test_connect_allows_to_read_the_secret() -> None:
    _, statements = connected()
    read = statements["SessionsCacheConnect"]
    assert read["Action"] == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    assert read["Resource"] == [{"Ref": "SessionsCacheSecret"}]
    assert statements["SessionsCacheConnect1"]["Action"] == ["kms:Decrypt"]


def test_connect_allows_nothing_else() -> None:
    _, statements = connected()
    assert statements.keys() == {"SessionsCacheConnect", "SessionsCacheConnect1"}
    assert all("*" not in one["Resource"] for one in statements.values())


def test_connect_by_iam_allows_that_user_on_that_cache_only() -> None:
    _, statements = connected(f"{REDIS}, auth: iam")
    assert statements.keys() == {"SessionsCacheConnect"}
    said = statements["SessionsCacheConnect"]
    place = "arn:${AWS::Partition}:elasticache:${AWS::Region}:${AWS::AccountId}"
    assert said["Action"] == ["elasticache:Connect"]
    assert [one["Fn::Sub"] for one in said["Resource"]] == [
        f"{place}:replicationgroup:${{SessionsCache}}",
        f"{place}:user:${{SessionsCacheUser}}",
    ]


def test_connect_opens_the_port() -> None:
    one, _ = connected()
    inward = resources(one)["SessionsCache6379FromWebService"]["Properties"]
    assert inward["GroupId"] == {"Ref": "SessionsCacheSecurityGroup"}
    assert (inward["FromPort"], inward["ToPort"]) == (6379, 6379)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (f"{REDIS}, nodes: 1", {"HOST", "PORT", "TLS", "USERNAME", "SECRET_ARN"}),
        (f"{REDIS}, nodes: 2", {"HOST", "READER_HOST", "PORT", "TLS", "USERNAME", "SECRET_ARN"}),
        (f"{REDIS}, shards: 2", {"HOST", "PORT", "TLS", "USERNAME", "SECRET_ARN", "CLUSTER"}),
        (f"{REDIS}, nodes: 1, auth: iam", {"HOST", "PORT", "TLS", "USERNAME", "NAME"}),
    ],
)
def test_connect_gives_variables(settings: str, names: set[str]) -> None:
    one, _ = connected(settings)
    found = variables(one)
    assert {name for name in found if name.startswith("SESSIONS_")} == {f"SESSIONS_{name}" for name in names}
    assert (found["SESSIONS_PORT"], found["SESSIONS_TLS"]) == ("6379", "true")


def alarms(shards: int, nodes: int) -> tuple[AlarmSpec, ...]:
    with_size = spec(f"{REDIS}, shards: {shards}, nodes: {nodes}")
    one = platform(with_size)
    return tuple(one.components["caches.sessions"].alarms(one))


@pytest.mark.parametrize(
    ("shards", "nodes", "count", "last"),
    [(1, 1, 3, "${SessionsCache}-001"), (1, 3, 3, "${SessionsCache}-003"), (2, 2, 6, "${SessionsCache}-0002-002")],
)
def test_alarms_watch_every_node_by_the_name_that_aws_gives_it(shards: int, nodes: int, count: int, last: str) -> None:
    found = alarms(shards, nodes)
    assert len(found) == count
    assert all(len(one.metrics) == nodes + 1 <= 10 for one in found)
    dimension = found[-1].metrics[-2]["MetricStat"]["Metric"]["Dimensions"][0]["Value"]
    assert dimension.to_dict() == {"Fn::Sub": last}
    assert [one["ReturnData"] for one in found[0].metrics] == [False] * nodes + [True]


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ("engine: redis, version: '5.0.6'", "unknown-version", "redis 5.0.6 has no users of its own"),
        ("engine: redis, version: '6.2', auth: iam", "unused-setting", "redis 6.2 takes no IAM tokens"),
        ("engine: redis, version: '3.2'", "unknown-version", "no users of its own"),
        ("engine: redis, version: latest", "bad-value", "expected a version in quotes"),
        (f"{REDIS}, shards: 20, nodes: 5", "too-many-nodes", "100 nodes"),
        (f"{REDIS}, nodes: 7", "out-of-range", "at most 6 nodes"),
        (f"{REDIS}, snapshot_window: '02:00-02:30'", "short-window", "60 minutes"),
        (
            f"{REDIS}, snapshot_window: '02:00-03:00', maintenance_window: 'sun:02:30-sun:03:30'",
            "overlapping-windows",
            "overlap",
        ),
        (f"{REDIS}, engine_parameters: {{maxmemory-policy: noeviction}}", "taken-parameter", "follows from 'eviction'"),
        (f"{REDIS}, access: 'on ~* +@all >secret'", "bad-value", "expected rules"),
        ("engine: redis, version: 7.0", "wrong-type", "must be text"),
        (f"{REDIS}, engine_parameters: {{appendonly: 'yes'}}", "not-allowed", "no append-only file"),
    ],
)
def test_faults(settings: str, code: str, words: str) -> None:
    found = faults(spec(settings))
    assert {one.code for one in found} == {code}
    assert words in found[0].message


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    one, other = (physical_name(("a" * 38, "dev", name, "app"), 40) for name in ("one", "two"))
    assert len(one) == len(other) == 40
    assert one != other
    assert physical_name(("demo", "dev", "my_cache", "app"), 40) == "demo-dev-my-cache-app"
