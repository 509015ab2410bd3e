"""An existing bucket."""

from __future__ import annotations

from collections.abc import Mapping

from botocore.exceptions import ClientError

from compiler.source.json_value import Json
from deployer.faults import error_code
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    s3 = question.aws.s3
    try:
        rules = s3.get_bucket_encryption(Bucket=question.name)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as fault:
        return _without_encryption(question, fault)
    keys = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for rule in rules]
    return {"key": question.customer_key(next(filter(None, keys), None))}


def _without_encryption(question: Question, fault: ClientError) -> Mapping[str, Json]:
    """What it means that the encryption can't be read: none, no bucket, or a bucket of another account."""
    if error_code(fault) == "ServerSideEncryptionConfigurationNotFoundError":
        return {}
    if error_code(fault) == "NoSuchBucket":
        raise Unfound(f"there is no bucket '{question.name}'") from None
    if error_code(fault) != "AccessDenied" or _own(question):
        raise fault
    return {}


def _own(question: Question) -> bool:
    pages = question.aws.s3.get_paginator("list_buckets").paginate()
    return any(bucket["Name"] == question.name for page in pages for bucket in page.get("Buckets", ()))
