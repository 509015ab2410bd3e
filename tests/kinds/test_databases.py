"""Databases: what they are made of, what `connect` gives, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.language.schema import load_schema
from compiler.shared.windows import minutes, overlap
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources
from tests.kinds.database_specs import (
    AURORA,
    PROXIED,
    REPLICA,
    REPLICAS,
    RESTORED,
    SNAPSHOT,
    USERS,
    built,
    instance,
    properties,
    spec,
    used,
)

OPEN = "engine: postgres, version: '15', public: {reason: Setup by hand, from: [203.0.113.0/24]}"


def test_it_is_closed_and_encrypted() -> None:
    found = instance()
    assert found["StorageEncrypted"] is True
    assert found["KmsKeyId"] == found["MasterUserSecret"]["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert found["PubliclyAccessible"] is False
    assert found["ManageMasterUserPassword"] is True
    assert "MasterUserPassword" not in found
    subnets = built()["MainDatabaseSubnets"]["Properties"]["SubnetIds"]
    assert subnets == [{"Ref": "IsolatedSubnet1"}, {"Ref": "IsolatedSubnet2"}]


@pytest.mark.parametrize(
    ("engine", "version", "family", "parameter", "port"),
    [
        ("postgres", "15", "postgres15", "rds.force_ssl", "5432"),
        ("mysql", "8.4", "mysql8.4", "require_secure_transport", "3306"),
        ("mariadb", "11.4", "mariadb11.4", "require_secure_transport", "3306"),
    ],
)
def test_each_engine_demands_tls(engine: str, version: str, family: str, parameter: str, port: str) -> None:
    found = built(f"engine: {engine}, version: '{version}'")
    group = found["MainDatabaseParameters"]["Properties"]
    assert (group["Family"], group["Parameters"][parameter]) == (family, "1")
    assert found["MainDatabase"]["Properties"]["Port"] == port


@pytest.mark.parametrize(("environment", "guarded", "seconds"), [("dev", False, 0), ("prod", True, 60)])
def test_posture(environment: str, guarded: bool, seconds: int) -> None:
    found = instance(environment=environment)
    guards = ("MultiAZ", "DeletionProtection", "EnablePerformanceInsights")
    assert [found[name] for name in guards] == [guarded] * 3
    assert found["MonitoringInterval"] == seconds
    assert found["BackupRetentionPeriod"] >= 7
    assert ("MainDatabaseMonitoringRole" in built(environment=environment)) is bool(seconds)


@pytest.mark.parametrize(("keep", "policy"), [("delete", "Delete"), ("snapshot", "Snapshot"), ("retain", "Retain")])
def test_keep(keep: str, policy: str) -> None:
    found = built(f"engine: postgres, version: '15', keep: {keep}")["MainDatabase"]
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == (policy, "Snapshot")


@pytest.mark.parametrize(("days", "mode"), [(7, "standard"), (465, "advanced")])
def test_performance_insights(days: int, mode: str) -> None:
    settings = f"engine: postgres, version: '15', performance_insights: true, performance_insights_days: {days}"
    found = instance(settings)
    assert (found["PerformanceInsightsRetentionPeriod"], found["DatabaseInsightsMode"]) == (days, mode)


def connected() -> tuple[Json, Json]:
    """Resources of a spec whose service uses the database, and the statements of that service's policy."""
    found, statements, _ = used("engine: postgres, version: '15'", "connect")
    return found, {one["Sid"]: one for one in statements}


def test_connect_allows_to_read_the_secret() -> None:
    _, statements = connected()
    read = statements["MainDatabaseConnect"]
    assert read["Action"] == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    assert read["Resource"] == [{"Ref": "MainDatabaseMasterUserSecretSecretArn"}]
    decrypt = statements["MainDatabaseConnect1"]
    assert decrypt["Action"] == ["kms:Decrypt"]
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}


def test_connect_allows_nothing_else() -> None:
    _, statements = connected()
    assert {sid for sid in statements if sid.startswith("MainDatabase")} == {
        "MainDatabaseConnect",
        "MainDatabaseConnect1",
    }
    assert all("*" not in one["Resource"] for sid, one in statements.items() if sid.startswith("MainDatabase"))


