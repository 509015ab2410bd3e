"""Who may read the artefact buckets: the execution role of each account of a fleet, and nobody else there.

Lambda and CloudFormation read code and nested templates with the permissions of the role that deploys, from buckets of
the stack set's account. The objects are encrypted with S3's own key, so that no key policy has to open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from compiler.language.fleet import Fleet
from compiler.source.json_value import Json
from deployer.bucket import at_home
from deployer.faults import error_code, explained, read
from deployer.fleets.state import ROLES
from deployer.session import Aws

_OF_ORGANIZATIONS = "stacksets-exec-*"
"""Roles that AWS Organizations makes for service-managed stack sets."""


def statement_id(stack: str) -> str:
    """The id of the fleet's statement, of which there is one in each bucket."""
    return "StackwrightFleet" + "".join(word.capitalize() for word in re.split("[^A-Za-z0-9]", stack))


def statement(fleet: Fleet, stack: str, bucket: str, keys: Sequence[str], partition: str = "aws") -> dict[str, Json]:
    """What lets the stacks of a fleet read what they need of a bucket."""
    role = _OF_ORGANIZATIONS if fleet.service_managed else fleet.execution_role or ROLES[1]
    principal: Json = "*"
    condition: dict[str, Json] = {"ArnLike": {"aws:PrincipalArn": f"arn:{partition}:iam::*:role/{role}"}}
    if fleet.organization:
        condition |= {"StringEquals": {"aws:PrincipalOrgID": fleet.organization}}
    else:
        principal = {"AWS": [f"arn:{partition}:iam::{account}:root" for account in sorted(fleet.accounts)]}
    return {
        "Sid": statement_id(stack),
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": [f"arn:{partition}:s3:::{bucket}/{key}*" for key in keys],
        "Condition": condition,
    }


@explained("opening the artefact buckets to the accounts of the fleet")
def open_buckets(aws: Aws, fleet: Fleet, stack: str, of: tuple[Mapping[str, str], Sequence[str]]) -> tuple[str, ...]:
    """Let the fleet read its buckets, by region, and prefixes of keys; the buckets whose policy was changed."""
    buckets, keys = of
    changed: list[str] = []
    for region, bucket in buckets.items() if keys else ():
        there = at_home(aws, region)
        wanted = statement(fleet, stack, bucket, keys, there.s3.meta.partition)
        if _put(there, bucket, (statement_id(stack), wanted)):
            changed.append(bucket)
    return tuple(changed)


@explained("closing the artefact buckets to the accounts of the fleet")
def close_buckets(aws: Aws, stack: str, buckets: Mapping[str, str]) -> None:
    """Take the fleet's statement out of the policies of the buckets that are there."""
    for region, bucket in buckets.items():
        _put(at_home(aws, region), bucket, (statement_id(stack), None))


def _put(aws: Aws, bucket: str, named: tuple[str, Json]) -> bool:
    """Put a statement in place of the one with its id, None for none; whether that changed something."""
    sid, wanted = named
    policy = _policy(aws, bucket)
    if policy is None:
        return False
    known = policy.get("Statement", [])
    others = [one for one in known if one.get("Sid") != sid]
    statements = [*others, *([wanted] if wanted else [])]
    if _same([one for one in known if one.get("Sid") == sid], [wanted] if wanted else []):
        return False
    text = json.dumps({**policy, "Statement": statements}, sort_keys=True)
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=text, ExpectedBucketOwner=aws.account)
    return True


def _same(one: Json, other: Json) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _policy(aws: Aws, bucket: str) -> dict[str, Json] | None:
    """The policy of a bucket; None where there is no bucket."""
    try:
        return read(lambda: _parsed(aws.s3.get_bucket_policy(Bucket=bucket, ExpectedBucketOwner=aws.account)))
    except ClientError as fault:
        if error_code(fault) == "NoSuchBucketPolicy":
            return {"Version": "2012-10-17", "Statement": []}
        if error_code(fault) in ("NoSuchBucket", "404"):
            return None
        raise


def _parsed(answer: Json) -> dict[str, Json]:
    """The policy of an answer, which the SDK hands over as it came, also half of it."""
    try:
        policy: dict[str, Json] = json.loads(answer["Policy"])
    except ValueError as fault:
        raise ResponseParserError("GetBucketPolicy: the answer is cut short") from fault
    return policy
