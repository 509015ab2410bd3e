"""Buckets: what users may do, what is closed, who else is let in, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.diagnostics import Diagnostic
from compiler.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
KEY = {"Ref": "PlatformKeyArn"}


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def bucket(settings: str, environment: str = "dev") -> dict[str, Json]:
    body: dict[str, Json] = built(f"buckets: {{media: {settings}}}\n", environment)["MediaBucket"]
    return body


def statements(found: dict[str, Json], policy: str) -> dict[str, Json]:
    return {one["Sid"]: one for one in found[policy]["Properties"]["PolicyDocument"]["Statement"]}


def access(verb: str, settings: str = "{}") -> list[Json]:
    """What a function that does `verb` with a bucket may do."""
    text = f"""
buckets: {{media: {settings}}}
functions:
  job: {{runtime: python3.13, code: ., handler: app.handler, uses: {{media: {verb}}}}}
"""
    found: list[Json] = built(text)["JobAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


BUCKET = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${MediaBucket}"}
OBJECTS = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${MediaBucket}/*"}
ALLOWED = {
    "read": ["s3:GetObject"],
    "write": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
}
KEY_ACTIONS = {"read": ["kms:Decrypt"], "write": ["kms:Decrypt", "kms:GenerateDataKey"]}


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_verb_allows_its_actions_on_that_bucket(verb: str) -> None:
    objects, listing, key = access(verb)
    assert (objects["Action"], objects["Resource"]) == (ALLOWED[verb], [OBJECTS])
    assert (listing["Action"], listing["Resource"]) == (["s3:GetBucketLocation", "s3:ListBucket"], [BUCKET])
    assert (key["Action"], key["Resource"]) == (KEY_ACTIONS[verb], [KEY])
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = access(verb)
    assert len(found) == 3
    assert not any("*" in action for one in found for action in one["Action"])
    assert not any(resource == "*" for one in found for resource in one["Resource"])
    other = {"read": "s3:PutObject", "write": "s3:GetObject"}[verb]
    assert not any(other in one["Action"] for one in found)


def test_a_bucket_under_the_services_own_key_gives_no_use_of_the_platforms() -> None:
    assert len(access("read", "{receives_logs: true}")) == 2


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_bucket_is_closed_and_encrypted(environment: str) -> None:
    properties = bucket("{}", environment)["Properties"]
    assert properties["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert rule == {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}


def test_only_tls_gets_in() -> None:
    arn = {"Fn::GetAtt": ["MediaBucket", "Arn"]}
    assert statements(built("buckets: {media: {}}\n"), "MediaBucketPolicy") == {
        "TlsOnly": {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": [arn, {"Fn::Join": ["", [arn, "/*"]]}],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    }


@pytest.mark.parametrize(("environment", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_what_stays_is_up_to_the_posture(environment: str, policy: str) -> None:
    body = bucket("{}", environment)
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == (policy, "Retain")


def rules(settings: str) -> dict[str, Json]:
    found = bucket(settings)["Properties"]["LifecycleConfiguration"]["Rules"]
    return {one["Id"]: one for one in found}


def test_objects_move_and_go_in_time() -> None:
    found = rules("{lifecycle: {infrequent_access: 30, glacier: 90}, expire: 400}")
    assert found["objects"]["Transitions"] == [
        {"StorageClass": "STANDARD_IA", "TransitionInDays": 30},
        {"StorageClass": "GLACIER", "TransitionInDays": 90},
    ]
    assert found["objects"]["ExpirationInDays"] == 400
    assert "ExpiredObjectDeleteMarker" not in found["former-versions"]
    assert found["unfinished-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


@pytest.mark.parametrize(
    ("settings", "days"), [("{}", 7), ("{noncurrent_days: 20}", 20), ("{receives_logs: true, expire: 30}", 1)]
)
def test_former_versions_go_in_time(settings: str, days: int) -> None:
    assert rules(settings)["former-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": days}


def test_without_versioning_there_is_nothing_former() -> None:
    assert set(rules("{versioning: false}")) == {"unfinished-uploads"}
    assert bucket("{versioning: false}")["Properties"]["VersioningConfiguration"] == {"Status": "Suspended"}


LOGS = """
buckets:
  media: {logs_to: logs}
  logs: {receives_logs: true}
  quiet: {receives_logs: true}
