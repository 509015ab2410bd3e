"""What AWS's services may do as themselves: for the resource that they act for, on the one that is meant."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from compiler.source.json_value import Json
from tests.access.account import Account, account_of, stranger
from tests.access.decision import Caller, Decision, Request, decide
from tests.access.physical import Deployed
from tests.goldens.round_trip import followed
from tests.kinds.building import roots

TABLE = yaml.safe_load((Path(__file__).parent / "deliveries.yaml").read_text(encoding="utf-8"))
each_row = pytest.mark.parametrize("row", TABLE["rows"].values(), ids=TABLE["rows"])
_PLACE = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


@functools.cache
def account() -> Account:
    spec = {"platform": "demo", "environments": {"dev": {"posture": "production"}}, **TABLE["spec"]}
    return account_of(Deployed(followed(roots(json.dumps(spec)))))


def put_in(text: str) -> str:
    return _PLACE.sub(lambda found: account().deployed.read(found[1], found[2] or "Ref"), text)


def may(who: Caller, row: Mapping[str, Json], says: Mapping[str, str], of: str = "of") -> set[str]:
    """Those of the row's actions that are allowed."""
    arn, context = put_in(row[of]), {key: (value,) for key, value in says.items()}
    requests = {name: Request(who, name, account().resource(arn, name), context) for name in row["actions"]}
    return {name for name, request in requests.items() if decide(request) is Decision.ALLOWED}


def said(row: Mapping[str, Json]) -> dict[str, str]:
    return {key: put_in(value) for key, value in row.get("says", {}).items()}


@each_row
def test_the_service_may_do_it(row: Mapping[str, Json]) -> None:
    assert may(Caller(row["service"]), row, said(row)) == set(row["actions"])


@each_row
def test_it_may_not_for_another_resource_or_account(row: Mapping[str, Json]) -> None:
    for key in said(row):
        rest = {name: value for name, value in said(row).items() if name != key}
        assert may(Caller(row["service"]), row, rest) == set()
        assert may(Caller(row["service"]), row, {**rest, key: "arn:aws:any:us-east-1:444455556666:other"}) == set()


@each_row
def test_it_may_not_on_another_resource(row: Mapping[str, Json]) -> None:
    assert "sibling" not in row or may(Caller(row["service"]), row, said(row), "sibling") == set()


@each_row
def test_nobody_else_may_do_it(row: Mapping[str, Json]) -> None:
    assert may(Caller("ec2.amazonaws.com"), row, said(row)) == set()
    assert may(stranger(), row, said(row)) == set()


@each_row
def test_it_administers_nothing(row: Mapping[str, Json]) -> None:
    admin = {
        "sqs": ["sqs:DeleteQueue", "sqs:ReceiveMessage"],
        "sns": ["sns:DeleteTopic", "sns:Subscribe"],
        "kms": ["kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"],
        "lambda": ["lambda:DeleteFunction", "lambda:UpdateFunctionCode"],
        "s3": ["s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy"],
    }[row["actions"][0].split(":")[0]]
    others = [one for one in admin if one not in row["actions"]]
    assert may(Caller(row["service"]), {**row, "actions": others}, said(row)) == set()
