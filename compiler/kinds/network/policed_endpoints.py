"""Endpoints that take a policy, and the services that they lead to. Without troposphere, for the checks too."""

from __future__ import annotations

WITH_POLICIES = frozenset(
    (
        *("application-autoscaling", "athena", "autoscaling", "codebuild", "codecommit", "dynamodb", "ecr.api"),
        *("ecr.dkr", "git-codecommit"),
        *("ecs", "elasticfilesystem", "elasticloadbalancing", "events", "glue", "kinesis-firehose"),
        *("kinesis-streams", "kms", "lambda", "logs", "monitoring", "rds", "rds-data", "s3", "sagemaker.api"),
        *("sagemaker.runtime", "secretsmanager", "sns", "sqs", "ssm", "states", "sts", "sync-states", "xray"),
    )
)
"""Endpoints for which the services' guides have a page on endpoint policies; AWS refuses a policy on some others.

Left out though they take one: those that are called without credentials of IAM, which no condition on the principal
lets through (``execute-api``, ``cognito-idp``), and those whose calls are on resources of AWS (models of ``bedrock``,
images of ``ec2``).
"""
_SERVICES = {"kinesis-firehose": "firehose", "kinesis-streams": "kinesis", "monitoring": "cloudwatch"}
_SERVICES |= {"sync-states": "states", "git-codecommit": "codecommit"}
"""Endpoint → service that it leads to, where that is not the first word of its name."""


def prefix_of(endpoint: str) -> str:
    """What the actions begin with that an endpoint leads to."""
    return _SERVICES.get(endpoint, endpoint.partition(".")[0])


def service_of(endpoint: str) -> str:
    """The service in the ARNs of what an endpoint leads to: of roles that are assumed it is IAM."""
    return "iam" if endpoint == "sts" else prefix_of(endpoint)
