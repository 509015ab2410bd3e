"""Document databases: what they are made of, what `connect` gives, and what a spec can get wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from linter.lint import lint
from tests.kinds.building import compiled, faults, platform, resources, warnings

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  staging: {posture: staging}
  prod: {posture: production}
"""
SERVICE = """
services:
  web: {image: "public.ecr.aws/docker/library/nginx:1.27", uses: {profiles: connect}}
"""
INSTANCES = "version: '5.0.0'"
ELASTIC = "elastic: {shards: 2, capacity: 4}"
SECRET = "arn:aws:secretsmanager:us-east-1:222222222222:secret:profiles-AbCdEf"


def spec(settings: str = INSTANCES, more: str = "") -> str:
    return f"{HEAD}documents:\n  profiles: {{{settings}}}\n{more}"


def built(settings: str = INSTANCES, environment: str = "dev", more: str = "") -> Mapping[str, Json]:
    return resources(compiled(spec(settings, more), environment))


def properties(settings: str = INSTANCES, environment: str = "dev") -> Json:
    return built(settings, environment)["ProfilesDocuments"]["Properties"]


def parameters(settings: str = INSTANCES) -> Json:
    return built(settings)["ProfilesDocumentsParameters"]["Properties"]


def test_it_is_encrypted_and_lies_in_isolated_subnets() -> None:
    found = built()
    cluster = found["ProfilesDocuments"]["Properties"]
    assert cluster["StorageEncrypted"] is True
    assert cluster["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert cluster["VpcSecurityGroupIds"] == [{"Ref": "ProfilesDocumentsSecurityGroup"}]
    subnets = found["ProfilesDocumentsSubnets"]["Properties"]["SubnetIds"]
    assert subnets == [{"Ref": "IsolatedSubnet1"}, {"Ref": "IsolatedSubnet2"}]
    assert "SecurityGroupIngress" not in found["ProfilesDocumentsSecurityGroup"]["Properties"]


@pytest.mark.parametrize(
    ("environment", "instance", "count", "days", "protected"),
    [
        ("dev", "db.t4g.medium", 1, 7, False),
        ("staging", "db.t4g.medium", 2, 7, True),
        ("prod", "db.r6g.large", 2, 14, True),
    ],
)
def test_posture(environment: str, instance: str, count: int, days: int, protected: bool) -> None:
    found = built(environment=environment)
    members = [body["Properties"] for body in found.values() if body["Type"] == "AWS::DocDB::DBInstance"]
    assert [one["DBInstanceClass"] for one in members] == [instance] * count
    cluster = found["ProfilesDocuments"]["Properties"]
    assert (cluster["BackupRetentionPeriod"], cluster["DeletionProtection"]) == (days, protected)


def test_instances_take_the_zones_in_turn_and_wait_for_the_writer() -> None:
    found = built(f"{INSTANCES}, instances: 3")
    members = [found[f"ProfilesDocumentsInstance{number}"] for number in (1, 2, 3)]
    zones = [one["Properties"]["AvailabilityZone"]["Fn::Select"][0] for one in members]
    assert zones == [0, 1, 0]
    assert [one.get("DependsOn") for one in members] == [None, *[["ProfilesDocumentsInstance1"]] * 2]


def test_in_an_existing_network_documentdb_chooses_the_zones() -> None:
    network = "network: {existing: {vpc: vpc-0123456789abcdef0, private: [subnet-0ccc3333, subnet-0ddd4444]}}\n"
    found = built(more=network)
    assert "AvailabilityZone" not in found["ProfilesDocumentsInstance1"]["Properties"]
    assert found["ProfilesDocumentsSubnets"]["Properties"]["SubnetIds"] == ["subnet-0ccc3333", "subnet-0ddd4444"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", {"audit_logs": "enabled", "profiler": "enabled", "profiler_threshold_ms": "100", "tls": "enabled"}),
        ("tls: tls1.3+", {"tls": "tls1.3+"}),
        ("audit: []", {"audit_logs": "disabled"}),
        ("audit: [dml_write]", {"audit_logs": "dml_write"}),
        ("audit: [dml_write, ddl]", {"audit_logs": "ddl,dml_write"}),
        ("audit: [dml_write, ddl, dml_read]", {"audit_logs": "all"}),
        ("profiler: {enabled: false}", {"profiler": "disabled"}),
        ("profiler: {threshold_ms: 50, sampling: 0.25}", {"profiler_sampling_rate": "0.25"}),
        ("engine_parameters: {ttl_monitor: disabled}", {"ttl_monitor": "disabled", "tls": "enabled"}),
    ],
)
def test_parameters(settings: str, expected: Mapping[str, str]) -> None:
    found = parameters(f"{INSTANCES}, {settings}" if settings else INSTANCES)["Parameters"]
    assert expected.items() <= found.items()
    assert ("profiler_threshold_ms" in found) is (found["profiler"] == "enabled")


