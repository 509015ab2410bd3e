"""Lambda@Edge: functions in us-east-1 whose newest version CloudFront copies to its edges.

Sources: CloudFront developer guide, "Restrictions on Lambda@Edge", "Set up IAM permissions and roles for Lambda@Edge"
and "Delete Lambda@Edge functions and replicas": copies go hours after the last distribution has let a version go, and
Lambda refuses to delete what has copies. So functions and versions stay when they leave their stack.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Parameter, Ref, Sub, awslambda, cloudfront, iam

from compiler.language.names import pascal
from compiler.program.artifact import Artifact
from compiler.program.component import Grant, Platform
from compiler.program.glue import statement
from compiler.shared.digest import mark
from compiler.shared.json_text import json_text
from compiler.shared.roles import role
from compiler.source.frozen import frozen

_SERVICES = ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]
_STAYS = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


@frozen()
class EdgeLambda:
    """What Lambda runs at the edge: without variables, network, layers and other processors, which it does not take."""

    code: str
    handler: str
    runtime: str
    memory: int
    timeout: int
    include_body: bool


@frozen(eq=True)
class EdgeLambdaIds:
    """Logical ids of one function."""

    stem: str
    word: str

    @property
    def function(self) -> str:
        return f"{self.stem}{pascal(self.word)}EdgeLambda"

    @property
    def version(self) -> str:
        return f"{self.function}Version"

    @property
    def role(self) -> str:
        return f"{self.function}Role"

    @property
    def policy(self) -> str:
        return f"{self.function}Logs"

    @property
    def parameter(self) -> str:
        """Root parameter with the S3 key of its code."""
        return f"{self.function}CodeKey"

    @property
    def all(self) -> tuple[str, ...]:
        return self.role, self.function, self.policy, self.version


def edge_lambda(platform: Platform, ids: EdgeLambdaIds, said: EdgeLambda) -> Iterator[AWSObject]:
    """The role, the function, what it may do, and its newest version."""
    yield role(ids.role, _trust())
    function = _function(ids, said)
    patch = (platform.document.data.get("overrides") or {}).get(ids.function)
    settings = mark(json_text([function.to_dict()["Properties"], patch]))
    # a version is published when its description changes, and the function must not be as the last one was
    function.Description = Sub(f"settings {settings}, ${{{ids.parameter}}}")
    yield function
    yield _logs(ids)
    yield awslambda.Version(
        ids.version,
        FunctionName=Ref(ids.function),
        Description=function.Description,
        DependsOn=[ids.policy],
        **_STAYS,
    )


def _function(ids: EdgeLambdaIds, said: EdgeLambda) -> awslambda.Function:
    return awslambda.Function(
        ids.function,
        Runtime=said.runtime,
        Handler=said.handler,
        Code=awslambda.Code(S3Bucket=Ref("ArtifactBucket"), S3Key=Ref(ids.parameter)),
        Role=GetAtt(ids.role, "Arn"),
        MemorySize=said.memory,
        Timeout=said.timeout,
        Architectures=["x86_64"],
        # each edge writes its log in a region near to it, into a group that Lambda makes there
        Metadata={"cfn-lint": {"config": {"ignore_checks": ["W9715"]}}},
        **_STAYS,
    )


def _trust() -> PolicyDocument:
    services = Statement(Effect=Allow, Principal=Principal("Service", _SERVICES), Action=[Action("sts", "AssumeRole")])
    return PolicyDocument(Version="2012-10-17", Statement=[services])


def _logs(ids: EdgeLambdaIds) -> iam.RolePolicy:
    """Logs are written in the region of the edge, into a group with the name of the function's own region in it."""
    group = f"arn:${{AWS::Partition}}:logs:*:${{AWS::AccountId}}:log-group:/aws/lambda/us-east-1.${{{ids.function}}}"
    actions = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    logs = statement("EdgeLogs", Grant(actions, (Sub(f"{group}:*"),)))
    return iam.RolePolicy(
        ids.policy,
        PolicyName="logs",
        RoleName=Ref(ids.role),
        PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=[logs]).JSONrepr(),
    )


def code_parameter(ids: EdgeLambdaIds, path: str) -> Parameter:
    return Parameter(ids.parameter, Type="String", Description=f"S3 key of the code of {path}", MinLength=1)


def code_artifact(ids: EdgeLambdaIds, path: str, said: EdgeLambda) -> Artifact:
    return Artifact(parameter=ids.parameter, component=path, source=posixpath.normpath(said.code))


def lambda_association(ids: EdgeLambdaIds, event: str, said: EdgeLambda) -> cloudfront.LambdaFunctionAssociation:
    """Of a version; the body is there for requests alone."""
    body = {"IncludeBody": True} if said.include_body and event.endswith("-request") else {}
    return cloudfront.LambdaFunctionAssociation(EventType=event, LambdaFunctionARN=Ref(ids.version), **body)
