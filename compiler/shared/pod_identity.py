"""Roles that pods of a Kubernetes cluster take by EKS Pod Identity, and who takes one."""

from __future__ import annotations

from awacs.aws import Action, Allow, ArnEquals, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import Ref

from compiler.program.component import User, Value
from compiler.source.frozen import frozen

_NAMESPACE, _SERVICE_ACCOUNT = "aws:RequestTag/kubernetes-namespace", "aws:RequestTag/kubernetes-service-account"


@frozen(kw_only=True)
class PodUser(User):
    """Pods of one service account, as their cluster sees them."""

    cluster: str
    namespace: str

    @property
    def association_id(self) -> str | None:
        """Logical id of the association by which pods get their role when they start; none for a token's."""
        raise NotImplementedError


def pod_trust(cluster_arn: Value, namespace: str, service_account: str) -> PolicyDocument:
    """Only pods of this service account, of this cluster, in this account.

    Source: Amazon EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity", whose tags each
    session has.
    """
    whose = {_NAMESPACE: namespace, _SERVICE_ACCOUNT: service_account}
    conditions = [
        StringEquals({"aws:SourceAccount": Ref("AWS::AccountId"), **whose}),
        ArnEquals({"aws:RequestTag/eks-cluster-arn": cluster_arn}),
    ]
    statement = Statement(
        Effect=Allow,
        Principal=Principal("Service", "pods.eks.amazonaws.com"),
        Action=[Action("sts", "AssumeRole"), Action("sts", "TagSession")],
        Condition=Condition(conditions),
    )
    return PolicyDocument(Version="2012-10-17", Statement=[statement])
