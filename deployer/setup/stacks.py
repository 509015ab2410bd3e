"""The two stacks of `bootstrap`: the artefact bucket, one a region, and the role with which CloudFormation acts."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.setup.policies import MAX_POLICIES, Policies, as_template

BUCKET_STACK = "stackwright-artefacts"
BUCKET = "stackwright-${AWS::AccountId}-${AWS::Region}"
ROLE_OUTPUT = "ExecutionRoleArn"
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_FORMER_DAYS = 30
_UPLOAD_DAYS = 7


def bucket_stack(root: Compiled) -> Compiled:
    """The stack of the bucket in the region of a root.

    What has been replaced expires, but no template or code in use: its name is the hash of its content, and
    CloudFormation may read it again whenever it rolls back.
    """
    body = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Stackwright's templates and artefacts",
        "Resources": {"ArtefactBucket": _bucket(), "ArtefactBucketPolicy": _bucket_policy()},
        "Outputs": {"ArtefactBucketName": {"Value": {"Ref": "ArtefactBucket"}}},
    }
    return _stack(BUCKET_STACK, root, body)


def _bucket() -> Json:
    rules = [
        {
            "Id": "unfinished-uploads",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UPLOAD_DAYS},
        },
        {
            "Id": "former-versions",
            "Status": "Enabled",
            "ExpiredObjectDeleteMarker": True,
            "NoncurrentVersionExpiration": {"NoncurrentDays": _FORMER_DAYS},
        },
    ]
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    properties = {
        "BucketName": {"Fn::Sub": BUCKET},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "LifecycleConfiguration": {"Rules": rules},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": dict.fromkeys(_BLOCKS, True),
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return {"Type": "AWS::S3::Bucket", **kept, "Properties": properties}


def _bucket_policy() -> Json:
    arn = {"Fn::GetAtt": ["ArtefactBucket", "Arn"]}
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, {"Fn::Sub": "${ArtefactBucket.Arn}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    properties = {"Bucket": {"Ref": "ArtefactBucket"}, "PolicyDocument": document}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": properties}


def role_stack_name(root: Compiled) -> str:
    """Outside of the stacks that a pipeline of the environment may change: it can't widen its own role."""
    return f"stackwright-execution-{root.platform}-{root.environment}"


def execution_stack(root: Compiled, wanted: Policies) -> Compiled:
    """The stack of the role, with as many managed policies as its permissions need.

    Raises ValueError when they are more than a role may have.
    """
    if len(wanted.resources) > MAX_POLICIES:
        raise ValueError(f"{len(wanted.resources)} policies, and a role may have {MAX_POLICIES}")
    documents = {f"Execution{number}Policy": one for number, one in enumerate(wanted.resources, 1)}
    parts = {name: _managed_policy(root, as_template(one)) for name, one in documents.items()}
    body = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The role with which CloudFormation deploys {root.platform} {root.environment}",
        "Resources": {"ExecutionRole": _role(root, [{"Ref": name} for name in parts]), **parts},
        "Outputs": {ROLE_OUTPUT: {"Value": {"Fn::GetAtt": ["ExecutionRole", "Arn"]}}},
    }
    return _stack(role_stack_name(root), root, body)


def _role(root: Compiled, managed: Json) -> Json:
    """Trusted as in the CloudFormation user guide, "CloudFormation service role", which names no condition."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudformation.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    properties = {
        "Description": f"CloudFormation for {root.platform} {root.environment}",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "ManagedPolicyArns": managed,
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def _managed_policy(root: Compiled, document: Json) -> Json:
    properties = {"Description": f"Resources of {root.platform} {root.environment}", "PolicyDocument": document}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def _stack(name: str, root: Compiled, body: Mapping[str, Json]) -> Compiled:
    origins = dict.fromkeys(body["Resources"], "")
    template = Template("root", "", body, origins)
    tags = {"stackwright:bootstrap": name}
    return Compiled(name, root.environment, "production", root.region, root.account, name, tags, template, (), (), {})
