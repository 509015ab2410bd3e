"""How pods get the role of their workload: by Pod Identity, or by the token of their service account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import AWSHelperFn, Ref, Select, Split

from compiler.program.component import Value
from compiler.shared.json_text import placed, with_references
from compiler.shared.pod_identity import pod_trust
from compiler.source.json_value import Json

_ISSUER, _PARTITION, _ACCOUNT = "<issuer>", "<partition>", "<account>"
_AUDIENCE = "sts.amazonaws.com"


def trust(identity: str, cluster: Mapping[str, Value], namespace: str, service_account: str) -> Json:
    """The trust policy of a workload in the cluster with these attributes."""
    if identity == "pod":
        return pod_trust(cluster["arn"], namespace, service_account)
    return _by_token(cluster["oidc_issuer"], f"system:serviceaccount:{namespace}:{service_account}")


def _by_token(issuer: Value, subject: str) -> Value:
    """As text: the keys of the condition have the issuer in them, which only AWS knows.

    Source: Amazon EKS user guide, "Assign IAM roles to Kubernetes service accounts".
    """
    known: dict[str, AWSHelperFn] = {
        _ISSUER: Select(1, Split("//", issuer)),
        _PARTITION: Ref("AWS::Partition"),
        _ACCOUNT: Ref("AWS::AccountId"),
    }
    provider = f"arn:{_PARTITION}:iam::{_ACCOUNT}:oidc-provider/{_ISSUER}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{_ISSUER}:aud": _AUDIENCE, f"{_ISSUER}:sub": subject}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return with_references(document, tuple(known.values()), lambda text: _marked(text, tuple(known)))


def _marked(text: str, words: Sequence[str]) -> str:
    for number, word in enumerate(words):
        text = text.replace(word, placed(number))
    return text
