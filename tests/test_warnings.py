"""What is allowed and a reviewer must be told: each once with its place, and nothing that is harmless."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from compiler.meaning.variable_rules import variable_warnings
from compiler.shared.image_rules import image_warnings
from compiler.source.json_value import Json
from tests.kinds.building import faults, warnings

HEAD = "platform: shop\nregion: us-east-1\n"
HEAD += "environments: {dev: {posture: development}, prod: {posture: production}}\n"
CASE = (
    HEAD
    + """services:
  web: {image: public.ecr.aws/nginx/nginx-unprivileged, port: 8080}
  web2: {image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest", port: 8080}
functions:
  f:
    runtime: python3.13
    code: ./functions/api
    handler: app.handler
    environment:
      DB_PASSWORD: hunter2hunter2
      STRIPE_KEY: sk_live_XXXXXXXXXXXXXXXXXXXXXXXX
      RESOLVED: "{{resolve:secretsmanager:prod/db:SecretString:password}}"
    uses: {open: read}
buckets:
  open:
    properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: false, BlockPublicPolicy: false}}
databases:
  main: {engine: postgres, version: "16", instance: db.t4g.medium, properties: {PubliclyAccessible: true}}
overrides:
  FAccess: {Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}}
"""
)
FOUND = [
    (5, 16, "image-tag", "services.web"),
    (6, 17, "image-tag", "services.web2"),
    (13, 20, "secret-in-environment", "functions.f"),
    (14, 19, "secret-in-environment", "functions.f"),
    (15, 17, "secret-in-environment", "functions.f"),
    (19, 50, "public-access", "buckets.open"),
    (21, 101, "public-access", "databases.main"),
    (23, 55, "grants-everything", ""),
]


def test_each_is_told_once_at_its_place_though_two_environments_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(CASE)
    shown = CliRunner().invoke(main, ["validate", "spec.yaml", "--format", "json"])
    assert shown.exit_code == 0
    rows = json.loads(shown.stdout)["diagnostics"]
    assert {row["severity"] for row in rows} == {"warning"}
    assert [(row["line"], row["column"], row["code"], row["component"]) for row in rows] == FOUND
    assert all("hunter2" not in row["message"] and "sk_live" not in row["message"] for row in rows)


@pytest.mark.slow
def test_lint_fails_on_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(HEAD + "services: {web: {image: example.com/web, port: 8080}}\n")
    shown = CliRunner().invoke(main, ["lint", "spec.yaml", "--env", "dev"])
    assert shown.exit_code == 1
    assert shown.stdout.count("warning[image-tag]: services.web: ") == 1


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("nginx", True),
        ("nginx:latest", True),
        ("localhost:5000/web", True),
        ("example.com:443/team/web:latest", True),
        ("${app.uri}", True),
        ("${app.uri}:latest", True),
        ("${app.uri}:1.0", False),
        ("${image.value}", False),
        ("nginx:1.27", False),
        ("localhost:5000/web:1", False),
        ("nginx:latest@sha256:" + "0" * 64, False),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/web:latest-arm-1.4", False),
    ],
)
def test_images_whose_content_changes(image: str, told: bool) -> None:
    assert bool(list(image_warnings(image, ("image",)))) == told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DB_PASSWORD", "hunter2", True),
        ("PGPASSWORD", "hunter2", True),
        ("DB_PASS", "hunter2", True),
        ("JWT_SECRET", "s3cr3t!value", True),
        ("GITHUB_TOKEN", "0123abcd4567efab", True),
        ("ENCRYPTION_KEY", "b3JhbmdlMTIzNDU2Nzg5MGFiY2Q=", True),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", True),
        ("ANYTHING", "AKIAIOSFODNN7EXAMPLE", True),
        ("ANYTHING", "sk_live_XXXXXXXXXXXXXXXX", True),
        ("ANYTHING", "ghp_abcdefghijklmnopqrst", True),
        ("DATABASE_URL", "postgres://app:hunter2@db.internal/app", True),
        ("ANYTHING", "{{resolve:secretsmanager:prod/db}}", True),
        ("ANYTHING", "{{resolve:ssm-secure:/prod/db:1}}", True),
        ("ANYTHING", "{{resolve:ssm:/prod/level}}", False),
        ("DB_PASSWORD", "${main.secret_arn}", False),
        ("DB_SECRET", "arn:aws:secretsmanager:us-east-1:111122223333:secret:db", False),
        ("DB_SECRET", "prod/db", False),
        ("SECRET", "jwt-signing", False),
        ("RESET_PASSWORD", "/reset-password", False),
        ("REQUIRE_PASSWORD", "true", False),
        ("MYSQL_PWD", "hunter2", True),
        ("DBPASS", "hunter2", True),
        ("BYPASS", "beta-testers", False),
        ("COMPASS", "north-east", False),
        ("ASK_PASSWORD", "off", False),
        ("MAX_TOKEN", "4096", False),
        ("REFRESH_TOKEN", "30d", False),
        ("SESSION_TOKEN", "15min", False),
        ("CSRF_TOKEN", "X-CSRF-Token", False),
        ("TOKEN", "https://id.example.com/token", False),
        ("PARTITION_KEY", "pk", False),
        ("CACHE_KEY", "catalog-v2-products-2024", False),
        ("STRIPE_PUBLISHABLE_KEY", "pk_live_XXXXXXXXXXXX1234", False),
        ("RECAPTCHA_SITE_KEY", "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ", False),
        ("KMS_KEY_ID", "1234abcd-12ab-34cd-56ef-1234567890ab", False),
        ("KMS_KEY", "1234abcd-12ab-34cd-56ef-1234567890ab", False),
        ("DATABASE_URL", "postgres://app@db.internal/app", False),
        ("DATABASE_URL", "postgres://app:${main.password}@db.internal/app", False),
        ("PWD", "/srv", False),
        ("LOG_LEVEL", "info", False),
    ],
)
def test_variables_that_show_a_secret(name: str, value: str, told: bool) -> None:
    found = list(variable_warnings({name: value}, ("environment",)))
    assert bool(found) == told
    assert all(one.path == ("environment", name) and value not in one.message for one in found)


def raw(resource_type: str, properties: str, more: str = "") -> list[str]:
    text = f"resources: {{x: {{Type: '{resource_type}', Properties: {properties}{more}}}}}\n"
    return [f"{one.severity} {one.code}" for one in warnings(HEAD + text)]


@pytest.mark.parametrize(
    ("resource_type", "properties", "code"),
    [
        ("AWS::S3::Bucket", "{AccessControl: PublicRead}", "public-access"),
        ("AWS::S3::Bucket", "{PublicAccessBlockConfiguration: {BlockPublicAcls: 'false'}}", "public-access"),
        ("AWS::S3::Bucket", "{PublicAccessBlockConfiguration: {BlockPublicAcls: true}}", ""),
        ("AWS::RDS::DBInstance", "{PubliclyAccessible: 'true', StorageEncrypted: true}", "public-access"),
        ("AWS::RDS::DBInstance", "{PubliclyAccessible: false}", ""),
        ("AWS::RDS::DBInstance", "{StorageEncrypted: false}", "encryption-off"),
        ("AWS::EFS::FileSystem", "{Encrypted: 'false'}", "encryption-off"),
        ("AWS::OpenSearchService::Domain", "{EncryptionAtRestOptions: {Enabled: false}}", "encryption-off"),
        ("AWS::DynamoDB::Table", "{SSESpecification: {SSEEnabled: false}}", "encryption-off"),
        ("AWS::EC2::SecurityGroup", "{SecurityGroupIngress: [{CidrIp: 0.0.0.0/0}]}", "public-access"),
        ("AWS::EC2::SecurityGroup", "{SecurityGroupIngress: [{CidrIp: 10.0.0.0/8}]}", ""),
        ("AWS::EC2::SecurityGroup", "{SecurityGroupIngress: [{CidrIp: 203.0.0.0/24}]}", "public-access"),
        ("AWS::EC2::SecurityGroup", "{SecurityGroupIngress: [{CidrIp: {Ref: Range}}]}", ""),
        ("AWS::EC2::SecurityGroup", "{SecurityGroupEgress: [{CidrIp: 0.0.0.0/0}]}", ""),
        ("AWS::EC2::SecurityGroupIngress", "{CidrIpv6: '::/0', IpProtocol: tcp}", "public-access"),
        ("AWS::EC2::SecurityGroupEgress", "{CidrIp: 0.0.0.0/0, IpProtocol: tcp}", ""),
        ("AWS::Lambda::Url", "{AuthType: NONE, TargetFunctionArn: x}", "public-access"),
        ("AWS::ApiGatewayV2::Route", "{AuthorizationType: NONE, ApiId: x, RouteKey: $default}", "public-access"),
        ("AWS::ApiGatewayV2::Route", "{ApiId: x, RouteKey: GET /orders}", "public-access"),
        ("AWS::ApiGatewayV2::Route", "{AuthorizationType: NONE, ApiId: x, RouteKey: send}", ""),
        ("AWS::ApiGatewayV2::Route", "{AuthorizationType: JWT, ApiId: x, RouteKey: GET /orders}", ""),
        ("AWS::ApiGateway::Method", "{AuthorizationType: NONE, HttpMethod: OPTIONS}", ""),
        ("AWS::Lambda::Permission", "{Principal: '*', FunctionUrlAuthType: NONE}", "public-access"),
        ("AWS::Lambda::Function", "{Environment: {Variables: {DB_PASSWORD: hunter2}}}", "secret-in-environment"),
        (
            "AWS::ECS::TaskDefinition",
            "{ContainerDefinitions: [{Environment: [{Name: DB_PASSWORD, Value: '{{resolve:secretsmanager:db}}'}]}]}",
            "secret-in-environment",
        ),
        ("AWS::Lambda::Function", "{Environment: {Variables: {LEVEL: info}}}", ""),
        ("AWS::IAM::Role", "{ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']}", "grants-everything"),
        ("AWS::IAM::Role", "{ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']}", ""),
        (
            "AWS::IAM::Policy",
            "{PolicyName: x, PolicyDocument: {Statement: {Effect: Allow, Action: ['*'], Resource: ['*']}}}",
            "grants-everything",
        ),
        ("AWS::IAM::Policy", "{PolicyDocument: {Statement: [{Effect: Deny, Action: '*', Resource: '*'}]}}", ""),
        (
            "AWS::SQS::QueuePolicy",
            "{PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: 'sqs:*', Resource: x}]}}",
            "public-access",
        ),
        (
            "AWS::SQS::QueuePolicy",
            "{PolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: ['*']}, Action: x, Resource: x,"
            " Condition: {StringEquals: {'aws:PrincipalOrgID': o-1}}}]}}",
            "",
        ),
    ],
)
def test_raw_resources_that_open_grant_or_reveal(resource_type: str, properties: str, code: str) -> None:
    assert raw(resource_type, properties) == ([f"warning {code}"] if code else [])


NAMES = (
    "AccessControl PublicAccessBlockConfiguration PubliclyAccessible StorageEncrypted KmsKeyId CidrIp AuthType "
    "SSESpecification EncryptionAtRestOptions SecurityGroupIngress PolicyDocument RouteKey Environment "
    "ContainerDefinitions ManagedPolicyArns Policies"
)


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [[]], [None], [{}], {"Ref": "X"}, {"Fn::If": ["A", [], {}]}])
def test_no_value_of_a_patch_is_too_odd(value: Json) -> None:
    """What a property may hold is CloudFormation's business, and `validate` must not stumble over it."""
    shapes: list[Json] = [value, {"Variables": value}, {"Statement": value}, [{"Environment": value}]]
    for shape in (*shapes, {"Effect": "Allow", "Action": value}):
        patch = json.dumps({"JobsQueue": {"Properties": dict.fromkeys(NAMES.split(), shape)}})
        warnings(HEAD + f"queues: {{jobs: {{}}}}\noverrides: {patch}\n")