def test_connect_opens_the_port_from_the_user_to_the_database() -> None:
    found, _ = connected()
    inward, outward = (
        found["MainDatabase5432FromWebService"]["Properties"],
        found["WebServiceToMainDatabase5432"]["Properties"],
    )
    assert inward["GroupId"] == outward["DestinationSecurityGroupId"] == {"Ref": "MainDatabaseSecurityGroup"}
    assert (inward["FromPort"], inward["ToPort"]) == (5432, 5432)


def test_connect_gives_variables_and_secrets() -> None:
    found, _ = connected()
    (task,) = (one for one in found.values() if one["Type"] == "AWS::ECS::TaskDefinition")
    container = next(one for one in task["Properties"]["ContainerDefinitions"] if "Secrets" in one)
    variables = {one["Name"]: one["Value"] for one in container["Environment"]}
    assert {"MAIN_HOST", "MAIN_SECRET_ARN"} <= variables.keys()
    assert (variables["MAIN_PORT"], variables["MAIN_NAME"]) == ("5432", "app")
    secrets = {one["Name"]: one["ValueFrom"]["Fn::Sub"] for one in container["Secrets"]}
    assert secrets["MAIN_PASSWORD"] == "${MainDatabaseMasterUserSecretSecretArn}:password::"
    assert secrets["MAIN_USERNAME"] == "${MainDatabaseMasterUserSecretSecretArn}:username::"


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ("engine: postgres, version: '15.4'", "unknown-version", "no major version '15.4'"),
        ("engine: mysql, version: '9'", "unknown-version", "no major version '9'"),
        ("engine: postgres, version: '15', username: postgres", "reserved-name", "'postgres' is reserved"),
        ("engine: mysql, version: '8.4', username: Admin", "reserved-name", "'Admin' is reserved"),
        ("engine: postgres, version: '15', database: pg_data", "reserved-name", "'pg_data' is reserved"),
        ("engine: postgres, version: '15', storage: 100, max_storage: 109", "too-little-growth", "a tenth more"),
        ("engine: postgres, version: '15', storage_type: io2", "iops", "io2 needs 'iops'"),
        ("engine: postgres, version: '15', storage_type: io1, iops: 1000", "iops", "100 GiB at least"),
        ("engine: postgres, version: '15', iops: 12000", "iops", "fixed 3000 below 400 GiB"),
        ("engine: postgres, version: '15', storage: 400, iops: 70000", "iops", "12000 to 64000, not 70000"),
        ("engine: postgres, version: '15', backup_window: '02:00-02:20'", "short-window", "30 minutes"),
        (
            "engine: postgres, version: '15', backup_window: '02:00-03:00', maintenance_window: 'sun:02:30-sun:03:30'",
            "overlapping-windows",
            "overlap",
        ),
        (
            "engine: mysql, version: '8.4', instance: db.t3.micro, performance_insights: true",
            "no-performance-insights",
            "mysql on db.t3.micro",
        ),
        ("engine: postgres, version: '15', log_exports: [Error log]", "bad-value", "the name of a log"),
        ("engine: postgres, version: '15', engine_parameters: {rds.force_ssl: 0}", "insecure-parameter", "without TLS"),
        ("engine: postgres, version: '15', backup_days: 0", "out-of-range", "at least 1"),
        (OPEN.replace("203.0.113.0/24", "0.0.0.0/0"), "open-to-the-world", "must not be open to the internet"),
        (OPEN.replace("203.0.113.0/24", "203.0.0.0/15"), "open-to-the-world", "131,072 addresses"),
        (OPEN.replace("203.0.113.0/24", "10.0.1.0/24"), "bad-cidr", "is not a public range"),
        (OPEN.replace("203.0.113.0/24", "203.0.113.1/24"), "bad-cidr", "not an IPv4 range"),
        (OPEN.replace("reason: Setup by hand, ", ""), "missing-property", "reason"),
        (REPLICA.replace("eu-west-1", "us-east-1"), "replica-region", "where the backups are"),
        (REPLICA.replace("region: eu-west-1", "region: eu-west-2"), "replica-region", "the key is in eu-west-1"),
        ("engine: oracle, version: '19'", "not-allowed", "postgres, mysql, mariadb"),
        ("engine: postgres, version: 15", "wrong-type", "must be text"),
    ],
)
def test_faults(settings: str, code: str, words: str) -> None:
    found = faults(spec(settings))
    assert {one.code for one in found} == {code}
    assert words in found[0].message


