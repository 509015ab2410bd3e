"""What `lookup` asks AWS about the existing resources of a platform.

A test reads the deployer's finders and holds that these are their calls. Source: Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Sub

from compiler.meaning.existing_facts import facts_of
from compiler.meaning.resolved import ResolvedComponent
from compiler.program.component import Grant, Platform
from compiler.source.json_value import Json

ASKED: Mapping[str, tuple[str, ...]] = {
    "AWS::CertificateManager::Certificate": ("acm:DescribeCertificate", "acm:ListCertificates"),
    "AWS::Cognito::UserPool": ("cognito-idp:DescribeUserPool",),
    "AWS::Cognito::UserPoolClient": ("cognito-idp:ListUserPoolClients",),
    "AWS::DocDB::DBCluster": ("rds:DescribeDBClusters",),
    "AWS::DynamoDB::Table": ("dynamodb:DescribeTable",),
    "AWS::EC2::Subnet": ("ec2:DescribeSubnets",),
    "AWS::EC2::VPC": ("ec2:DescribeAvailabilityZones", "ec2:DescribeRouteTables", "ec2:DescribeVpcs"),
    "AWS::ECR::Repository": ("ecr:DescribeRepositories",),
    "AWS::ECS::Cluster": ("ecs:DescribeClusters",),
    "AWS::EFS::AccessPoint": ("elasticfilesystem:DescribeAccessPoints",),
    "AWS::EFS::FileSystem": (
        "elasticfilesystem:DescribeMountTargetSecurityGroups",
        "elasticfilesystem:DescribeMountTargets",
    ),
    "AWS::EKS::Cluster": ("eks:DescribeCluster",),
    "AWS::ElastiCache::ReplicationGroup": (
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeReplicationGroups",
        "elasticache:DescribeServerlessCaches",
    ),
    "AWS::ElasticLoadBalancingV2::Listener": ("elasticloadbalancing:DescribeListeners",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("elasticloadbalancing:DescribeLoadBalancers",),
    "AWS::Events::EventBus": ("events:DescribeEventBus",),
    "AWS::IAM::Role": ("iam:GetRole",),
    "AWS::KMS::Key": ("kms:DescribeKey",),
    "AWS::Kinesis::Stream": ("kinesis:DescribeStreamSummary",),
    "AWS::Lambda::Function": ("lambda:GetFunctionConfiguration",),
    "AWS::OpenSearchService::Domain": ("es:DescribeDomain",),
    "AWS::RDS::DBCluster": ("rds:DescribeDBClusters",),
    "AWS::RDS::DBInstance": ("rds:DescribeDBInstances",),
    "AWS::Route53::HostedZone": ("route53:ListHostedZones",),
    "AWS::S3::Bucket": ("s3:GetEncryptionConfiguration", "s3:ListAllMyBuckets"),
    "AWS::SES::EmailIdentity": ("ses:GetEmailIdentity",),
    "AWS::SNS::Topic": ("sns:GetTopicAttributes",),
    "AWS::SQS::Queue": ("sqs:GetQueueAttributes", "sqs:GetQueueUrl"),
    "AWS::SSM::Parameter": ("ssm:DescribeParameters",),
    "AWS::SageMaker::Endpoint": ("sagemaker:ListEndpoints",),
    "AWS::SecretsManager::Secret": ("secretsmanager:DescribeSecret",),
}
"""Type of an existing resource → actions. A type that is not here is not asked about."""
_LISTS = frozenset(
    {
        "acm:ListCertificates",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancers",
        "route53:ListHostedZones",
        "s3:ListAllMyBuckets",
        "sagemaker:ListEndpoints",
        "ssm:DescribeParameters",
    }
)
"""Actions that IAM does not hold to a resource."""
_BY_ANOTHER = frozenset({"kms:DescribeKey", "secretsmanager:DescribeSecret", "rds:DescribeDBClusters"})
"""Actions on what only the response names, such as the key of a queue, or whose ARN has another form."""


def lookup_grants(platform: Platform) -> Iterator[tuple[str, Grant]]:
    """One statement for what has no resource of its own, and one for each existing resource whose ARN is known."""
    anything: set[str] = set()
    for address, component in platform.components.items():
        if component.existing is None:
            continue
        resolved = platform.spec.at(address)
        actions, arn = asked(resolved.kind), _arn(resolved)
        held = actions - _LISTS - _BY_ANOTHER if arn else set()
        anything |= actions - held
        if held:
            yield f"Ask{component.stem}", Grant(tuple(sorted(held)), (Sub(arn) if "${" in arn else arn,))
    if anything:
        yield "Ask", Grant(tuple(sorted(anything)), ("*",))


def asked(kind: Mapping[str, Json]) -> set[str]:
    """Actions for the resources that an existing component of a kind is."""
    return {action for resource_type in kind["x-existing"]["resources"] for action in ASKED.get(resource_type, ())}


def _arn(component: ResolvedComponent) -> str:
    """The ARN as text for Sub; empty where the kind has no single form."""
    facts = facts_of(component.kind["x-existing"], component.settings["existing"])
    return str(facts["arn"]) if facts.get("id") else ""
