"""Buckets: what users may do, what is closed, who else is let in, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json
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
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
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


def test_classes_come_in_the_order_of_their_days_for_objects_and_former_versions() -> None:
    days = "{infrequent_access: 30, intelligent_tiering: 60, glacier_instant: 61, glacier: 62, deep_archive: 63}"
    found = rules(f"{{lifecycle: {days}, noncurrent_lifecycle: {days}, noncurrent_days: 64}}")
    classes = ["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
    former = found["former-versions"]["NoncurrentVersionTransitions"]
    for moves in (found["objects"]["Transitions"], former):
        assert [(one["StorageClass"], one["TransitionInDays"]) for one in moves] == list(
            zip(classes, (30, 60, 61, 62, 63), strict=True)
        )
    assert found["former-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 64}


def test_objects_below_a_prefix_have_rules_of_their_own() -> None:
    found = rules("{lifecycle_below: {exports/: {expire: 9}, reports/: {intelligent_tiering: 0}}}")
    assert "objects" not in found
    exports = {"Id": "objects-exports/", "Status": "Enabled", "Prefix": "exports/", "ExpirationInDays": 9}
    assert found["objects-exports/"] == exports
    reports = found["objects-reports/"]
    assert reports["Transitions"] == [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}]
    assert reports["Prefix"] == "reports/" and "ExpirationInDays" not in reports


def test_transfers_are_accelerated_only_when_asked_for() -> None:
    assert bucket("{transfer_acceleration: true}")["Properties"]["AccelerateConfiguration"] == {
        "AccelerationStatus": "Enabled"
    }
    assert "AccelerateConfiguration" not in bucket("{}")["Properties"]


FAR_KEY = "arn:aws:kms:us-west-2:333333333333:key/1234"
FAR = f"arn: 'arn:aws:s3:::far', key: '{FAR_KEY}'"


def replicated(settings: str, more: str = "") -> dict[str, Json]:
    return built(f"buckets: {{media: {{replicate: {{{settings}}}{more}}}, archive: {{}}}}\n")


def rule(found: dict[str, Json]) -> dict[str, Json]:
    (one,) = found["MediaBucket"]["Properties"]["ReplicationConfiguration"]["Rules"]
    return dict(one)


def test_copies_in_a_bucket_of_the_platform() -> None:
    found = replicated("to: archive")
    assert rule(found) == {
        "Id": "copies",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": {"Fn::GetAtt": ["ArchiveBucket", "Arn"]},
            "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
        },
    }
    allowed = statements(found, "MediaBucketReplicationPolicy")
    archive = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${ArchiveBucket}/*"}
    assert allowed["Copies"]["Resource"] == [archive]
    assert allowed["Copies"]["Action"] == ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
    assert allowed["Versions"]["Resource"] == [OBJECTS]
    assert allowed["Configuration"]["Resource"] == [BUCKET]
    assert (allowed["Key"]["Action"], allowed["CopiesKey"]["Action"]) == (
        ["kms:Decrypt"],
        ["kms:Decrypt", "kms:Encrypt"],
    )


def test_copies_in_another_account_are_its_own_and_under_its_key() -> None:
    found = replicated(f"{FAR}, account: '333333333333', prefix: paid/, deletions: false, storage_class: glacier")
    one = rule(found)
    assert one["Filter"] == {"Prefix": "paid/"}
    assert one["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert one["Destination"] == {
        "Bucket": "arn:aws:s3:::far",
        "Account": "333333333333",
        "AccessControlTranslation": {"Owner": "Destination"},
        "EncryptionConfiguration": {"ReplicaKmsKeyID": FAR_KEY},
        "StorageClass": "GLACIER",
    }
    allowed = statements(found, "MediaBucketReplicationPolicy")
    assert allowed["Copies"]["Resource"] == ["arn:aws:s3:::far/*"]
    assert "s3:ObjectOwnerOverrideToBucketOwner" in allowed["Copies"]["Action"]
    assert allowed["CopiesKey"]["Resource"] == [FAR_KEY]
    assert allowed["CopiesKey"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}


def test_the_role_may_do_no_more_than_copy() -> None:
    found = replicated(FAR)
    actions = {action for one in statements(found, "MediaBucketReplicationPolicy").values() for action in one["Action"]}
    assert not any("*" in action for action in actions)
    assert actions.isdisjoint(
        {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ObjectOwnerOverrideToBucketOwner"}
    )
    assert "s3:GetObjectRetention" not in actions
    (trusted,) = found["MediaBucketReplicationRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "s3.amazonaws.com"}


def test_locks_are_copied_with_their_objects() -> None:
    allowed = statements(replicated(FAR, ", object_lock: {days: 1}"), "MediaBucketReplicationPolicy")
    assert {"s3:GetObjectLegalHold", "s3:GetObjectRetention"} < set(allowed["Versions"]["Action"])


def test_copies_under_the_services_own_key_need_none() -> None:
    found = replicated("arn: 'arn:aws:s3:::far'", ", receives_logs: true")
    assert "SourceSelectionCriteria" not in rule(found)
    assert rule(found)["Destination"] == {"Bucket": "arn:aws:s3:::far"}
    assert set(statements(found, "MediaBucketReplicationPolicy")) == {"Configuration", "Versions", "Copies"}


def test_a_promise_of_15_minutes_is_measured() -> None:
    destination = rule(replicated("to: archive, within_15_minutes: true"))["Destination"]
    assert destination["ReplicationTime"] == {"Status": "Enabled", "Time": {"Minutes": 15}}
    assert destination["Metrics"] == {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}


def test_without_copies_there_is_no_role() -> None:
    assert not any("Replication" in name for name in built("buckets: {media: {}}\n"))


def test_what_is_backed_up_tells_of_its_changes() -> None:
    found = built("buckets: {media: {events: false}, other: {events: false}}\nbackups: {nightly: {of: [media]}}\n")
    bridge = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert found["MediaBucket"]["Properties"]["NotificationConfiguration"] == bridge
    assert "NotificationConfiguration" not in found["OtherBucket"]["Properties"]
    allowed = statements(found, "NightlyBackupAccess")
    assert allowed["MediaBucketBackup"]["Resource"] == [BUCKET]
    assert allowed["MediaBucketBackup1"]["Resource"] == [OBJECTS]
    everywhere = [one["Action"] for one in allowed.values() if one["Resource"] == ["*"]]
    assert everywhere == [["cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"]]
    assert not any("*" in action for one in allowed.values() for action in one["Action"])
    assert "s3:PutObject" not in str(allowed)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{lifecycle: {infrequent_access: 30, intelligent_tiering: 59}}", "lifecycle-order"),
        ("{lifecycle_below: {a/: {glacier: 9, deep_archive: 9}}}", "lifecycle-order"),
        ("{lifecycle_below: {a/: {glacier: 9, expire: 9}}}", "lifecycle-order"),
        ("{lifecycle_below: {/a: {expire: 9}}}", "bad-name"),
        ("{lifecycle_below: {a/: {}}}", "out-of-range"),
        ("{noncurrent_lifecycle: {infrequent_access: 30}, noncurrent_days: 30}", "lifecycle-order"),
        ("{noncurrent_lifecycle: {infrequent_access: 30}, versioning: false}", "unused-setting"),
        ("{noncurrent_lifecycle: {infrequent_access: 30}, receives_logs: true}", "unused-setting"),
        ("{replicate: {}}", "one-of-two"),
        (f"{{replicate: {{to: other, {FAR}}}}}", "one-of-two unused-setting"),
        ("{replicate: {to: other}, versioning: false}", "no-versioning"),
        ("{replicate: {to: plain}}", "no-versioning"),
        ("{replicate: {to: media}}", "unknown-component"),
        ("{replicate: {to: other}, object_lock: {days: 1}}", "object-lock"),
        ("{replicate: {arn: 'arn:aws:s3:::far'}}", "missing-property"),
        (f"{{replicate: {{{FAR}}}, receives_logs: true}}", "unused-setting"),
        ("{replicate: {to: other, account: '333333333333'}}", "unused-setting"),
        ("{replicate: {arn: far}}", "bad-value"),
    ],
)
def test_faults_of_lifecycles_and_copies(settings: str, code: str) -> None:
    text = f"{HEAD}buckets: {{media: {settings}, other: {{}}, plain: {{versioning: false}}}}\n"
    assert {one.code for one in faults(text)} == set(code.split())