"""


def test_a_log_bucket_lets_in_exactly_those_who_log_to_it() -> None:
    found = built(LOGS)
    assert set(statements(found, "QuietBucketPolicy")) == {"TlsOnly"}
    one = statements(found, "LogsBucketPolicy")["BucketAccessLogs"]
    assert one["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert one["Action"] == ["s3:PutObject"]
    assert one["Resource"] == [{"Fn::Sub": "${LogsBucket.Arn}/s3/*"}]
    assert one["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": [{"Fn::GetAtt": ["MediaBucket", "Arn"]}]},
    }


def test_access_logs_go_where_the_policy_lets_them() -> None:
    found = built(LOGS)
    assert found["MediaBucket"]["Properties"]["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": "LogsBucket"},
        "LogFilePrefix": "s3/media/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
    (rule,) = found["LogsBucket"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_load_balancers_log_to_a_bucket_only_from_this_account() -> None:
    text = """
buckets: {logs: {receives_logs: true}}
load_balancer: {logs_to: logs}
services:
  web: {image: "public.ecr.aws/docker/library/nginx:1.27", port: 8080, ingress: {path: "/*", health_check: /health}}
"""
    one = statements(built(text), "LogsBucketPolicy")["LoadBalancerLogs"]
    balancers = "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:loadbalancer/*"
    assert one["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert one["Resource"] == [{"Fn::Sub": "${LogsBucket.Arn}/alb/AWSLogs/${AWS::AccountId}/*"}]
    assert one["Condition"] == {"ArnLike": {"aws:SourceArn": {"Fn::Sub": balancers}}}


def test_public_reading_is_narrow_and_gives_its_reason() -> None:
    settings = "{public_read: {reason: Open data for crawlers, paths: ['open/*']}}"
    found = built(f"buckets: {{media: {settings}}}\n")
    one = statements(found, "MediaBucketPolicy")["AnybodyReads"]
    assert one["Action"] == ["s3:GetObject"]
    assert one["Resource"] == [{"Fn::Join": ["", [{"Fn::GetAtt": ["MediaBucket", "Arn"]}, "/open/*"]]}]
    block = found["MediaBucket"]["Properties"]["PublicAccessBlockConfiguration"]
    assert (block["BlockPublicAcls"], block["IgnorePublicAcls"]) == (True, True)
    skipped = found["MediaBucket"]["Metadata"]["checkov"]["skip"]
    assert {one["comment"] for one in skipped} == {"Open data for crawlers"}


def test_a_locked_bucket_says_so_from_its_creation() -> None:
    properties = bucket("{object_lock: {days: 10}}")["Properties"]
    retention = {"Days": 10, "Mode": "GOVERNANCE"}
    assert properties["ObjectLockEnabled"] is True
    assert properties["ObjectLockConfiguration"]["Rule"] == {"DefaultRetention": retention}


def test_one_cors_rule_needs_no_list() -> None:
    (rule,) = bucket("{cors: {origins: ['*']}}")["Properties"]["CorsConfiguration"]["CorsRules"]
    assert rule == {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "MaxAge": 3600}


def wrong(settings: str) -> tuple[Diagnostic, ...]:
    return faults(f"{HEAD}buckets: {{media: {settings}, other: {{}}, logs: {{receives_logs: true}}}}\n")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{lifecycle: {infrequent_access: 29}}", "out-of-range"),
        ("{lifecycle: {infrequent_access: 30, glacier: 59}}", "lifecycle-order"),
        ("{lifecycle: {infrequent_access: 30, glacier_instant: 59}}", "lifecycle-order"),
        ("{lifecycle: {glacier: 90, deep_archive: 90}}", "lifecycle-order"),
        ("{lifecycle: {glacier: 90}, expire: 90}", "lifecycle-order"),
        ("{object_lock: {days: 1}, versioning: false}", "object-lock"),
        ("{object_lock: {days: 1}, receives_logs: true}", "object-lock"),
        ("{public_read: {paths: ['*']}}", "missing-property"),
        ("{public_read: {reason: Because I say so, paths: [/open]}}", "bad-value"),
        ("{public_read: {reason: Because I say so, paths: ['*']}, receives_logs: true}", "public-logs"),
        ("{receives_logs: true, logs_to: logs}", "log-of-logs"),
        ("{logs_to: other}", "not-a-log-bucket"),
        ("{logs_to: nowhere}", "unknown-component"),
        ("{cors: {methods: [GET]}}", "missing-property"),
        ("{cors: [{origins: [www.example.com]}]}", "bad-value"),
        ("{keep: snapshot}", "not-allowed"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    assert {one.code for one in wrong(settings)} == {code}


@pytest.mark.parametrize(
    "settings",
    [
        "{lifecycle: {infrequent_access: 30, glacier: 60, deep_archive: 61}, expire: 62}",
        "{lifecycle: {glacier: 1}}",
        "{logs_to: logs, object_lock: {days: 1}}",
    ],
)
def test_what_is_just_right(settings: str) -> None:
    assert wrong(settings) == ()
