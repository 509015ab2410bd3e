"""Keys that are there already, and the customer's keys of what is encrypted with one."""

from __future__ import annotations

from collections.abc import Mapping

from botocore.exceptions import ClientError

from compiler.source.json_value import Json
from deployer.faults import error_code
from deployer.finders.question import Question, Unfound


def key(question: Question) -> Mapping[str, Json]:
    """The ARN of a key. An alias may come to stand for another key: what is written down is the key itself."""
    about = question.ask(lambda: question.client("kms").describe_key(KeyId=question.id))["KeyMetadata"]
    if about.get("KeyManager") != "CUSTOMER":
        raise Unfound(f"'{question.id}' is an AWS managed key, whose policy can't be changed")
    if about.get("KeyState") != "Enabled":
        raise Unfound(f"the key is {about.get('KeyState')}, not Enabled")
    return {"id": about["Arn"]}


def bucket(question: Question) -> Mapping[str, Json]:
    s3 = question.aws.s3
    try:
        found = s3.get_bucket_encryption(Bucket=question.name)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as fault:
        return _without_encryption(question, fault)
    said = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for rule in found]
    return {"key": question.customer_key(next(filter(None, said), None))}


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
    return any(one["Name"] == question.name for page in pages for one in page.get("Buckets", ()))


def queue(question: Question) -> Mapping[str, Json]:
    sqs = question.client("sqs")
    url = question.ask(lambda: sqs.get_queue_url(QueueName=question.name))["QueueUrl"]
    found = question.ask(lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"]))
    return {"key": question.customer_key(found.get("Attributes", {}).get("KmsMasterKeyId"))}


def topic(question: Question) -> Mapping[str, Json]:
    found = question.ask(lambda: question.client("sns").get_topic_attributes(TopicArn=question.arn))
    return {"key": question.customer_key(found["Attributes"].get("KmsMasterKeyId"))}


def table(question: Question) -> Mapping[str, Json]:
    about = question.ask(lambda: question.client("dynamodb").describe_table(TableName=question.name))["Table"]
    streams = about.get("StreamSpecification", {}).get("StreamEnabled")
    return {
        "key": question.customer_key(about.get("SSEDescription", {}).get("KMSMasterKeyArn")),
        "stream": about.get("LatestStreamArn") if streams else None,
    }


def stream(question: Question) -> Mapping[str, Json]:
    found = question.ask(lambda: question.client("kinesis").describe_stream_summary(StreamName=question.name))
    return {"key": question.customer_key(found["StreamDescriptionSummary"].get("KeyId"))}


def secret(question: Question) -> Mapping[str, Json]:
    about = question.ask(lambda: question.client("secretsmanager").describe_secret(SecretId=question.id))
    if about.get("DeletedDate"):
        raise Unfound(f"the secret '{question.id}' is about to be deleted")
    return {"id": about["ARN"], "key": question.customer_key(about.get("KmsKeyId"))}