def test_a_reason_makes_it_a_note_and_stays_in_the_template() -> None:
    reason = ", Metadata: {stackwright: {reason: 'Open data of the city'}}"
    assert raw("AWS::S3::Bucket", "{AccessControl: PublicRead}", reason) == ["note public-access"]
    assert raw("AWS::S3::Bucket", "{AccessControl: PublicRead}", ", Metadata: {stackwright: {reason: ' '}}") == [
        "warning public-access"
    ]


@pytest.mark.parametrize(
    ("properties", "codes"),
    [
        ("{StorageEncrypted: null}", ["encryption-off"]),
        ("{KmsKeyId: null}", ["encryption-off"]),
        ("{PublicAccessBlockConfiguration: null}", ["public-access"]),
        ("{AuthorizationType: null}", ["public-access"]),
        ("{AuthorizationType: AWS_IAM}", []),
        ("{Tags: null}", []),
    ],
)
def test_what_a_patch_removes(properties: str, codes: list[str]) -> None:
    overrides = f"queues: {{jobs: {{}}}}\noverrides: {{JobsQueue: {{Properties: {properties}}}}}\n"
    assert [one.code for one in warnings(HEAD + overrides)] == codes


def test_the_name_of_a_lambda_variable() -> None:
    text = "functions: {f: {runtime: python3.13, code: ./functions/api, handler: app.handler, environment: {A: x}}}\n"
    (one,) = faults(HEAD + text)
    assert (one.code, one.place.line, one.place.column) == ("bad-name", 4, 97)
    assert one.message == (
        "invalid name 'A': expected two or more letters, digits and underscores, starting with a letter, "
        "as Lambda requires"
    )
