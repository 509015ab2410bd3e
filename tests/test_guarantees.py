"""Raw CloudFormation that turns off what a section guarantees is told at its line, and what does not is silent."""

from __future__ import annotations

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from compiler.program.guarantees import _ROWS, guarantees
from compiler.program.weaker_policies import weaker_policies
from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json
from tests.kinds.building import compiled

SPEC = """platform: demo
region: us-east-1
environments: {dev: {posture: development}}
network: {cidr: 10.0.0.0/16}
topics: {news: {}}
databases: {main: {engine: postgres, version: "16", instance: db.t4g.medium}}
services:
  web: {image: "public.ecr.aws/nginx/nginx-unprivileged:1.27", port: 8080, uses: {media: read}}
functions:
  f: {runtime: python3.13, code: ./f, handler: f.f, uses: {media: read, main: connect}}
"""
MEDIA, JOBS = "buckets: {media: {}}\n", "queues: {jobs: {}}\n"
WRITTEN = SPEC.count("\n") + 1
"""The line of what a case adds."""


def told(added: str) -> list[Diagnostic]:
    text = SPEC + added + ("" if "buckets:" in added else MEDIA) + ("" if "queues:" in added else JOBS)
    return [one for one in compiled(text).warnings if one.code == "guarantee-off"]


TURNED_OFF = {
    "a key that is empty": (
        "queues: {jobs: {properties: {KmsMasterKeyId: ''}}}",
        "''",
        "encryption",
        "'KmsMasterKeyId'",
    ),
    "a weaker algorithm": (
        "buckets: {media: {properties: {BucketEncryption: {ServerSideEncryptionConfiguration: "
        "[{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}}}}",
        "",
        "encryption",
        "SSEAlgorithm'",
    ),
    "ACLs": (
        "buckets: {media: {properties: {OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}}}}",
        "",
        "no access from outside",
        "'OwnershipControls.Rules.ObjectOwnership'",
    ),
    "a public address of tasks": (
        "overrides: {WebService: {Properties: "
        "{NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED}}}}}",
        "",
        "no access from outside",
        "'NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp'",
    ),
    "a function outside of the network": (
        "overrides: {FFunction: {Properties: {VpcConfig: null}}}",
        "",
        "no access from outside",
        "'VpcConfig'",
    ),
    "connections without TLS": (
        "overrides: {MainDatabaseParameters: {Properties: {Parameters: {rds.force_ssl: '0'}}}}",
        "'0'",
        "TLS only",
        "'Parameters.rds.force_ssl'",
    ),
    "requests without TLS": (
        "overrides: {MediaBucketPolicy: {Properties: {PolicyDocument: {Statement: []}}}}",
        "",
        "TLS only",
        "the denial TlsOnly is gone",
    ),
    "all of a service": (
        "overrides: {FFunctionAccess: {Properties: {PolicyDocument: {Statement: "
        "[{Effect: Allow, Action: 's3:*', Resource: '${media.arn}'}]}}}}",
        "",
        "least privilege",
        "it allows s3:*",
    ),
    "a policy of AWS": (
        "overrides: {FFunctionRole: {Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']}}}",
        "",
        "least privilege",
        "it attaches AmazonS3FullAccess, a policy of AWS",
    ),
    "a trust without its condition": (
        "overrides: {WebServiceTaskRole: {Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, "
        "Principal: {Service: ecs-tasks.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}}",
        "",
        "least privilege",
        "without a name has lost the condition aws:SourceAccount",
    ),
    "a raw policy in the place of the section's": (
        "resources: {mine: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: '${media.name}', PolicyDocument: "
        "{Statement: [{Effect: Allow, Principal: {AWS: '111122223333'}, Action: 's3:GetObject', "
        "Resource: '${media.arn}/*'}]}}}}",
        "",
        "TLS only",
        "it takes the place of the policy of MediaBucket",
    ),
    "a raw policy for a role of a section": (
        "resources: {wide: {layer: compute, Type: 'AWS::IAM::RolePolicy', Properties: {PolicyName: w, "
        "RoleName: {Ref: FFunctionRole}, PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:*', "
        "Resource: '${jobs.arn}'}]}}}}",
        "",
        "least privilege",
        "it allows FFunctionRole sqs:*",
    ),
    "a raw permission for anyone": (
        "resources: {any: {layer: compute, Type: 'AWS::Lambda::Permission', Properties: {"
        "FunctionName: {Ref: FFunction}, Action: 'lambda:InvokeFunction', Principal: '*'}}}",
        "",
        "least privilege",
        "it lets anyone call FFunction",
    ),
}


@pytest.mark.parametrize(("added", "value", "what", "how"), TURNED_OFF.values(), ids=TURNED_OFF)
def test_it_is_told_at_its_line(added: str, value: str, what: str, how: str) -> None:
    (one,) = told(f"{added}\n")
    assert one.severity == "warning"
    assert one.message.startswith(f"raw CloudFormation turns off what the section guarantees ({what}): ")
    assert how in one.message
    assert one.place.line == WRITTEN
    assert one.place.column == added.index(value) + 1 if value else one.place.column > added.index("{")


