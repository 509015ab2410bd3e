"""What gets through a VPC endpoint with `endpoint_policy`: whose call, on whose resource."""

from __future__ import annotations

import functools
import json

import pytest

from tests.access.account import EVERYTHING, OTHER_ACCOUNT, Account, account_of
from tests.access.decision import Caller, Decision, Request, Resource, decide
from tests.access.physical import ACCOUNT, Deployed
from tests.access.statements import policy
from tests.goldens.round_trip import followed
from tests.kinds.building import roots

ENDPOINTS = ["s3", "dynamodb", "sqs", "ecr.dkr", "ssm", "sts", "execute-api"]
ALSO = ["arn:aws:s3:::partner-data/*"]
ORGANISATION = "o-a1b2c3d4e5"
OPEN = policy({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
"""What an accomplice would write on a resource."""
LAYERS = "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/x"
PACKAGES = "arn:aws:s3:::al2023-repos-us-east-1-de612dc2/x"


@functools.cache
def account(within: str) -> Account:
    network = {"endpoints": ENDPOINTS, "endpoint_policy": {"within": within, "also": ALSO}}
    spec = {
        "platform": "demo",
        "environments": {"dev": {"posture": "development"}},
        "network": network,
        "queues": {"jobs": {}},
    }
    return account_of(Deployed(followed(roots(json.dumps(spec)))))


def passes(within: str, endpoint: str, action: str, arn: str, accounts: tuple[str, str]) -> bool:
    """Whether a call gets through: `accounts` are the caller's, empty without credentials, and the resource's."""
    caller, owner = accounts
    context = {"aws:ResourceAccount": (owner,), "aws:PrincipalIsAWSService": ("false",)}
    context |= {"aws:ResourceOrgID": (ORGANISATION,)} if owner in (ACCOUNT, "222233334444") else {}
    context |= {"aws:PrincipalAccount": (caller,)} if caller else {}
    context |= {"aws:PrincipalOrgID": (ORGANISATION,)} if caller in (ACCOUNT, "222233334444") else {}
    who = Caller(f"arn:aws:iam::{caller or '777777777777'}:role/any", (EVERYTHING,))
    gates = tuple(account(within).endpoints(endpoint))
    return decide(Request(who, action, Resource(arn, owner, OPEN), context, gates)) is Decision.ALLOWED


MINE, SISTER = (ACCOUNT, ACCOUNT), "222233334444"
BUCKET, QUEUE = "arn:aws:s3:::any/x", "arn:aws:sqs:us-east-1:111122223333:any"
ROWS: tuple[tuple[str, str, str, str, tuple[str, str], bool], ...] = (
    ("account", "s3", "s3:PutObject", BUCKET, MINE, True),
    ("account", "s3", "s3:PutObject", BUCKET, (ACCOUNT, OTHER_ACCOUNT), False),
    ("account", "s3", "s3:PutObject", BUCKET, (OTHER_ACCOUNT, ACCOUNT), False),
    ("account", "s3", "s3:PutObject", BUCKET, (OTHER_ACCOUNT, OTHER_ACCOUNT), False),
    ("account", "s3", "s3:PutObject", BUCKET, (ACCOUNT, SISTER), False),
    (ORGANISATION, "s3", "s3:PutObject", BUCKET, (ACCOUNT, SISTER), True),
    (ORGANISATION, "s3", "s3:PutObject", BUCKET, (SISTER, ACCOUNT), True),
    (ORGANISATION, "s3", "s3:PutObject", BUCKET, (ACCOUNT, OTHER_ACCOUNT), False),
    (ORGANISATION, "s3", "s3:PutObject", BUCKET, (OTHER_ACCOUNT, ACCOUNT), False),
    ("account", "s3", "s3:PutObject", "arn:aws:s3:::partner-data/x", (ACCOUNT, OTHER_ACCOUNT), True),
    ("account", "s3", "s3:PutObject", "arn:aws:s3:::partner-data/x", (OTHER_ACCOUNT, OTHER_ACCOUNT), False),
    ("account", "s3", "s3:PutObject", "arn:aws:s3:::partner-data-2/x", (ACCOUNT, OTHER_ACCOUNT), False),
    ("account", "s3", "s3:GetObject", LAYERS, ("", "999999999999"), True),
    ("account", "s3", "s3:GetObject", PACKAGES, ("", "999999999999"), True),
    ("account", "s3", "s3:PutObject", PACKAGES, (ACCOUNT, "999999999999"), False),
    ("account", "dynamodb", "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:1:table/t", MINE, True),
    ("account", "dynamodb", "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:1:table/t", (ACCOUNT, SISTER), False),
    ("account", "sqs", "sqs:SendMessage", QUEUE, MINE, True),
    ("account", "sqs", "sqs:SendMessage", QUEUE, (ACCOUNT, OTHER_ACCOUNT), False),
    ("account", "ecr.dkr", "ecr:BatchGetImage", "arn:aws:ecr:us-east-1:1:repository/r", (ACCOUNT, SISTER), True),
    ("account", "ecr.dkr", "ecr:PutImage", "arn:aws:ecr:us-east-1:1:repository/r", (ACCOUNT, SISTER), False),
    ("account", "ssm", "ssm:GetParameter", "arn:aws:ssm:us-east-1::parameter/aws/x", (ACCOUNT, "9"), True),
    ("account", "ssm", "ssm:PutParameter", "arn:aws:ssm:us-east-1::parameter/aws/x", (ACCOUNT, "9"), False),
    ("account", "sts", "sts:AssumeRoleWithWebIdentity", "arn:aws:iam::1:role/r", ("", ACCOUNT), True),
    ("account", "sts", "sts:AssumeRoleWithWebIdentity", "arn:aws:iam::1:role/r", ("", SISTER), False),
    ("account", "sts", "sts:AssumeRole", "arn:aws:iam::1:role/r", (ACCOUNT, SISTER), False),
)


@pytest.mark.parametrize("row", ROWS, ids=[f"{one[1]}-{number}" for number, one in enumerate(ROWS)])
def test_what_gets_through(row: tuple[str, str, str, str, tuple[str, str], bool]) -> None:
    *request, through = row
    assert passes(*request) is through  # type: ignore[arg-type]


def test_a_service_of_aws_gets_through() -> None:
    for gate in account("account").endpoints("sqs"):
        about = [one for one in gate if one.sid == "ServicesOfAws"]
        assert [one.about("sqs:SendMessage", QUEUE, {"aws:principalisawsservice": ("true",)}) for one in about] == [
            True
        ]


def test_an_endpoint_without_a_fitting_policy_stays_as_aws_makes_it() -> None:
    assert tuple(account("account").endpoints("execute-api")) == ()
