"""Bare troposphere and awacs: what a user would write by hand for tables, and functions that use two of them each.

`python -m benchmarks.bare COUNT FOLDER` writes the templates; `python -m benchmarks shapes` measures it beside ours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, Template, awslambda, dynamodb, iam, logs

_EACH = 400
"""Resources of a template."""
_READ = ("BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem", "Query", "Scan")
_WRITE = ("BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem")


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
            AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
            KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
            SSESpecification=dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS", KMSMasterKeyId=Ref("Key")),
            PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
        )


def _function(number: int, count: int) -> Iterator[AWSObject]:
    stem, own, other = f"Function{number}", f"Table{number}Table", f"Table{(number + 1) % count}Table"
    yield logs.LogGroup(f"{stem}LogGroup", LogGroupName=f"/aws/lambda/large-dev-function-{number}", RetentionInDays=30)
    trust = Statement(Effect=Allow, Principal=Principal("Service", ["lambda.amazonaws.com"]), Action=[_assume()])
    writes = Statement(Effect=Allow, Action=_logs(), Resource=[GetAtt(f"{stem}LogGroup", "Arn")])
    yield iam.Role(
        f"{stem}Role",
        AssumeRolePolicyDocument=_document(trust),
        Policies=[iam.Policy(PolicyName="logs", PolicyDocument=_document(writes))],
    )
    read = Statement(Sid="Read", Effect=Allow, Action=_actions(_READ), Resource=_arns(own, other))
    write = Statement(Sid="Write", Effect=Allow, Action=_actions(_WRITE), Resource=_arns(own))
    key = Statement(Sid="Key", Effect=Allow, Action=[Action("kms", "Decrypt")], Resource=[Ref("Key")])
    yield iam.RolePolicy(
        f"{stem}Access",
        PolicyName="access",
        RoleName=Ref(f"{stem}Role"),
        PolicyDocument=_document(read, write, key).JSONrepr(),
    )
    yield awslambda.Function(
        f"{stem}Function",
        Runtime="python3.13",
        Handler="app.handler",
        Role=GetAtt(f"{stem}Role", "Arn"),
        Code=awslambda.Code(S3Bucket=Ref("ArtifactBucket"), S3Key=Ref(f"{stem}CodeKey")),
        Environment=awslambda.Environment(Variables={"OWN_NAME": Ref(own), "OTHER_NAME": Ref(other)}),
        LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(f"{stem}LogGroup")),
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
        DependsOn=[f"{stem}Access"],
    )


def _document(*statements: Statement) -> PolicyDocument:
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def _assume() -> Action:
    return Action("sts", "AssumeRole")


def _logs() -> list[Action]:
    return [Action("logs", "CreateLogStream"), Action("logs", "PutLogEvents")]


def _actions(names: tuple[str, ...]) -> list[Action]:
    return [Action("dynamodb", name) for name in names]


def _arns(*tables: str) -> list[GetAtt]:
    return [GetAtt(name, "Arn") for name in tables]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