def test_postgres_has_performance_insights_on_the_smallest_class() -> None:
    assert faults(spec("engine: postgres, version: '15', instance: db.t3.micro, performance_insights: true")) == ()


@pytest.mark.parametrize(
    ("window", "length"),
    [("02:00-03:30", 90), ("23:30-00:30", 60), ("sun:23:00-mon:01:00", 120), ("02:00-02:00", 0)],
)
def test_length_of_a_window(window: str, length: int) -> None:
    assert minutes(window) == length


@pytest.mark.parametrize(
    ("daily", "weekly", "both"),
    [
        ("02:00-03:00", "sun:03:00-sun:04:00", False),
        ("02:00-03:01", "sun:03:00-sun:04:00", True),
        ("23:30-00:30", "sun:00:00-sun:01:00", True),
        ("00:00-01:00", "sun:23:30-mon:00:30", True),
        ("05:00-06:00", "mon:02:00-tue:02:00", True),
    ],
)
def test_overlap_of_windows(daily: str, weekly: str, both: bool) -> None:
    assert overlap(daily, weekly) is both


def test_a_public_database_lets_in_the_given_ranges_and_nobody_else() -> None:
    found = built(OPEN)
    assert found["MainDatabase"]["Properties"]["PubliclyAccessible"] is True
    rules = [one["Properties"] for one in found.values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert [(one["CidrIp"], one["FromPort"], one["ToPort"]) for one in rules] == [("203.0.113.0/24", 5432, 5432)]
    assert rules[0]["GroupId"] == {"Ref": "MainDatabaseSecurityGroup"}
    assert found["MainDatabase"]["Metadata"]["checkov"]["skip"] == [{"id": "CKV_AWS_17", "comment": "Setup by hand"}]


def test_a_public_database_stays_where_it_lies() -> None:
    found, before = built(OPEN), built()
    ways = [one["Properties"] for one in found.values() if one["Type"] == "AWS::EC2::Route"]
    isolated = [one for one in ways if one["RouteTableId"] == {"Ref": "IsolatedRouteTable"}]
    assert isolated == [
        {
            "RouteTableId": {"Ref": "IsolatedRouteTable"},
            "DestinationCidrBlock": "203.0.113.0/24",
            "GatewayId": {"Ref": "InternetGateway"},
        }
    ]
    assert found["MainDatabaseSubnets"] == before["MainDatabaseSubnets"]
    assert found["MainDatabase"]["Properties"] == {**before["MainDatabase"]["Properties"], "PubliclyAccessible": True}


def test_databases_that_are_open_to_one_range_share_its_route() -> None:
    text = spec(OPEN) + f"  other: {{{OPEN}}}\n"
    found = resources(compiled(text))
    assert len([name for name in found if name.startswith("IsolatedRouteTo")]) == 1
    assert len([one for one in found.values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]) == 2


def test_backups_are_copied_where_the_spec_says() -> None:
    found = instance(REPLICA)
    assert found["AutomaticBackupReplicationRegion"] == "eu-west-1"
    assert found["AutomaticBackupReplicationKmsKeyId"].startswith("arn:aws:kms:eu-west-1:")
    assert "AutomaticBackupReplicationRetentionPeriod" not in found
    assert "AutomaticBackupReplicationRegion" not in instance()


def test_an_instance_has_the_name_that_is_said() -> None:
    assert instance("engine: postgres, version: '15', identifier: eeyore-postgres")["DBInstanceIdentifier"] == (
        "eeyore-postgres"
    )
    assert "DBInstanceIdentifier" not in instance()


def test_a_name_is_said_once() -> None:
    named = "engine: postgres, version: '15', identifier: eeyore"
    assert {one.code for one in faults(spec(named) + f"  other: {{{named}}}\n")} == {"duplicate-value"}
    assert {one.code for one in faults("naming: '${name}'\n" + spec(named))} == {"unused-setting"}


def test_replicas_take_data_and_encryption_from_their_source() -> None:
    found = built(REPLICAS)
    for name in ("MainDatabaseReplica1", "MainDatabaseReplica2"):
        replica = found[name]["Properties"]
        assert replica["SourceDBInstanceIdentifier"] == {"Fn::GetAtt": ["MainDatabase", "DBInstanceArn"]}
        assert replica["DBSubnetGroupName"] == {"Ref": "MainDatabaseSubnets"}
        assert replica["DBParameterGroupName"] == {"Ref": "MainDatabaseParameters"}
        assert replica["VPCSecurityGroups"] == [{"Ref": "MainDatabaseSecurityGroup"}]
        assert replica["PubliclyAccessible"] is False
        given = {"DBName", "MasterUsername", "MasterUserPassword", "ManageMasterUserPassword", "KmsKeyId"}
        given |= {"StorageEncrypted", "BackupRetentionPeriod", "PreferredBackupWindow", "MultiAZ", "EngineVersion"}
        assert not replica.keys() & given


def test_a_generated_password_is_in_a_secret_of_ours() -> None:
    found, statements, variables = used(REPLICAS)
    main = found["MainDatabase"]["Properties"]
    assert main["MasterUserPassword"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${MainDatabaseSecret}:SecretString:password}}"
    }
    assert not main.keys() & {"ManageMasterUserPassword", "MasterUserSecret"}
    secret = found["MainDatabaseSecret"]["Properties"]
    assert secret["GenerateSecretString"]["SecretStringTemplate"] == '{"username":"dbowner"}'
    assert secret["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert statements[0]["Resource"] == [{"Ref": "MainDatabaseSecret"}]
    assert variables["MAIN_PASSWORD"] == {"Fn::Sub": "${MainDatabaseSecret}:password::"}


@pytest.mark.parametrize(("engine", "version", "length"), [("postgres", "17", 64), ("mysql", "8.4", 32)])
def test_a_generated_password_fits_the_engine(engine: str, version: str, length: int) -> None:
    found = properties(f"engine: {engine}, version: '{version}', password: generated", "MainDatabaseSecret")
    assert found["GenerateSecretString"]["PasswordLength"] == length


def test_a_restored_instance_has_names_and_encryption_of_the_snapshot() -> None:
    found = instance(RESTORED)
    assert found["DBSnapshotIdentifier"] == SNAPSHOT
    assert not found.keys() & {"DBName", "MasterUsername", "KmsKeyId", "StorageEncrypted"}
    assert found["ManageMasterUserPassword"] is True


@pytest.mark.parametrize("settings", ["engine: mysql, version: '8.4'", AURORA, REPLICAS, f"{AURORA}, proxy: {{}}"])
def test_attributes_and_offers_are_the_same_for_every_form(settings: str) -> None:
    stage = platform(spec(settings))
    main = stage.components["databases.main"]
    about = load_schema().kinds["databases"]
    assert set(main.attributes()) == set(about["x-attributes"])
    assert set(main.offers(stage)) == set(about["x-verbs"]) | set(about["x-offers"])


@pytest.mark.parametrize("settings", [USERS, PROXIED, f"{USERS}, proxy: {{}}", f"{AURORA}, readers: 1, proxy: {{}}"])
def test_manage_is_the_master_user_past_everything(settings: str) -> None:
    found, statements, variables = used(settings, "manage")
    main = "MainDatabaseCluster" if "aurora" in settings else "MainDatabase"
    assert variables["MAIN_HOST"] == {"Ref": f"{main}EndpointAddress"}
    assert {"MAIN_SECRET_ARN", "MAIN_USERNAME", "MAIN_PASSWORD"} <= variables.keys()
    actions = [action for one in statements for action in one["Action"]]
    assert actions == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "kms:Decrypt"]
    assert not [name for name in found if name.startswith("WebToMainProxy")]
