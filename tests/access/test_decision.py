"""The evaluator decides as AWS's documentation says, and says so where it has no rule."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from compiler.source.json_value import Json
from tests.access.decision import Caller, Decision, Request, Resource, decide
from tests.access.physical import ACCOUNT
from tests.access.statements import Policy, policy
from tests.access.unsupported import Unsupported

TABLE = yaml.safe_load((Path(__file__).parent / "evaluation.yaml").read_text(encoding="utf-8"))
ROWS = [pytest.param(row, id=f"{group}: {row['row']}") for group, rows in TABLE.items() for row in rows]
ANSWERS = {"allowed": Decision.ALLOWED, "denied": Decision.DENIED, "refused": Decision.REFUSED}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/caller"
JOBS = f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"


def statements(written: Json) -> Policy:
    return policy({"Statement": written})


def request(row: Mapping[str, Json]) -> Request:
    boundary = (statements(row["boundary"]),) if "boundary" in row else None
    caller = Caller(row.get("caller", ROLE), (statements(row.get("identity", [])),), boundary)
    policies = statements(row.get("resource", []))
    resource = Resource(row["arn"], row.get("owner", ACCOUNT), policies, row.get("closed", False))
    context = {
        key: (value,) if isinstance(value, str) else tuple(value) for key, value in row.get("context", {}).items()
    }
    return Request(caller, row["action"], resource, context, tuple(statements(gate) for gate in row.get("gates", [])))


@pytest.mark.parametrize("row", ROWS)
def test_as_the_documentation_says(row: Mapping[str, Json]) -> None:
    assert decide(request(row)) is ANSWERS[row["is"]]


UNSUPPORTED = [
    {"Effect": "Allow", "NotPrincipal": {"AWS": "*"}, "Action": "sqs:*", "Resource": "*"},
    {"Effect": "Allow", "Principal": {"CanonicalUser": "x"}, "Action": "sqs:*", "Resource": "*"},
    {"Effect": "Allow", "Principal": "*", "Resource": "*"},
    {"Effect": "Permit", "Principal": "*", "Action": "sqs:*", "Resource": "*"},
    {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
    {"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": {"BinaryEquals": {"aws:a": "x"}}},
    {"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": {"StringEquals": {"aws:b": "x"}}},
    {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:${aws:userid, 'x'}"},
    {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": {"Ref": "Jobs"}},
]  # fmt: skip


@pytest.mark.parametrize("statement", UNSUPPORTED, ids=str)
def test_what_it_does_not_know_is_never_an_answer(statement: Json) -> None:
    context = {"aws:a": ["x"], "aws:b": ["x", "y"]}
    with pytest.raises(Unsupported):
        decide(request({"action": "sqs:SendMessage", "arn": JOBS, "resource": [statement], "context": context}))


def test_a_policy_of_a_role_names_no_principal() -> None:
    everybody = [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]
    with pytest.raises(Unsupported):
        decide(request({"action": "sqs:SendMessage", "arn": JOBS, "identity": everybody}))