@pytest.mark.parametrize(("version", "family"), [("4.0.0", "docdb4.0"), ("5.0.1", "docdb5.0"), ("8.0.0", "docdb8.0")])
def test_the_family_follows_from_the_version(version: str, family: str) -> None:
    assert parameters(f"version: '{version}'")["Family"] == family


@pytest.mark.parametrize(
    ("settings", "logs"),
    [
        ("", ["audit", "profiler"]),
        ("audit: []", ["profiler"]),
        ("profiler: {enabled: false}", ["audit"]),
        ("audit: [], profiler: {enabled: false}", []),
    ],
)
def test_logs_go_to_groups_that_are_there_first(settings: str, logs: list[str]) -> None:
    found = built(f"{INSTANCES}, {settings}" if settings else INSTANCES, "prod")
    cluster = found["ProfilesDocuments"]
    assert cluster["Properties"].get("EnableCloudwatchLogsExports", []) == logs
    groups = {
        name: body["Properties"]
        for name, body in found.items()
        if body["Type"] == "AWS::Logs::LogGroup" and name.startswith("ProfilesDocuments")
    }
    assert sorted(cluster.get("DependsOn", [])) == sorted(groups)
    identifier = cluster["Properties"]["DBClusterIdentifier"]
    assert {one["LogGroupName"] for one in groups.values()} == {f"/aws/docdb/{identifier}/{log}" for log in logs}
    assert all(one["KmsKeyId"] and one["RetentionInDays"] == 365 for one in groups.values())


@pytest.mark.parametrize(
    ("settings", "header", "expected"),
    [
        (INSTANCES, "", "demo-dev-profiles"),
        (f"{INSTANCES}, identifier: 'shop-${{env}}'", "", "shop-dev"),
        (INSTANCES, 'naming: "x-${env}-${name}"\n', "x-dev-profiles"),
        (f"{INSTANCES}, renamed_from: people", "", "demo-dev-people"),
        (f"{INSTANCES}, renamed_from: people", 'naming: "x-${env}-${name}"\n', "x-dev-people"),
    ],
)
def test_cluster_and_log_groups_have_one_name(settings: str, header: str, expected: str) -> None:
    found = resources(compiled(header + spec(settings)))
    (cluster,) = (body["Properties"] for body in found.values() if body["Type"] == "AWS::DocDB::DBCluster")
    assert cluster["DBClusterIdentifier"] == expected
    names = {body["Properties"]["LogGroupName"] for body in found.values() if body["Type"] == "AWS::Logs::LogGroup"}
    assert {f"/aws/docdb/{expected}/audit", f"/aws/docdb/{expected}/profiler"} <= names


def test_the_password_stands_in_no_template() -> None:
    found = built()
    reference = "{{resolve:secretsmanager:${ProfilesDocumentsSecret}:SecretString:password}}"
    assert found["ProfilesDocuments"]["Properties"]["MasterUserPassword"] == {"Fn::Sub": reference}
    secret = found["ProfilesDocumentsSecret"]["Properties"]
    assert "SecretString" not in secret
    assert secret["GenerateSecretString"]["ExcludePunctuation"] is True
    attachment = found["ProfilesDocumentsSecretAttachment"]["Properties"]
    assert attachment["TargetType"] == "AWS::DocDB::DBCluster"
    assert attachment["TargetId"] == {"Ref": "ProfilesDocuments"}


