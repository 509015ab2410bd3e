"""Every action, resource and condition key of every emitted policy is one that IAM has, and fits the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec, platform_of
from compiler.source.json_value import Json
from deployer.setup.policies import policies
from tests.access.anywhere_page import PAGE, allowed_anywhere, page
from tests.access.emitted import Emitted, emitted
from tests.access.physical import ACCOUNT
from tests.access.possible_statements import EXCEPTIONS, faults
from tests.access.reference import action, may_name
from tests.access.statements import policy

ROOT = Path(__file__).parents[2]
HERE = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
}
OF_A_TEMPLATE = {"cloudformation:GetTemplateSummary on *, though it takes a resource"}
"""A template that is imported belongs to no stack yet (CloudFormation API reference, GetTemplateSummary)."""
ROLE, KEY, QUEUE = "AWS::IAM::Role Policies", "AWS::KMS::Key KeyPolicy", "AWS::SQS::QueuePolicy PolicyDocument"
JOBS = "arn:aws:sqs:us-east-1:111122223333:jobs"
BALANCERS = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/*/*"
GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:/a/b"
QUEUES = "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
TABLES = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"
BUCKET, OBJECT = "arn:${Partition}:s3:::${BucketName}", "arn:${Partition}:s3:::${BucketName}/${ObjectName}"


def test_every_emitted_statement_is_possible(update: bool) -> None:
    """All goldens and reference platforms in one test, since compiling them is what takes its time."""
    found = emitted()
    wrong = {f"{where}: {fault}" for one, where in found.items() for fault in faults(one)}
    assert wrong == set()
    anywhere = allowed_anywhere(found)
    if update:
        PAGE.write_text(page(anywhere), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(anywhere)
    listed = {name for row in EXCEPTIONS["anywhere"] for name in row["actions"]}
    assert listed <= set(anywhere), "an exception that nothing needs"


def statement(holder: str = ROLE, **elements: Json) -> Emitted:
    written = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": JOBS, **elements}
    if holder != ROLE:
        written = {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, **written}
    return Emitted(
        policy({"Statement": [{key: value for key, value in written.items() if value}]})[0], holder, holder == ROLE
    )


POSSIBLE = [
    statement(),
    statement(Action="sqs:*", Effect="Deny"),
    statement(KEY, Action="kms:*", Resource="*"),
    statement(QUEUE, Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:news"}}),
    statement(Action="ecr:GetAuthorizationToken", Resource="*"),
    statement(Action=["s3:GetObject", "s3:ListBucket"], Resource=["arn:aws:s3:::data", "arn:aws:s3:::data/*"]),
    statement(
        Action="iam:PassRole",
        Resource="arn:aws:iam::1:role/a",
        Condition={"StringEquals": {"iam:PassedToService": "x"}},
    ),
    statement(Action="logs:PutLogEvents", Resource=f"{GROUP}:*"),
]
IMPOSSIBLE = [
    (statement(Action="sqs:SendMesage"), "IAM has no action sqs:SendMesage"),
    (statement(Action="sqs:sendMessage"), "IAM has no action sqs:sendMessage"),
    (statement(Action="sqss:SendMessage"), "IAM has no action sqss:SendMessage"),
    (statement(Action="sqs:Throw*", Effect="Deny"), "no action of IAM matches sqs:Throw*"),
    (statement(Action="sqs:*"), "an Allow of sqs:*"),
    (statement(Action="sqs:Send*"), "an Allow of sqs:Send*"),
    (statement(KEY, Action="sqs:*", Resource="*"), "an Allow of sqs:*"),
    (statement(Action=None, NotAction="sqs:SendMessage"), "an Allow with NotAction or NotResource"),
    (statement(Resource=None, NotResource=JOBS), "an Allow with NotAction or NotResource"),
    (statement(Resource="*"), "sqs:SendMessage on *, though it takes a resource"),
    (statement(Resource="arn:aws:sns:r:1:x"), "sqs:SendMessage acts on none of ['arn:aws:sns:r:1:x']"),
    (statement(Action="s3:ListBucket", Resource="arn:aws:s3:::a/*"), "s3:ListBucket acts on none"),
    (statement(Action="s3:GetObject", Resource="arn:aws:s3:::a"), "s3:GetObject acts on none of ['arn:aws:s3:::a']"),
    (
        statement(Action="wafv2:GetWebACLForResource", Resource=BALANCERS),
        "wafv2:GetWebACLForResource needs another resource than",
    ),
    (statement(Resource=[JOBS, "arn:aws:s3:::a"]), "none of ['sqs:SendMessage'] acts on arn:aws:s3:::a"),
    (statement(Condition={"StringEquals": {"sqs:Colour": "x"}}), "sqs:SendMessage has no condition key sqs:Colour"),
    (statement(Condition={"StringEquals": {"kms:ViaService": "x"}}), "sqs:SendMessage has no condition key kms:"),
    (statement(Action="logs:PutLogEvents", Resource=GROUP), "logs:PutLogEvents acts on none of"),
]  # fmt: skip


@pytest.mark.parametrize("one", POSSIBLE, ids=lambda one: str(one.statement.actions.texts))
def test_a_possible_statement_has_no_fault(one: Emitted) -> None:
    assert list(faults(one)) == []


@pytest.mark.parametrize(("one", "fault"), IMPOSSIBLE, ids=[fault for _, fault in IMPOSSIBLE])
def test_an_impossible_statement_is_found(one: Emitted, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(one)), list(faults(one))


@pytest.mark.parametrize("name", ["rayman-portfolio", "perfectmatch"])
def test_what_bootstrap_lets_planners_and_appliers_do_is_possible(name: str) -> None:
    file = str(ROOT / "spec" / f"{name}.yaml")
    found = policies(platform_of(file, "prod"), compile_spec(file, ("prod",)), None)
    text = json.dumps([found.plan["Statement"], found.apply["Statement"]])
    for variable, value in HERE.items():
        text = text.replace(f"${{{variable}}}", value)
    statements = policy({"Statement": [one for several in json.loads(text) for one in several]})
    assert {fault for one in statements for fault in faults(Emitted(one, ROLE, True))} == OF_A_TEMPLATE


def test_every_exception_has_a_source_and_is_one() -> None:
    for table, rows in EXCEPTIONS.items():
        assert all(row["source"] for row in rows), table
        for name in (name for row in rows for name in row["actions"] if name != "*"):
            assert action(name) is not None, name
    for row in EXCEPTIONS["anywhere"]:
        assert all(known.types for name in row["actions"] if (known := action(name))), f"{row} needs no exception"


@pytest.mark.parametrize(
    ("pattern", "form", "may"),
    [
        ("arn:aws:s3:::a", BUCKET, True),
        ("arn:aws:s3:::a/b", BUCKET, False),
        ("arn:aws:s3:::a/b/c", OBJECT, True),
        ("arn:aws:s3:::a*", OBJECT, True),
        ("arn:aws:sqs:*:1:*", QUEUES, True),
        ("arn:aws:sqs:*:1", QUEUES, False),
        ("*", QUEUES, False),
        ("arn:aws:dynamodb:r:1:table/a/index/*", TABLES, False),
    ],
)  # fmt: skip
def test_a_pattern_may_name_what_has_the_form(pattern: str, form: str, may: bool) -> None:
    assert may_name(pattern, form) is may


def test_the_page_is_where_docs_are() -> None:
    assert ROOT / "docs" / "permissions-on-everything.md" == PAGE
