"""The policy of a bucket: exactly the services and people that the spec lets in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from awacs.aws import Action, Allow, Principal, Statement
from troposphere import GetAtt, Join, Ref, Sub, s3

from compiler.kinds.buckets.settings import BucketSettings
from compiler.program.component import Component, Platform, Value
from compiler.shared.bucket_policy import policy_of, service_statement
from compiler.shared.flow_logs import FLOW_LOG_FOLDER, SendsFlowLogs

_ACCOUNT = Ref("AWS::AccountId")
_FOLDER = "${AWS::AccountId}"
"""What AWS calls the account's folder below ``AWSLogs``."""
_DELIVERY = "delivery.logs.amazonaws.com"
_DELIVERIES = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")


def bucket_policy(logical_id: str, bucket: BucketSettings, platform: Platform) -> s3.BucketPolicy:
    statements = (*_origin(bucket, platform), *_logs(bucket, platform), *_public(bucket))
    return policy_of(logical_id, bucket.main_id, statements, bucket.without_tls)


def _origin(bucket: BucketSettings, platform: Platform) -> Iterator[Statement]:
    """CloudFront reads for any distribution of this account: naming the one would need it before the bucket.

    The ARN has the account; CloudFront's guide ("Restrict access to an Amazon S3 origin") names no other key.
    """
    if platform.edges_to(bucket, "origin"):
        distributions = Sub("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*")
        yield service_statement(
            "CloudFrontReads",
            "cloudfront.amazonaws.com",
            ("GetObject", _objects(bucket, "*")),
            {"ArnLike": {"aws:SourceArn": distributions}},
        )


def _logs(bucket: BucketSettings, platform: Platform) -> Iterator[Statement]:
    """A statement for each kind of log that is really sent to the bucket."""
    senders: dict[str, list[Component]] = {}
    for name in sorted(edge.source for edge in platform.edges_to(bucket, "log")):
        sender = platform.components[name]
        senders.setdefault(platform.schema.kinds[sender.section]["x-logs-as"], []).append(sender)
    for form in sorted(senders):
        yield from _LOGS[form](bucket, senders[form])


def _access_logs(bucket: BucketSettings, senders: Sequence[Component]) -> Iterator[Statement]:
    """Source: S3 user guide, "Enabling Amazon S3 server access logging"."""
    sources = [GetAtt(sender.main_id, "Arn") for sender in senders]
    yield service_statement(
        "BucketAccessLogs",
        "logging.s3.amazonaws.com",
        ("PutObject", _objects(bucket, "s3/*")),
        {"StringEquals": {"aws:SourceAccount": _ACCOUNT}, "ArnLike": {"aws:SourceArn": sources}},
    )


def _artifact_bucket_logs(bucket: BucketSettings, senders: Sequence[Component]) -> Iterator[Statement]:
    """As for buckets, of any bucket of the account: those of pipelines lie in a stack that waits for this one."""
    yield service_statement(
        "ArtifactAccessLogs",
        "logging.s3.amazonaws.com",
        ("PutObject", _objects(bucket, "s3/pipelines/*")),
        {"StringEquals": {"aws:SourceAccount": _ACCOUNT}},
    )


def _load_balancer_logs(bucket: BucketSettings, senders: Sequence[Component]) -> Iterator[Statement]:
    """Source: Elastic Load Balancing user guide, "Enable access logs for your Application Load Balancer"."""
    balancers = Sub("arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:loadbalancer/*")
    yield service_statement(
        "LoadBalancerLogs",
        "logdelivery.elasticloadbalancing.amazonaws.com",
        ("PutObject", _objects(bucket, "alb/AWSLogs/${AWS::AccountId}/*")),
        {"ArnLike": {"aws:SourceArn": balancers}},
    )


def _network_balancer_logs(bucket: BucketSettings, senders: Sequence[Component]) -> Iterator[Statement]:
    """Source: Elastic Load Balancing user guide, "Enable access logs for your Network Load Balancer"."""
    yield from _delivered("NetworkLoadBalancer", bucket, f"nlb/AWSLogs/{_FOLDER}")


def _distribution_logs(bucket: BucketSettings, senders: Sequence[Component]) -> Iterator[Statement]:
    """Source: CloudWatch Logs user guide, "Logs sent to Amazon S3" (V2 permissions)."""
    deliveries = Sub("arn:${AWS::Partition}:logs:us-east-1:${AWS::AccountId}:delivery-source:*")
    own = {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": _ACCOUNT}
    yield service_statement(
        "DistributionLogs",
        _DELIVERY,
        ("PutObject", _objects(bucket, "AWSLogs/${AWS::AccountId}/*")),
        {"StringEquals": own, "ArnLike": {"aws:SourceArn": deliveries}},
    )


def _flow_logs(bucket: BucketSettings, senders: Sequence[Component]) -> Iterator[Statement]:
    """Source: VPC user guide, "Publish flow logs to Amazon S3", bucket permissions."""
    for sender in senders:
        account = sender.flow_log_account if isinstance(sender, SendsFlowLogs) else _FOLDER
        yield from _delivered("Flow", bucket, f"{FLOW_LOG_FOLDER}/AWSLogs/{account}")


def _delivered(sid: str, bucket: BucketSettings, folder: str) -> Iterator[Statement]:
    """The delivery of CloudWatch Logs writes below a folder, and asks first whose the bucket is."""
    own = {"StringEquals": {"aws:SourceAccount": _ACCOUNT}, "ArnLike": {"aws:SourceArn": _DELIVERIES}}
    acl = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": _ACCOUNT}}
    below = _objects(bucket, f"{folder}/*")
    yield service_statement(f"{sid}Logs", _DELIVERY, ("PutObject", below), own | acl)
    yield service_statement(f"{sid}LogsCheck", _DELIVERY, ("GetBucketAcl", GetAtt(bucket.main_id, "Arn")), own)


_LOGS: Mapping[str, Callable[[BucketSettings, Sequence[Component]], Iterator[Statement]]] = {
    "artifact-bucket": _artifact_bucket_logs,
    "bucket": _access_logs,
    "distribution": _distribution_logs,
    "flow-log": _flow_logs,
    "load-balancer": _load_balancer_logs,
    "network-load-balancer": _network_balancer_logs,
}
"""``x-logs-as`` of the sender → what its logs need."""


def _public(bucket: BucketSettings) -> Iterator[Statement]:
    if bucket.public_read:
        yield Statement(
            Sid="AnybodyReads",
            Effect=Allow,
            Principal=Principal("*"),
            Action=[Action("s3", "GetObject")],
            Resource=[Join("", [GetAtt(bucket.main_id, "Arn"), f"/{path}"]) for path in bucket.public_read.paths],
        )


def _objects(bucket: BucketSettings, keys: str) -> Value:
    return Sub(f"${{{bucket.main_id}.Arn}}/{keys}")