SOUND = {
    "other properties": "queues: {jobs: {properties: {DelaySeconds: 5}}}",
    "another key": "queues: {jobs: {properties: {KmsMasterKeyId: {Ref: PlatformKey}}}}",
    "a value that is computed": "queues: {jobs: {properties: {KmsMasterKeyId: {'Fn::Sub': '${AWS::Region}'}}}}",
    "less permissions": (
        "overrides: {FFunctionAccess: {Properties: {PolicyDocument: {Statement: "
        "[{Effect: Allow, Action: 's3:GetObject', Resource: '${media.arn}/a'}]}}}}"
    ),
    "a raw resource of its own": "resources: {mine: {Type: 'AWS::SQS::Queue', Properties: {KmsMasterKeyId: ''}}}",
    "a patch of a raw resource": (
        "resources: {mine: {Type: 'AWS::SQS::Queue', Properties: {KmsMasterKeyId: alias/a}}}\n"
        "overrides: {Mine: {Properties: {KmsMasterKeyId: ''}}}"
    ),
    "a raw policy of a raw bucket": (
        "resources: {mine: {Type: 'AWS::SQS::Queue'}, its: {Type: 'AWS::SQS::QueuePolicy', Properties: "
        "{Queues: [{Ref: Mine}], PolicyDocument: {Statement: []}}}}"
    ),
    "a narrow raw policy": (
        "resources: {narrow: {layer: compute, Type: 'AWS::IAM::RolePolicy', Properties: {PolicyName: w, "
        "RoleName: {Ref: FFunctionRole}, PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:SendMessage', "
        "Resource: '${jobs.arn}'}]}}}}"
    ),
}


@pytest.mark.parametrize("added", SOUND.values(), ids=SOUND)
def test_what_keeps_it_is_silent(added: str) -> None:
    assert [str(one) for one in told(f"{added}\n")] == []


def test_what_another_warning_tells_is_told_once() -> None:
    text = SPEC + MEDIA.replace("{}", "{properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: false}}}") + JOBS
    (one,) = compiled(text).warnings
    assert one.code == "public-access"


SECOND = {
    "beside a policy that grants everything": (
        "overrides: {MediaBucketPolicy: {Properties: {PolicyDocument: {Statement: [{Effect: Allow, "
        "Action: '*', Resource: '*'}]}}}}",
        "grants-everything",
        ["(TLS only): the denial TlsOnly is gone"],
    ),
    "beside a variable that looks like a secret": (
        "overrides: {WebServiceTaskDefinition: {Properties: {ContainerDefinitions: [{Name: web, Image: a:1, "
        "Privileged: true, Environment: [{Name: DB_PASSWORD, Value: hunter2hunter2}]}]}}}",
        "secret-in-environment",
        [
            "(least privilege): it changes 'ContainerDefinitions.Privileged'",
            "(least privilege): it changes 'ContainerDefinitions.ReadonlyRootFilesystem'",
            "(least privilege): it changes 'ContainerDefinitions.User'",
        ],
    ),
    "beside a public address": (
        "databases: {main: {engine: postgres, version: '16', instance: db.t4g.medium, properties: "
        "{PubliclyAccessible: true, KmsKeyId: ''}}}",
        "public-access",
        ["(encryption): it changes 'KmsKeyId'"],
    ),
}


@pytest.mark.parametrize(("added", "first", "losses"), SECOND.values(), ids=SECOND)
def test_another_loss_of_the_same_resource_is_told_too(added: str, first: str, losses: list[str]) -> None:
    section = added.split(":")[0]
    spec = "".join(line for line in SPEC.splitlines(keepends=True) if not line.startswith(section))
    warnings = compiled(f"{spec}{MEDIA}{JOBS}{added}\n").warnings
    assert first in {one.code for one in warnings}
    assert sorted(one.message.split("guarantees ")[1] for one in warnings if one.code == "guarantee-off") == losses


def test_a_reason_makes_it_a_note() -> None:
    properties = "Metadata: {stackwright: {reason: Old clients}}, Properties: {Parameters: {rds.force_ssl: '0'}}"
    (one,) = told(f"overrides: {{MainDatabaseParameters: {{{properties}}}}}\n")
    assert (one.severity, one.suggestion) == ("note", "")
    assert one.message.endswith("(TLS only): Old clients")


def test_it_is_accepted_as_other_warnings() -> None:
    entry = "lint: {ignore: [{rule: guarantee-off, component: queues.jobs, reason: Holds nothing}]}\n"
    queue = "queues: {jobs: {properties: {KmsMasterKeyId: ''}}}\n"
    root = compiled(SPEC + MEDIA + queue + entry)
    assert root.warnings == ()
    assert [one.found.code for one in root.ignored] == ["guarantee-off"]


