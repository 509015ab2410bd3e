"""Extensions of databases: what creates them, what it may do, the parameters they need, and what can't be."""

from __future__ import annotations

import json

import pytest

from compiler.kinds.databases.extension_facts import PRELOADED
from compiler.language.facts import fact
from compiler.shared.shipped import code
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
POSTGRES = 'engine: postgres, version: "16"'
AURORA = 'engine: aurora-postgresql, version: "16", serverless: {max: 2}'


def spec(settings: str = f"{POSTGRES}, extensions: [vector]", more: str = "") -> str:
    return f"{HEAD}databases: {{main: {{{settings}}}}}\n{more}"


def built(settings: str = f"{POSTGRES}, extensions: [vector]", more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more))))


def test_without_extensions_nothing_is_there_for_them() -> None:
    assert not [name for name in built(POSTGRES) if "Extensions" in name]


def test_the_step_says_where_and_what() -> None:
    found = built(f"{POSTGRES}, database: shop, port: 5433, extensions: [vector, pg_cron]")
    step = found["MainDatabaseExtensionsDeployStep"]
    given = step["Properties"]["With"]["Fn::Sub"]
    assert json.loads(given) == {
        "host": "${MainDatabase.Endpoint.Address}",
        "port": 5433,
        "database": "shop",
        "secret": "${MainDatabase.MasterUserSecret.SecretArn}",
        "region": "${AWS::Region}",
        "extensions": ["vector", "pg_cron"],
        "preloaded": {"pg_cron": "pg_cron"},
    }
    assert step["Properties"]["Version"]["Database"] == {"Fn::GetAtt": ["MainDatabase", "DbiResourceId"]}
    assert step["Properties"]["Function"] == {"Fn::GetAtt": ["MainDatabaseExtensionsFunction", "Arn"]}


def test_an_aurora_cluster_needs_an_instance_to_be_asked() -> None:
    step = built(f"{AURORA}, readers: 1, extensions: [vector]")["MainDatabaseExtensionsDeployStep"]
    assert {"MainDatabaseInstance1", "MainDatabaseInstance2"} <= set(step["DependsOn"])
    assert "${MainDatabaseCluster.Endpoint.Address}" in step["Properties"]["With"]["Fn::Sub"]


def test_the_function_runs_in_the_network_and_reaches_the_database_and_https_alone() -> None:
    found = built()
    network = found["MainDatabaseExtensionsFunction"]["Properties"]["VpcConfig"]
    assert network["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    group = {"Ref": "MainDatabaseExtensionsSecurityGroup"}
    (egress,) = found["MainDatabaseExtensionsSecurityGroup"]["Properties"]["SecurityGroupEgress"]
    assert (egress["FromPort"], egress["ToPort"]) == (443, 443)
    rules = {
        name: body["Properties"] for name, body in found.items() if "Extensions" in name and "gress" in body["Type"]
    }
    assert rules["MainDatabaseFromExtensions"]["SourceSecurityGroupId"] == group
    assert rules["MainDatabaseExtensionsEgress"]["GroupId"] == group
    assert {(one["FromPort"], one["ToPort"]) for one in rules.values()} == {(5432, 5432)}
    assert len(rules) == 2


def test_the_function_may_read_the_one_secret_and_nothing_else() -> None:
    (policy,) = built()["MainDatabaseExtensionsFunctionRole"]["Properties"]["Policies"]
    found = {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}
    assert set(found) == {
        "Logs",
        "Traces",
        "NetworkInterfaces",
        "NetworkInterfacesNotFromCode",
        "Secret",
        "SecretKey",
    }
    assert found["Secret"]["Action"] == ["secretsmanager:GetSecretValue"]
    assert found["Secret"]["Resource"] == [{"Fn::GetAtt": ["MainDatabase", "MasterUserSecret.SecretArn"]}]
    through = {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}
    assert found["SecretKey"]["Condition"] == {"StringEquals": through}
    assert found["SecretKey"]["Action"] == ["kms:Decrypt"]
    assert found["NetworkInterfacesNotFromCode"]["Effect"] == "Deny"


@pytest.mark.parametrize("never", ["rds", "iam", "s3", "lambda", "ssm"])
def test_the_function_has_no_way_into_other_services(never: str) -> None:
    (policy,) = built()["MainDatabaseExtensionsFunctionRole"]["Properties"]["Policies"]
    actions = [action for one in policy["PolicyDocument"]["Statement"] for action in one["Action"]]
    assert not [action for action in actions if action.startswith(f"{never}:")]


@pytest.mark.parametrize("verb", ["connect", "manage"])
def test_whoever_uses_the_database_waits_for_its_extensions(verb: str) -> None:
    more = f"functions: {{api: {{runtime: python3.13, code: c, handler: a.b, uses: {{main: {verb}}}}}}}\n"
    more += f"services: {{web: {{image: 'nginx:1.27', uses: {{main: {verb}}}}}}}\n"
    root = compiled(spec(more=more)).root.body["Resources"]
    assert "DataStack" in str(root["ComputeStack"]), "a DependsOn of another stack is the root's"


def test_the_template_holds_no_password() -> None:
    text = json.dumps(
        built(f"{POSTGRES}, password: generated, extensions: [vector]")["MainDatabaseExtensionsDeployStep"]
    )
    assert "resolve:" not in text and "${MainDatabaseSecret}" in text


def parameters(settings: str) -> Json:
    found = built(settings)
    name = "MainDatabaseClusterParameters" if "aurora" in settings else "MainDatabaseParameters"
    return found[name]["Properties"]["Parameters"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (f"{POSTGRES}, extensions: [vector, postgis]", {}),
        (f"{POSTGRES}, extensions: [pgaudit]", {PRELOADED: "pg_stat_statements,pgaudit"}),
        (
            f"{POSTGRES}, database: shop, extensions: [pg_cron, pgaudit]",
            {PRELOADED: "pg_stat_statements,pg_cron,pgaudit", "cron.database_name": "shop"},
        ),
        (
            f"{AURORA}, extensions: [pg_cron]",
            {PRELOADED: "pg_stat_statements,pg_cron", "cron.database_name": "app"},
        ),
        (
            f"{POSTGRES}, extensions: [pglogical]",
            {PRELOADED: "pg_stat_statements,pglogical", "rds.logical_replication": "1"},
        ),
        (f"{AURORA}, extensions: [apg_plan_mgmt]", {"rds.enable_plan_management": "1"}),
        (
            f"{POSTGRES}, extensions: [pgaudit], engine_parameters: {{{PRELOADED}: 'auto_explain, pgaudit'}}",
            {PRELOADED: "auto_explain,pgaudit"},
        ),
        (
            f"{POSTGRES}, extensions: [pg_cron], engine_parameters: {{cron.database_name: jobs}}",
            {PRELOADED: "pg_stat_statements,pg_cron", "cron.database_name": "jobs"},
        ),
        (f"{POSTGRES}, extensions: [made_up]", {}),
    ],
)
def test_extensions_bring_the_parameters_that_they_need(settings: str, expected: Json) -> None:
    assert parameters(settings) == {"rds.force_ssl": "1", **expected}