def test_a_managed_password_has_no_secret_of_ours() -> None:
    one = compiled(spec(f"{INSTANCES}, password: managed", SERVICE))
    found = resources(one)
    cluster = found["ProfilesDocuments"]["Properties"]
    assert cluster["ManageMasterUserPassword"] is True
    assert cluster["MasterUserSecretKmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert "MasterUserPassword" not in cluster
    assert not [name for name in found if name.startswith("ProfilesDocumentsSecret")]
    assert "ProfilesDocumentsSecretArn" not in one.root.body["Outputs"]
    assert not {name for name in variables(found) if name.startswith("PROFILES_")} & {"PROFILES_SECRET_ARN"}


def test_serverless_instances_have_a_capacity() -> None:
    found = built(f"{INSTANCES}, serverless: {{max: 8}}")
    capacity = found["ProfilesDocuments"]["Properties"]["ServerlessV2ScalingConfiguration"]
    assert capacity == {"MinCapacity": 0.5, "MaxCapacity": 8}
    assert found["ProfilesDocumentsInstance1"]["Properties"]["DBInstanceClass"] == "db.serverless"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("snapshot: before-move", {"SnapshotIdentifier": "before-move"}),
        (
            "cluster: old",
            {"SourceDBClusterIdentifier": "old", "RestoreType": "full-copy", "UseLatestRestorableTime": True},
        ),
        (
            "cluster: old, time: '2026-11-28T12:00:00Z'",
            {"SourceDBClusterIdentifier": "old", "RestoreToTime": "2026-11-28T12:00:00Z"},
        ),
        ("cluster: old, clone: true", {"RestoreType": "copy-on-write", "UseLatestRestorableTime": True}),
    ],
)
def test_restored(said: str, expected: Mapping[str, Json]) -> None:
    found = properties(f"{INSTANCES}, restore_from: {{{said}}}")
    assert expected.items() <= found.items()
    assert "MasterUsername" not in found
    assert not ("RestoreToTime" in found and "UseLatestRestorableTime" in found)


@pytest.mark.parametrize(
    ("settings", "environment", "keep", "replaced"),
    [
        (INSTANCES, "dev", "Snapshot", "Snapshot"),
        (INSTANCES, "prod", "Snapshot", "Snapshot"),
        (f"{INSTANCES}, keep: retain", "prod", "Retain", "Snapshot"),
        (ELASTIC, "dev", "Delete", "Retain"),
        (ELASTIC, "prod", "Retain", "Retain"),
        (f"{ELASTIC}, keep: delete", "prod", "Delete", "Retain"),
    ],
)
def test_what_stays(settings: str, environment: str, keep: str, replaced: str) -> None:
    found = built(settings, environment)
    body = found["ProfilesDocumentsElastic" if "elastic" in settings else "ProfilesDocuments"]
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == (keep, replaced)
    members = [one for one in found.values() if one["Type"] == "AWS::DocDB::DBInstance"]
    assert {one["DeletionPolicy"] for one in members} <= {"Delete"}


def test_an_elastic_cluster() -> None:
    found = built(ELASTIC, "prod")
    types = {body["Type"] for name, body in found.items() if name.startswith("ProfilesDocuments")}
    assert types == {"AWS::DocDBElastic::Cluster", "AWS::EC2::SecurityGroup", "AWS::SecretsManager::Secret"}
    cluster = found["ProfilesDocumentsElastic"]["Properties"]
    size = {"ShardCount": 2, "ShardCapacity": 4, "ShardInstanceCount": 2}
    assert size.items() <= cluster.items()
    assert cluster["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert cluster["ClusterName"] == "demo-prod-profiles"
    assert "MasterUserPassword" not in cluster
    assert built(ELASTIC)["ProfilesDocumentsElastic"]["Properties"]["ShardInstanceCount"] == 1


def variables(found: Mapping[str, Json]) -> dict[str, Json]:
    (task,) = (body for body in found.values() if body["Type"] == "AWS::ECS::TaskDefinition")
    containers = task["Properties"]["ContainerDefinitions"]
    return {said["Name"]: said["Value"] for container in containers for said in container.get("Environment", ())}


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (INSTANCES, {"HOST", "PORT", "TLS", "SECRET_ARN"}),
        (f"{INSTANCES}, instances: 2", {"HOST", "READER_HOST", "PORT", "TLS", "SECRET_ARN"}),
        (f"{INSTANCES}, password: managed", {"HOST", "PORT", "TLS"}),
        (ELASTIC, {"HOST", "PORT", "TLS", "SECRET_ARN"}),
    ],
)
def test_connect_gives_variables(settings: str, names: set[str]) -> None:
    found = variables(built(settings, more=SERVICE))
    assert {name for name in found if name.startswith("PROFILES_")} == {f"PROFILES_{name}" for name in names}
    assert (found["PROFILES_PORT"], found["PROFILES_TLS"]) == ("27017", "true")