def test_a_loss_in_a_list_that_had_one_is_a_loss() -> None:
    writable, sealed = {"ReadonlyRootFilesystem": False}, {"ReadonlyRootFilesystem": True}
    (one,) = [one for one in guarantees("AWS::ECS::TaskDefinition") if one.path[-1] == "ReadonlyRootFilesystem"]
    found = [one.broken({"ContainerDefinitions": listed}) for listed in ([sealed, writable], [writable, writable])]
    assert found == [1, 2]


STRONG: dict[str, list[str | None]] = {
    "AWS::CloudFront::Distribution": ["TLSv1.2_2021", "TLSv1.3_2025"],
    "AWS::ElasticLoadBalancingV2::Listener": [
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "ELBSecurityPolicy-FS-1-2-2019-08",
    ],
    "AWS::ApiGatewayV2::DomainName": ["TLS_1_2"],
    "AWS::OpenSearchService::Domain": ["Policy-Min-TLS-1-2-2019-07"],
}
WEAK: dict[str, list[str | None]] = {
    "AWS::CloudFront::Distribution": ["TLSv1", "TLSv1.1_2016", "SSLv3", None],
    "AWS::ElasticLoadBalancingV2::Listener": [
        "ELBSecurityPolicy-TLS13-1-0-2021-06",
        "ELBSecurityPolicy-FS-1-1-2019-08",
        "ELBSecurityPolicy-2016-08",
    ],
    "AWS::ApiGatewayV2::DomainName": ["TLS_1_0"],
    "AWS::OpenSearchService::Domain": ["Policy-Min-TLS-1-0-2019-07"],
}


def versions(table: dict[str, list[str | None]]) -> list[tuple[str, str | None]]:
    return [(resource_type, value) for resource_type, values in table.items() for value in values]


def kept(resource_type: str, value: Json) -> bool:
    named = ("SslPolicy", "SecurityPolicy", "MinimumProtocolVersion", "TLSSecurityPolicy")
    (one,) = [one for one in guarantees(resource_type) if one.path[-1] in named]
    properties: Json = value
    for step in reversed(one.path):
        properties = [properties] if step == "*" else {step: properties}
    return one.kept(properties)


@pytest.mark.parametrize(("resource_type", "value"), versions(STRONG))
def test_new_versions_of_tls_are_kept(resource_type: str, value: str | None) -> None:
    assert kept(resource_type, value)


@pytest.mark.parametrize(("resource_type", "value"), versions(WEAK))
def test_old_versions_of_tls_are_not(resource_type: str, value: str | None) -> None:
    assert not kept(resource_type, value)


@pytest.mark.parametrize("resource_type", sorted({one for *_, places in _ROWS for one in places}))
def test_the_properties_are_properties_of_cloudformation(resource_type: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    for one in guarantees(resource_type):
        assert there(schema, schema, one.path), one.path


def there(schema: Json, node: Json, path: tuple[str | int, ...]) -> bool:
    """Whether a resource schema has the property; a free map has any."""
    while "$ref" in node:
        node = schema["definitions"][node["$ref"].rpartition("/")[2]]
    if not path:
        return True
    if path[0] == "*":
        return there(schema, node["items"], path[1:])
    if "properties" in node:
        return path[0] in node["properties"] and there(schema, node["properties"][path[0]], path[1:])
    return node.get("type") in ("object", ["object", "string"]) or "patternProperties" in node


def document(*statements: Json) -> Json:
    return {"PolicyDocument": {"Statement": list(statements)}}


READ: Json = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
DENY: Json = {"Sid": "Tls", "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
POLICIES = [
    (document(READ, DENY), document(DENY, READ), []),
    (document(READ, DENY), document(READ), ["the denial Tls is gone"]),
    (document(READ), document(READ, {**READ, "Action": ["s3:*", "sqs:*"]}), ["it allows s3:*", "it allows sqs:*"]),
    (document(READ), document({**READ, "Resource": "*"}), ["it allows Resource *"]),
    (document({**READ, "Resource": "*"}), document({**READ, "Sid": "Same", "Resource": "*"}), []),
    (
        document({**READ, "Resource": "*"}),
        document({**READ, "Resource": "*"}, {**READ, "Action": "s3:PutObject", "Resource": "*"}),
        ["it allows Resource *"],
    ),
    (document(READ), document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "a"}), ["it allows NotAction"]),
    ({"Policies": [document(READ)]}, {"Policies": [document({**READ, "Action": "*"})]}, ["it allows *"]),
    ({}, {"ManagedPolicyArns": [{"Fn::Sub": "arn:${P}::aws:policy/PowerUserAccess"}]}, ["it attaches PowerUserAccess"]),
    (
        {},
        {"ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{name}FullAccess" for name in ("AmazonS3", "AmazonSQS")]},
        [f"it attaches {name}FullAccess, a policy of AWS" for name in ("AmazonS3", "AmazonSQS")],
    ),
    ({}, {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}, []),
]


@pytest.mark.parametrize(("before", "after", "losses"), POLICIES)
def test_policies_that_are_weaker(before: Json, after: Json, losses: list[str]) -> None:
    found = [loss.how for loss in weaker_policies(before, after)]
    assert len(found) == len(losses)
    assert all(how.startswith(start) for how, start in zip(found, losses, strict=True))
