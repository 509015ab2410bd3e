"""Bare troposphere and awacs: the same resources by hand, tables and functions that use two of them each.

`python -m benchmarks.bare COUNT FOLDER` writes the templates; `python -m benchmarks shapes` measures it beside ours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import (
    AWSHelperFn,
    AWSObject,
    GetAtt,
    Ref,
    Select,
    Split,
    Sub,
    Template,
    awslambda,
    dynamodb,
    iam,
    logs,
)

_EACH = 400
"""Resources of a template."""
_READ = ("BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem", "Query", "Scan")
_WRITE = ("BatchWriteItem", "ConditionCheckItem", "DeleteItem", "DescribeTable", "PutItem", "UpdateItem")
_DECRYPT = ("Decrypt", "DescribeKey")
_ENCRYPT = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")


def main(count: int, folder: Path) -> None:
    made = [*_tables(count), *(one for number in range(count) for one in _function(number, count))]
    for first in range(0, len(made), _EACH):
        template = Template()
        template.add_resource(made[first : first + _EACH])
        (folder / f"bare-{first}.json").write_text(template.to_json(indent=2), encoding="utf-8")


def _tables(count: int) -> Iterator[AWSObject]:
    for number in range(count):
        yield dynamodb.Table(
            f"Table{number}Table",
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=False,
            AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
            KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
            SSESpecification=dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS", KMSMasterKeyId=Ref("KeyArn")),
            PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(
                PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=35
            ),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
        )


def _function(number: int, count: int) -> Iterator[AWSObject]:
    stem, own, other = f"Function{number}Function", number, (number + 1) % count
    yield logs.LogGroup(
        f"{stem}LogGroup",
        LogGroupName=f"/large/dev/functions/function-{number}",
        RetentionInDays=30,
        KmsKeyId=Ref("KeyArn"),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    yield _role(stem)
    yield iam.RolePolicy(
        f"{stem}Access",
        PolicyName="access",
        RoleName=Ref(f"{stem}Role"),
        PolicyDocument=_document(
            _allow("Read", "dynamodb", _READ, [_arn(own), _arn(other)]),
            _allow("Write", "dynamodb", _WRITE, [_arn(own)]),
            _allow("ReadKey", "kms", _DECRYPT, [Ref("KeyArn")], "dynamodb"),
            _allow("WriteKey", "kms", _ENCRYPT, [Ref("KeyArn")], "dynamodb"),
        ).JSONrepr(),
    )
    yield awslambda.Function(
        stem,
        Architectures=["x86_64"],
        Runtime="python3.13",
        Handler="app.handler",
        MemorySize=256,
        Timeout=30,
        EphemeralStorage=awslambda.EphemeralStorage(Size=512),
        KmsKeyArn=Ref("KeyArn"),
        Role=GetAtt(f"{stem}Role", "Arn"),
        Code=awslambda.Code(S3Bucket=Ref("ArtifactBucket"), S3Key=_picked("Codes", number)),
        Environment=awslambda.Environment(
            Variables={f"TABLE_{own}_NAME": _picked("Tables", own), f"TABLE_{other}_NAME": _picked("Tables", other)}
        ),
        LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(f"{stem}LogGroup")),
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
        DependsOn=[f"{stem}Access"],
    )


def _role(stem: str) -> iam.Role:
    assume = Statement(
        Effect=Allow, Principal=Principal("Service", "lambda.amazonaws.com"), Action=[Action("sts", "AssumeRole")]
    )
    run = _document(
        _allow("Logs", "logs", ("CreateLogStream", "PutLogEvents"), [GetAtt(f"{stem}LogGroup", "Arn")]),
        _allow("Traces", "xray", ("PutTelemetryRecords", "PutTraceSegments"), ["*"]),
        _allow("Variables", "kms", ("Decrypt",), [Ref("KeyArn")], "lambda"),
    )
    policies = [iam.Policy(PolicyName="run", PolicyDocument=run)]
    return iam.Role(f"{stem}Role", AssumeRolePolicyDocument=_document(assume), Policies=policies)


def _document(*statements: Statement) -> PolicyDocument:
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def _allow(
    sid: str, service: str, actions: Sequence[str], resources: Sequence[str | AWSHelperFn], via: str = ""
) -> Statement:
    condition = {"Condition": Condition(StringEquals({"kms:ViaService": f"{via}.us-east-1.amazonaws.com"}))}
    names = [Action(service, name) for name in actions]
    return Statement(Sid=sid, Effect=Allow, Action=names, Resource=list(resources), **(condition if via else {}))


def _arn(table: int) -> Sub:
    text = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}"
    return Sub(text, {"Table": _picked("Tables", table)})


def _picked(parameter: str, number: int) -> Select:
    """One of the values that a parameter carries, since a template has 200 parameters at most."""
    return Select(number % 40, Split(";", Ref(f"{parameter}{number // 40}")))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