def test_connect_injects_user_and_password_and_opens_the_port() -> None:
    found = built(f"{INSTANCES}, port: 27018", more=SERVICE)
    (task,) = (body for body in found.values() if body["Type"] == "AWS::ECS::TaskDefinition")
    (container,) = task["Properties"]["ContainerDefinitions"]
    assert {one["Name"] for one in container["Secrets"]} == {"PROFILES_USERNAME", "PROFILES_PASSWORD"}
    inward = found["ProfilesDocuments27018FromWebService"]["Properties"]
    assert inward["GroupId"] == {"Ref": "ProfilesDocumentsSecurityGroup"}
    assert (inward["FromPort"], inward["ToPort"]) == (27018, 27018)


def test_an_existing_one_is_used_and_not_made() -> None:
    there = f"existing: {{host: db.example.com, secret: '{SECRET}', security_group: sg-0a1b0000}}"
    found = built(there, more=SERVICE)
    assert not [name for name in found if name.startswith("ProfilesDocuments")]
    given = variables(found)
    assert given["PROFILES_HOST"] == "db.example.com"
    assert given["PROFILES_SECRET_ARN"] == SECRET
    assert "PROFILES_READER_HOST" not in given
    with_reader = there.replace("secret: ", "reader: ro.example.com, secret: ")
    assert variables(built(with_reader, more=SERVICE))["PROFILES_READER_HOST"] == "ro.example.com"


def test_backups_name_the_cluster_by_its_arn() -> None:
    plan = "backups: {nightly: {of: [profiles], rules: {daily: {schedule: 'cron(0 5 * * ? *)', keep_days: 35}}}}\n"
    found = built(more=plan)
    (selection,) = (body for body in found.values() if body["Type"] == "AWS::Backup::BackupSelection")
    arn = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:cluster:${ProfilesDocuments}"
    assert selection["Properties"]["BackupSelection"]["Resources"] == [{"Fn::Sub": arn}]


def alarms(settings: str, environment: str = "dev") -> dict[str, Json]:
    one = platform(spec(settings), environment)
    return {alarm.name: alarm for alarm in one.components["documents.profiles"].alarms(one)}


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (INSTANCES, {"CpuHigh", "OperationsThrottled", "MemoryLow", "ConnectionsHigh", "CursorsHigh"}),
        (
            f"{INSTANCES}, instances: 2",
            {"CpuHigh", "OperationsThrottled", "MemoryLow", "ConnectionsHigh", "CursorsHigh", "ReplicaLagHigh"},
        ),
        (
            f"{INSTANCES}, serverless: {{max: 4}}",
            {"CpuHigh", "OperationsThrottled", "ConnectionsHigh", "CursorsHigh", "CapacityHigh"},
        ),
        (f"{INSTANCES}, instance: db.r99g.large", {"CpuHigh", "OperationsThrottled", "ConnectionsHigh", "CursorsHigh"}),
        (ELASTIC, {"CpuHigh"}),
    ],
)
def test_alarms(settings: str, names: set[str]) -> None:
    assert alarms(settings).keys() == names


@pytest.mark.parametrize(("instance", "gib"), [("db.t4g.medium", 4), ("db.r6g.large", 16), ("db.r4.large", 15.25)])
def test_the_alarm_on_memory_knows_how_much_there_is(instance: str, gib: float) -> None:
    found = alarms(f"{INSTANCES}, instance: {instance}")["MemoryLow"]
    assert found.threshold == int(gib * 1024**3) // 10
    assert found.comparison == "LessThanThreshold"


