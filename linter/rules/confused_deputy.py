"""W9710: a service that may be used by other accounts too.

Sources: the guides of the services, "Cross-service confused deputy prevention". Services whose guide names no
condition are not listed: Lambda, Firehose, S3 and CloudTrail send none when they assume a role, CloudWatch and SNS
none to KMS, RDS Proxy none at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.statements import PolicyStatement, statements_of
from linter.own.values import missing, pattern

_ROLES = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        "backup",
        "bedrock",
        "codebuild",
        "codepipeline",
        "cognito-idp",
        "dlm",
        "ecs-tasks",
        "eks-fargate-pods",
        "events",
        "glue",
        "kinesisanalytics",
        "logs",
        "monitoring.rds",
        "pipes",
        "pods.eks",
        "sagemaker",
        "scheduler",
        "ssm",
        "states",
        "transfer",
        "vpc-flow-logs",
    )
)
_RESOURCES = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        "apigateway",
        "budgets",
        "cloudfront",
        "cloudtrail",
        "cloudwatch",
        "cognito-idp",
        "config",
        "delivery.logs",
        "events",
        "events.rds",
        "logging.s3",
        "logs",
        "s3",
        "scheduler",
        "secretsmanager",
        "ses",
        "sns",
    )
)
_KEYS = frozenset(f"{name}.amazonaws.com" for name in ("cloudfront", "cloudtrail", "delivery.logs", "events"))
_DOCUMENTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", _ROLES),
    "AWS::KMS::Key": ("KeyPolicy", _KEYS),
    "AWS::S3::BucketPolicy": ("PolicyDocument", _RESOURCES),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", _RESOURCES),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", _RESOURCES),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", _RESOURCES),
}
_PERMISSION = "AWS::Lambda::Permission"
_LIMITS = frozenset(("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"))
_OF_KMS = "kms:encryptioncontext:"
"""What CloudTrail and the delivery of logs encrypt for is named in the encryption context too."""


class ConfusedDeputy(OwnRule):
    id = "W9710"
    shortdesc = "Services that act for one account only"
    description = (
        "A service principal stands for all customers of the service. Without aws:SourceAccount or aws:SourceArn in "
        "the condition another account can have the service use the role or the resource for it. The rule knows the "
        "services that send these keys."
    )
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"
    tags = (
        "iam",
        "kms",
        "s3",
        "sns",
        "sqs",
        "lambda",
    )
    types = (*_DOCUMENTS, _PERMISSION)
    fix = "add the condition aws:SourceAccount or aws:SourceArn"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        if resource.type == _PERMISSION:
            principal = pattern(resource.get("Principal")) or ""
            limits = ("SourceAccount", "SourceArn", "PrincipalOrgID", "EventSourceToken")
            if principal in _RESOURCES and all(missing(resource.get(name)) for name in limits):
                yield ("Properties", "Principal"), f"'{principal}' may call the function for any account"
            return
        name, known = _DOCUMENTS[resource.type]
        for statement in statements_of(resource, name):
            for service in sorted({*statement.services} & known) if _open(statement) else ():
                yield (*statement.path, "Principal"), f"'{service}' is trusted for any account"


def _open(statement: PolicyStatement) -> bool:
    limited = any(key in _LIMITS or key.startswith(_OF_KMS) for key in statement.keys)
    return statement.allows and not limited
