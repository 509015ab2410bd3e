"""The S3 bucket for templates and artefacts: created on first use, private, and checked to be in this account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from botocore.exceptions import ClientError

from compiler.source.json_value import Json
from deployer.errors import DeployError, refused
from deployer.faults import error_code, explained, read
from deployer.session import Aws

EXPIRING: Sequence[Json] = (
    {
        "ID": "unfinished-uploads",
        "Status": "Enabled",
        "Filter": {},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
    {
        "ID": "former-versions",
        "Status": "Enabled",
        "Filter": {},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    },
)
"""What was deleted expires, but no template or code in use: CloudFormation may read it again whenever it rolls back."""

_BARE = frozenset({"400", "403", "AccessDenied"})
"""Answers to a HEAD that may mean expired credentials."""


@explained("preparing the artefact bucket")
def ensure_bucket(aws: Aws, given: str | None) -> str:
    """Name of the bucket to use: `given`, which must exist, or ``stackwright-<account>-<region>``, created if missing.

    Raises `DeployError` when the bucket belongs to another account or is in another region.
    """
    name = given or default_bucket(aws.account, aws.region)
    region = _region_of(aws, name)
    if region and region != aws.region:
        raise refused(
            f"bucket '{name}' is in {region}, the deployment in {aws.region}",
            f"name a bucket in {aws.region} with --bucket",
            "bad-bucket",
        )
    if region is None and given:
        raise refused(
            f"there is no bucket '{name}' in account {aws.account}", "create it, or leave --bucket out", "bad-bucket"
        )
    if region is None:
        _create(aws, name)
    if not given and not _settled(aws, name):
        _settle(aws, name)
    return name


def default_bucket(account: str, region: str) -> str:
    """Name of the artefact bucket, where nobody has given one."""
    return f"stackwright-{account}-{region}"


def at_home(aws: Aws, home: str) -> Aws:
    """The same account with its storage in another region."""
    return aws if home == aws.region else replace(aws, region=home, s3=aws.client("s3", home))


def exists(aws: Aws, name: str) -> bool:
    """Whether this account has the bucket. Raises `DeployError` when another one has."""
    return _region_of(aws, name) is not None


def _region_of(aws: Aws, name: str) -> str | None:
    """The bucket's region ("" where the endpoint does not return it), or None when there is no such bucket."""
    try:
        bucket = aws.s3.head_bucket(Bucket=name, ExpectedBucketOwner=aws.account)
    except ClientError as fault:
        if error_code(fault) in ("404", "NoSuchBucket"):
            return None
        if error_code(fault) in _BARE:
            _check_credentials(aws)
        if error_code(fault) in ("403", "AccessDenied"):
            raise _not_ours(aws, name) from fault
        raise
    return str(bucket.get("BucketRegion", ""))


def _check_credentials(aws: Aws) -> None:
    """A HEAD has no body, so that nothing but its status says why S3 refuses: expired credentials end here."""
    read(lambda: aws.client("sts", aws.region).get_caller_identity())


def _not_ours(aws: Aws, name: str) -> DeployError:
    """HeadBucket needs s3:ListBucket, and answers 403 for a bucket of another account too (its API reference)."""
    message = (
        f"permission denied while reading bucket '{name}': either {aws.caller or 'the identity in use'} lacks "
        f"s3:ListBucket on it, or it belongs to another account than {aws.account}"
    )
    arn = f"arn:{aws.s3.meta.partition}:s3:::{name}"
    hint = f"grant s3:ListBucket on {arn}, or name a bucket of this account with --bucket"
    return refused(message, hint, "access-denied")


def _no_object(aws: Aws, key: str) -> DeployError:
    """HeadObject needs s3:GetObject; of a key that is not there it says so to those who have s3:ListBucket alone."""
    who = aws.caller or "the identity in use"
    message = f"permission denied while looking for '{key}': {who} lacks s3:GetObject or s3:ListBucket on the bucket"
    return refused(message, "grant both: `bootstrap --policies-only` prints the policies", "access-denied")


def _create(aws: Aws, name: str) -> None:
    request: dict[str, Json] = {"Bucket": name, "ObjectOwnership": "BucketOwnerEnforced"}
    if aws.region != "us-east-1":  # S3 refuses this one as a location constraint
        request["CreateBucketConfiguration"] = {"LocationConstraint": aws.region}
    try:
        aws.s3.create_bucket(**request)
    except ClientError as fault:
        if error_code(fault) == "BucketAlreadyExists":
            message = f"bucket name '{name}' is taken by another account"
            raise refused(message, "name another one with --bucket", "bad-bucket") from fault
        if error_code(fault) != "BucketAlreadyOwnedByYou":
            raise


def _settled(aws: Aws, name: str) -> bool:
    """The policy is put last, so that a bucket with a policy has all its settings."""
    try:
        read(lambda: aws.s3.get_bucket_policy(Bucket=name, ExpectedBucketOwner=aws.account))
    except ClientError as fault:
        if error_code(fault) == "NoSuchBucketPolicy":
            return False
        raise
    return True


def _settle(aws: Aws, name: str) -> None:
    bucket = {"Bucket": name, "ExpectedBucketOwner": aws.account}
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    requests: tuple[tuple[str, Json], ...] = (
        ("put_public_access_block", {"PublicAccessBlockConfiguration": dict.fromkeys(blocks, True)}),
        (
            "put_bucket_ownership_controls",
            {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        ),
        ("put_bucket_encryption", {"ServerSideEncryptionConfiguration": encryption}),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
        ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": EXPIRING}}),
        ("put_bucket_policy", {"Policy": _tls_only(aws, name)}),
    )
    for operation, settings in requests:
        getattr(aws.s3, operation)(**bucket, **settings)


def _tls_only(aws: Aws, name: str) -> str:
    partition = aws.s3.meta.partition
    arn = f"arn:{partition}:s3:::{name}"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


@explained("uploading to the artefact bucket")
def upload(aws: Aws, bucket: str, key: str, body: bytes) -> None:
    """Put `body` under a key that names its content; an existing object is not sent again, and never overwritten."""
    object_key: dict[str, Json] = {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": aws.account}
    try:
        aws.s3.head_object(**object_key)
    except ClientError as fault:
        if error_code(fault) in _BARE:
            _check_credentials(aws)
        if error_code(fault) in ("403", "AccessDenied"):
            raise _no_object(aws, key) from fault
        if error_code(fault) not in ("404", "NoSuchKey"):
            raise
        _put(aws, body, object_key)


def _put(aws: Aws, body: bytes, object_key: dict[str, Json]) -> None:
    """Somebody who uploads the same at this moment may be faster (Amazon S3 user guide, "conditional writes")."""
    try:
        aws.s3.put_object(Body=body, IfNoneMatch="*", **object_key)
    except ClientError as fault:
        if error_code(fault) != "PreconditionFailed":
            raise
