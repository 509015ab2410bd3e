"""Fargate profiles, and the role with which Fargate starts their pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, ArnLike, Condition, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, eks, iam

from compiler.kinds.clusters.pod_logs import fargate_logging
from compiler.kinds.clusters.settings import ClusterSettings, aws_policy
from compiler.program.component import Platform
from compiler.shared.subnets import private_subnets


def profiles(cluster: ClusterSettings, platform: Platform) -> Iterator[AWSObject]:
    """One after the other: EKS makes one profile of a cluster at a time."""
    if cluster.fargate:
        yield _role(cluster, platform)
    before: list[str] = []
    for name in sorted(cluster.fargate):
        yield eks.FargateProfile(
            cluster.part(name, "Profile"),
            ClusterName=Ref(cluster.main_id),
            PodExecutionRoleArn=GetAtt(cluster.part("FargateRole"), "Arn"),
            Subnets=private_subnets(platform),
            Selectors=[_selector(*one) for one in sorted(cluster.fargate[name].namespaces.items())],
            **({"DependsOn": before} if before else {}),
        )
        before = [cluster.part(name, "Profile")]


def profile_ids(cluster: ClusterSettings) -> list[str]:
    return [cluster.part(name, "Profile") for name in sorted(cluster.fargate)]


def _selector(namespace: str, labels: Mapping[str, str]) -> eks.Selector:
    found = [eks.Label(Key=key, Value=value) for key, value in sorted(labels.items())]
    return eks.Selector(Namespace=namespace, **({"Labels": found} if found else {}))


def _role(cluster: ClusterSettings, platform: Platform) -> iam.Role:
    """Source: Amazon EKS user guide, "Amazon EKS Pod execution IAM role"."""
    own = ArnLike({"aws:SourceArn": cluster.arn(platform, "fargateprofile")})
    statement = Statement(
        Effect=Allow,
        Principal=Principal("Service", "eks-fargate-pods.amazonaws.com"),
        Action=[Action("sts", "AssumeRole")],
        Condition=Condition(own),
    )
    return iam.Role(
        cluster.part("FargateRole"),
        AssumeRolePolicyDocument=PolicyDocument(Version="2012-10-17", Statement=[statement]),
        ManagedPolicyArns=[aws_policy("AmazonEKSFargatePodExecutionRolePolicy")],
        Policies=[fargate_logging(cluster)],
    )