def test_a_share_is_of_the_limit_that_documentdb_publishes() -> None:
    used, limit, share = alarms(INSTANCES)["ConnectionsHigh"].metrics
    assert used["MetricStat"]["Metric"]["MetricName"] == "DatabaseConnectionsMax"
    assert limit["MetricStat"]["Metric"]["MetricName"] == "DatabaseConnectionsLimit"
    assert (share["Expression"], share["ReturnData"]) == ("100 * used / most", True)


@pytest.mark.parametrize(
    ("settings", "code", "path", "words"),
    [
        ("instances: 2", "missing-property", "profiles", "needs a 'version'"),
        ("version: '5.0'", "bad-value", "version", "expected a whole version"),
        ("version: 5.0", "wrong-type", "version", "must be text"),
        ("version: '4.0.0', serverless: {max: 2}", "unknown-version", "serverless", "DocumentDB 4.0.0"),
        ("version: '4.0.0', storage_type: iopt1", "unknown-version", "storage_type", "DocumentDB 4.0.0"),
        ("version: '4.0.0', tls: fips-140-3", "unknown-version", "tls", "DocumentDB 4.0.0"),
        (f"{INSTANCES}, tls: disabled", "not-allowed", "tls", ""),
        (f"{INSTANCES}, serverless: {{min: 8, max: 4}}", "scale-limits", "max", "fewer than at least 8"),
        (f"{INSTANCES}, serverless: {{min: 0, max: 4}}", "out-of-range", "min", "0.5"),
        (f"{INSTANCES}, instances: 17", "out-of-range", "instances", "16"),
        (f"{INSTANCES}, instances: 0", "out-of-range", "instances", "1"),
        (f"{INSTANCES}, port: 1149", "out-of-range", "port", "1150"),
        (f"{INSTANCES}, backup_days: 36", "out-of-range", "backup_days", "35"),
        (f"{INSTANCES}, profiler: {{threshold_ms: 49}}", "out-of-range", "threshold_ms", "50"),
        (f"{INSTANCES}, identifier: 'shop_a'", "bad-value", "identifier", "single hyphens"),
        (f"{INSTANCES}, identifier: shop.a", "bad-value", "identifier", "single hyphens"),
        (f"{INSTANCES}, identifier: 'shop-${{env}}_a'", "bad-value", "identifier", "single hyphens"),
        (f"{INSTANCES}, identifier: {'a' * 51}", "bad-name", "identifier", "has 51 characters; at most 50"),
        (f"{INSTANCES}, username: Admin", "reserved-name", "username", "reserved"),
        (f"{INSTANCES}, username: db_owner", "bad-value", "username", "letters and digits"),
        (f"{INSTANCES}, engine_parameters: {{tls: disabled}}", "taken-parameter", "tls", "follows from 'tls'"),
        (
            f"{INSTANCES}, engine_parameters: {{profiler_threshold_ms: 50}}",
            "taken-parameter",
            "profiler_threshold_ms",
            "follows from 'profiler'",
        ),
        (f"{INSTANCES}, backup_window: '02:00-02:29'", "short-window", "backup_window", "30 minutes"),
        (
            f"{INSTANCES}, backup_window: '02:00-03:00', maintenance_window: 'sun:02:30-sun:03:30'",
            "overlapping-windows",
            "maintenance_window",
            "backup and maintenance windows overlap",
        ),
        (f"{INSTANCES}, restore_from: {{}}", "one-of-two", "restore_from", "either"),
        (f"{INSTANCES}, restore_from: {{snapshot: a, cluster: b}}", "one-of-two", "restore_from", "either"),
        (f"{INSTANCES}, restore_from: {{snapshot: a, clone: true}}", "unused-setting", "clone", "'cluster'"),
        (
            f"{INSTANCES}, restore_from: {{cluster: a, clone: true, time: '2026-11-28T12:00:00Z'}}",
            "unused-setting",
            "time",
            "latest state",
        ),
        (
            f"{INSTANCES}, restore_from: {{snapshot: 'arn:aws:rds:eu-west-1:222222222222:cluster-snapshot:a'}}",
            "bad-value",
            "snapshot",
            "the snapshot is in eu-west-1",
        ),
        ("elastic: {shards: 33, capacity: 4}", "out-of-range", "shards", "32"),
        ("elastic: {shards: 2, capacity: 3}", "not-allowed", "capacity", ""),
        (f"{ELASTIC}, version: '5.0.0'", "unused-setting", "version", "no 'version'"),
        (f"{ELASTIC}, instances: 4", "unused-setting", "instances", "no 'instances'"),
        (f"{ELASTIC}, port: 27018", "unused-setting", "port", "no 'port'"),
        (f"{ELASTIC}, password: managed", "unused-setting", "password", "no 'password'"),
        (f"{ELASTIC}, audit: []", "unused-setting", "audit", "no 'audit'"),
        (f"{ELASTIC}, profiler: {{enabled: false}}", "unused-setting", "enabled", "no 'profiler'"),
        (f"{ELASTIC}, keep: snapshot", "unused-setting", "keep", "no snapshot"),
    ],
)
def test_faults(settings: str, code: str, path: str, words: str) -> None:
    found = faults(spec(settings))
    assert {one.code for one in found} == {code}
    assert words in found[0].message
    assert found[0].place.line == 8
    assert found[0].place.column == _column(settings, path)


