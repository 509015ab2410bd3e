"""The policy of a bucket: TLS only, and exactly the statements that a kind adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from awacs.aws import Action, Allow, ArnLike, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from troposphere import GetAtt, Join, Ref, s3

from compiler.program.component import Value

# Control Tower's CT.S3.PR.8 understands only Fn::Join here, where cfn-lint would rather see Fn::Sub
_JOIN_WANTED = {"cfn-lint": {"config": {"ignore_checks": ["I1022"]}}}


def policy_of(logical_id: str, bucket_id: str, statements: Iterable[Statement]) -> s3.BucketPolicy:
    """TLS only, and `statements`, in one policy: a bucket has only one."""
    return s3.BucketPolicy(
        logical_id,
        Bucket=Ref(bucket_id),
        PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=[_tls_only(bucket_id), *statements]),
        Metadata=_JOIN_WANTED,
    )


def _tls_only(bucket_id: str) -> Statement:
    arn = GetAtt(bucket_id, "Arn")
    return Statement(
        Sid="TlsOnly",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[Action("s3", "*")],
        Resource=[arn, Join("", [arn, "/*"])],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )


def service_statement(
    sid: str, service: str, what: tuple[str, Value], conditions: Mapping[str, Mapping[str, object]]
) -> Statement:
    action, resource = what
    operators = {"StringEquals": StringEquals, "ArnLike": ArnLike}
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", service),
        Action=[Action("s3", action)],
        Resource=[resource],
        Condition=Condition([operators[name](dict(keys)) for name, keys in conditions.items()]),
    )
