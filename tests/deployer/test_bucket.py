"""The artefact bucket, over real HTTP."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber

from deployer.bucket import ensure_bucket, upload
from deployer.errors import REFUSED, DeployError
from deployer.session import Aws
from deployer.uploads import upload_all


def test_it_is_made_private_encrypted_versioned_and_tls_only(aws: Aws) -> None:
    name = ensure_bucket(aws, None)
    assert name == f"stackwright-{aws.account}-{aws.region}"
    assert ensure_bucket(aws, None) == name
    encryption = aws.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert all(aws.s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert aws.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    ownership = aws.s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    assert ownership["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced"
    (statement,) = json.loads(aws.s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_a_half_made_bucket_is_settled(aws: Aws) -> None:
    name = ensure_bucket(aws, None)
    aws.s3.delete_bucket_policy(Bucket=name)
    ensure_bucket(aws, None)
    assert aws.s3.get_bucket_policy(Bucket=name)["Policy"]


def test_a_given_bucket_is_used_but_never_made(aws: Aws) -> None:
    with pytest.raises(DeployError, match="there is no bucket 'my-own' in account 000000000000"):
        ensure_bucket(aws, "my-own")
    aws.s3.create_bucket(Bucket="my-own")
    assert ensure_bucket(aws, "my-own") == "my-own"


def test_a_bucket_in_another_region_is_refused(aws: Aws) -> None:
    aws.s3.create_bucket(Bucket="far-away", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with pytest.raises(DeployError, match="is in eu-west-1, the deployment in us-east-1"):
        ensure_bucket(aws, "far-away")


def test_what_is_there_is_not_sent_again(aws: Aws) -> None:
    bucket = ensure_bucket(aws, None)
    upload(aws, bucket, "key", b"content")
    first = aws.s3.head_object(Bucket=bucket, Key="key")["VersionId"]
    upload(aws, bucket, "key", b"content")
    assert aws.s3.head_object(Bucket=bucket, Key="key")["VersionId"] == first


@pytest.mark.parametrize(("code", "raises"), [("PreconditionFailed", False), ("AccessDenied", True)])
def test_what_somebody_uploads_meanwhile_is_not_overwritten(aws: Aws, code: str, raises: bool) -> None:
    """Scripted: the stand-in knows no conditional writes."""
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    named = {"Bucket": "b", "Key": "key", "ExpectedBucketOwner": aws.account}
    with Stubber(client) as stubber:
        stubber.add_client_error("head_object", "404", expected_params=named)
        stubber.add_client_error("put_object", code, expected_params={**named, "Body": b"x", "IfNoneMatch": "*"})
        with pytest.raises(DeployError) if raises else nullcontext():
            upload(replace(aws, s3=client), "b", "key", b"x")
        stubber.assert_no_pending_responses()


def test_a_bucket_of_somebody_else_is_refused(aws: Aws) -> None:
    """Scripted: the stand-in does not check the expected owner."""
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with (
        Stubber(s3) as stubber,
        pytest.raises(DeployError, match="to another account than 000000000000") as caught,
    ):
        expected = {"Bucket": "theirs", "ExpectedBucketOwner": "000000000000"}
        stubber.add_client_error("head_bucket", "403", http_status_code=403, expected_params=expected)
        ensure_bucket(replace(aws, s3=s3), "theirs")
    assert caught.value.exit_code == REFUSED


def test_many_objects_are_uploaded_at_once_and_each_once(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = ensure_bucket(aws, None)
    objects = {f"key-{number}": str(number).encode() for number in range(40)}
    upload_all(aws, bucket, objects)
    first = {one["Key"]: one["ETag"] for one in aws.s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert objects.keys() <= first.keys()
    monkeypatch.setattr(aws.s3, "put_object", None)
    upload_all(aws, bucket, objects)


def test_the_first_fault_of_many_uploads_is_told(aws: Aws) -> None:
    with pytest.raises(DeployError, match="uploading to the artefact bucket"):
        upload_all(aws, "nowhere-at-all", {f"key-{number}": b"" for number in range(40)})