def test_the_length_of_an_identifier_is_that_of_the_environment() -> None:
    long = "'${platform}-${env}-${region}-profiles-of-many-people'"
    assert not faults(spec(f"{INSTANCES}, identifier: {long}"))


def _column(settings: str, path: str) -> int:
    """Where the value of the last setting called `path` starts; that of the component is its settings."""
    before = "  profiles: {"
    if path == "profiles":
        return len(before)
    return len(before) + settings.rfind(f"{path}: ") + len(f"{path}: ") + 1


def test_a_pattern_and_an_identifier_are_one_name_too_many() -> None:
    (found,) = faults('naming: "x-${name}"\n' + spec(f"{INSTANCES}, identifier: profiles"))
    assert found.code == "unused-setting"


def test_the_arn_of_a_managed_secret_can_not_be_read() -> None:
    function = "runtime: python3.13, code: c, handler: a.b, environment: {SECRET: '${profiles.secret_arn}'}"
    reader = f"functions: {{f: {{{function}}}}}\n"
    assert faults(spec(INSTANCES, reader)) == ()
    (found,) = faults(spec(f"{INSTANCES}, password: managed", reader))
    assert found.code == "managed-password"
    assert "functions.f reads 'secret_arn'" in found.message


def test_an_elastic_cluster_is_in_no_backup() -> None:
    plan = "backups: {nightly: {of: [%s], rules: {daily: {schedule: 'cron(0 5 * * ? *)', keep_days: 35}}}}\n"
    for name in ("profiles", "documents.profiles"):
        (found,) = faults(spec(ELASTIC, plan % name))
        assert found.code == "wrong-kind"
        assert "elastic clusters are not supported" in found.message


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("version: '3.6.0'", "extra-cost"),
        ("version: '9.0.0'", "unknown-value"),
        (f"{INSTANCES}, instance: db.r99g.large", "unknown-value"),
    ],
)
def test_known_values_are_facts(settings: str, code: str) -> None:
    text = spec(settings)
    assert faults(text) == ()
    assert {one.code for one in warnings(text)} == {code}


@pytest.mark.slow
def test_cfn_lint_is_not_asked_about_what_a_warning_told(tmp_path: Path) -> None:
    newer = compiled(spec("version: '9.0.0', instance: db.r99g.large"))
    assert lint([newer], tmp_path) == ()


@pytest.mark.slow
def test_cfn_lint_judges_what_no_warning_was_given_of(tmp_path: Path) -> None:
    found = lint([compiled(spec(f"{INSTANCES}, properties: {{EngineVersion: '9.0.0'}}"))], tmp_path)
    assert {one.code for one in found} == {"E3030"}


def test_a_long_name_is_cut() -> None:
    text = spec().replace("platform: demo", "platform: a-very-long-name-of-a-platform-goes-on")
    found = resources(compiled(text.replace("profiles", "a-name-of-thirty-two-characters0")))
    (cluster,) = (body["Properties"] for body in found.values() if body["Type"] == "AWS::DocDB::DBCluster")
    assert len(cluster["DBClusterIdentifier"]) == 50
