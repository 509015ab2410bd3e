"""Roles and the policies that bound them."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn, last_name


def _path(wanted: Wanted) -> str:
    return f"/{wanted.name[: -len(wanted.last)]}"


def _role(wanted: Wanted) -> Properties:
    principal = {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    return {"RoleName": wanted.last, "Path": _path(wanted), "AssumeRolePolicyDocument": document}


def _policy(wanted: Wanted) -> Properties | None:
    """A policy of AWS itself is there."""
    if wanted.account == "aws":
        return None
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"ManagedPolicyName": wanted.last, "Path": _path(wanted), "PolicyDocument": document}


SEEDS = {
    "AWS::IAM::Role": Seed(("iam", "_roles"), _role, last_name, arn("iam", "role/.*")),
    "AWS::IAM::ManagedPolicy": Seed(("iam", "_policies"), _policy, looks=arn("iam", "policy/.*")),
}
