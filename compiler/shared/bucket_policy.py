"""The policy of a bucket: TLS only, and exactly the statements that a kind adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from awacs.aws import Action, Allow, ArnLike, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from troposphere import GetAtt, Join, Ref, s3

from compiler.program.component import Value

# Control Tower's CT.S3.PR.8 understands only Fn::Join here, where cfn-lint would rather see Fn::Sub
_JOIN_WANTED = {"cfn-lint": {"config": {"ignore_checks": ["I1022"]}}}

_EVERYTHING = [Action("s3", "*")]
_READING = [Action("s3", "GetObject")]
_WITHOUT_TLS = {
    "Effect": Deny,
    "Principal": Principal("*"),
    "Condition": Condition(Bool({"aws:SecureTransport": "false"})),
}


def policy_of(
    logical_id: str, bucket_id: str, statements: Iterable[Statement], without_tls: Sequence[str] = ()
) -> s3.BucketPolicy:
    """TLS only, and `statements`, in one policy: a bucket has only one. Keys `without_tls` are read without it too."""
    tls_only = _but_for(bucket_id, without_tls) if without_tls else [_tls_only(bucket_id, Action=_EVERYTHING)]
    return s3.BucketPolicy(
        logical_id,
        Bucket=Ref(bucket_id),
        PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=[*tls_only, *statements]),
        Metadata=_JOIN_WANTED,
    )


def _but_for(bucket_id: str, keys: Sequence[str]) -> Iterator[Statement]:
    """All but reading by TLS alone, and reading too but for some keys.

    S3 takes ``NotResource`` in a bucket's policy (re:Post, "How can I allow only certain file types to be uploaded").
    """
    yield _tls_only(bucket_id, NotAction=_READING)
    if "*" not in keys:
        arns = [Join("", [GetAtt(bucket_id, "Arn"), f"/{key}"]) for key in keys]
        yield Statement(Sid="TlsOnlyElsewhere", NotResource=arns, Action=_READING, **_WITHOUT_TLS)


def _tls_only(bucket_id: str, **actions: list[Action]) -> Statement:
    arn = GetAtt(bucket_id, "Arn")
    return Statement(Sid="TlsOnly", Resource=[arn, Join("", [arn, "/*"])], **actions, **_WITHOUT_TLS)


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