WARNED = (
    (f"{POSTGRES}, extensions: [pgvector]", "'pgvector' is not an extension of postgres", "did you mean 'vector'?"),
    (f"{POSTGRES}, extensions: [pg_stat_statement]", "not an extension", "did you mean 'pg_stat_statements'?"),
    (f"{POSTGRES}, extensions: [timescaledb]", "'timescaledb' is not an extension of postgres known on", ""),
    (f"{POSTGRES}, extensions: [aws_ml]", "'aws_ml' is not an extension of postgres", ""),
    (f"{POSTGRES}, extensions: [old_snapshot]".replace("16", "17"), "which is known up to 16", "fails"),
)


@pytest.mark.parametrize(("settings", "message", "help_text"), WARNED)
def test_what_is_not_known_is_a_warning(settings: str, message: str, help_text: str) -> None:
    assert faults(spec(settings)) == ()
    (found,) = warnings(spec(settings))
    assert (found.code, found.severity) == ("unknown-value", "warning")
    assert message in found.message and help_text in found.suggestion


@pytest.mark.parametrize(("version", "extension"), [("12", "vector"), ("16", "old_snapshot"), ("14", "old_snapshot")])
def test_the_first_and_the_last_version_that_has_one(version: str, extension: str) -> None:
    found = warnings(spec(f'engine: postgres, version: "{version}", extensions: [{extension}]'))
    assert [one.code for one in found if one.code != "extra-cost"] == []


def test_an_engine_that_has_none_lists_none() -> None:
    with pytest.raises(SpecError) as caught:
        compiled(spec('engine: mysql, version: "8.4", extensions: [vector]'))
    assert [one.suggestion for one in caught.value.diagnostics if one.code == "unknown-value"] == [""]


def test_an_old_version_may_lack_an_extension() -> None:
    found = warnings(spec('engine: postgres, version: "11", extensions: [vector]'))
    assert "postgres 11 had no vector, which is known from 12 on" in found[-1].message


@pytest.mark.parametrize(
    ("settings", "more", "code", "message"),
    [
        ('engine: mysql, version: "8.4", extensions: [vector]', "", "unused-setting", "the engine is mysql"),
        ('engine: aurora-mysql, version: "8.4", extensions: [vector]', "", "unused-setting", "PostgreSQL"),
        (f"{POSTGRES}, extensions: [Vector]", "", "bad-value", ""),
        (f"{POSTGRES}, extensions: [vector, vector]", "", "duplicate-value", ""),
        (f"{POSTGRES}, extensions: [vector]", "network: {nat: none}", "no-egress", "Secrets Manager"),
    ],
)
def test_what_can_not_be(settings: str, more: str, code: str, message: str) -> None:
    found = [one for one in faults(spec(settings, more)) if one.code == code]
    assert found and message in found[0].message


@pytest.mark.parametrize("network", ["{nat: none, endpoints: [secretsmanager]}", "{nat: single}"])
def test_a_way_to_the_secret_is_enough(network: str) -> None:
    assert faults(spec(more=f"network: {network}")) == ()


def test_every_known_extension_that_is_preloaded_says_which_library() -> None:
    for engine in ("postgres", "aurora-postgresql"):
        for name, about in fact("database-extensions").known(engine).items():
            assert set(about) <= {"since", "until", "preload", "parameters"}, name
            assert all(isinstance(value, str) for value in about.get("parameters", {}).values()), name


def test_the_code_has_room_in_a_template() -> None:
    assert len(code("create_extensions")) + len(code("deploy_step")) < 20_000
