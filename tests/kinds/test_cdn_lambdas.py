"""Lambda@Edge of a cdn: its region, versions, role, logs, and what it may not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.access.account import account_of
from tests.access.decision import Decision, Request, decide
from tests.access.physical import Deployed
from tests.goldens.round_trip import followed
from tests.kinds.building import faults, resources

FUNCTION = "FrontDistributionTwoEdgeLambda"
TWO = "lambdas: {two: {code: ., handler: index.handler, runtime: nodejs22.x%s}}"
ONE = "functions: {one: {code: pass.js}}"
AT_ORIGIN = (
    f"{TWO % ', timeout: 30, memory: 512, include_body: true'}, "
    'behaviors: {"/*": {functions: {origin-request: two, origin-response: two}}}'
)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pass.js").write_text("function handler(event) { return event.request; }\n", encoding="utf-8")


def written(settings: str, region: str = "eu-central-1") -> str:
    head = (
        f"platform: demo\nregion: {region}\nenvironments: {{dev: {{posture: development}}}}\nbuckets: {{static: {{}}}}"
    )
    Path("spec.yaml").write_text(f'{head}\ncdn: {{front: {{paths: {{"/*": static}}, {settings}}}}}\n', encoding="utf-8")
    return "spec.yaml"


def roots(settings: str = AT_ORIGIN, region: str = "eu-central-1") -> tuple[Compiled, ...]:
    return compile_spec(written(settings, region))


def built(settings: str = AT_ORIGIN) -> dict[str, Json]:
    return {name: one for root in roots(settings) for name, one in resources(root).items()}


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_it_is_in_the_one_region_that_cloudfront_takes(region: str) -> None:
    found = roots(region=region)
    placed = {name: root.region for root in found for name in resources(root)}
    ids = {name for name in placed if "EdgeLambda" in name}
    assert len(ids) == 4 and {placed[name] for name in ids} == {"us-east-1"}
    assert placed["FrontDistribution"] == region
    uploads = {root.region: [one.parameter for one in root.artifacts] for root in found}
    assert uploads.pop("us-east-1") == [f"{FUNCTION}CodeKey"] and not any(uploads.values())


def test_it_has_nothing_that_the_edge_does_not_take() -> None:
    function = built()[FUNCTION]
    assert set(function["Properties"]) == {
        *("Architectures", "Code", "Description", "Handler", "MemorySize", "Role", "Runtime", "Timeout")
    }
    assert function["Properties"]["Architectures"] == ["x86_64"]
    assert {function["DeletionPolicy"], built()[f"{FUNCTION}Version"]["UpdateReplacePolicy"]} == {"Retain"}


def test_a_path_runs_a_version_and_gets_the_body_of_requests() -> None:
    (root,) = [one for one in roots(region="us-east-1") if one.region == "us-east-1"]
    behavior = resources(root)["FrontDistribution"]["Properties"]["DistributionConfig"]["DefaultCacheBehavior"]
    found = {one["EventType"]: one for one in behavior["LambdaFunctionAssociations"]}
    assert {str(one["LambdaFunctionARN"]) for one in found.values()} == {str({"Ref": f"{FUNCTION}Version"})}
    assert found["origin-request"]["IncludeBody"] is True and "IncludeBody" not in found["origin-response"]


def test_a_changed_setting_or_code_is_another_version() -> None:
    before, after = built(), built(AT_ORIGIN.replace("memory: 512", "memory: 1024"))
    for one in (before, after):
        description = one[FUNCTION]["Properties"]["Description"]
        assert description == one[f"{FUNCTION}Version"]["Properties"]["Description"]
        assert f"${{{FUNCTION}CodeKey}}" in description["Fn::Sub"]
    assert before[f"{FUNCTION}Version"] != after[f"{FUNCTION}Version"]


@pytest.mark.parametrize(
    ("action", "group", "expected"),
    [
        ("logs:CreateLogGroup", "eu-west-1:111122223333:log-group:/aws/lambda/us-east-1.{name}:*", True),
        ("logs:CreateLogStream", "eu-west-1:111122223333:log-group:/aws/lambda/us-east-1.{name}:log-stream:a", True),
        ("logs:PutLogEvents", "us-west-2:111122223333:log-group:/aws/lambda/us-east-1.{name}:log-stream:a", True),
        ("logs:PutLogEvents", "us-west-2:111122223333:log-group:/aws/lambda/us-east-1.other:log-stream:a", False),
        ("logs:PutLogEvents", "us-west-2:444455556666:log-group:/aws/lambda/us-east-1.{name}:log-stream:a", False),
        ("logs:DeleteLogGroup", "eu-west-1:111122223333:log-group:/aws/lambda/us-east-1.{name}:*", False),
    ],
)
def test_it_writes_its_own_logs_in_any_region(action: str, group: str, expected: bool) -> None:
    account = account_of(Deployed(followed(roots(region="us-east-1"))))
    arn = f"arn:aws:logs:{group.format(name=account.deployed.read(FUNCTION, 'Ref'))}"
    request = Request(account.role(f"{FUNCTION}Role"), action, account.resource(arn, action), {})
    assert (decide(request) is Decision.ALLOWED) is expected


def test_both_services_may_take_its_role_and_no_other() -> None:
    trust = built()[f"{FUNCTION}Role"]["Properties"]["AssumeRolePolicyDocument"]
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (f'{ONE}, behaviors: {{"/*": {{functions: {{origin-request: one}}}}}}', "edge-function-event"),
        ("lambdas: {one: {code: ., handler: a.b, runtime: java21}}", "edge-lambda-runtime"),
        ("lambdas: {one: {code: ., handler: a.b}}", "missing-property"),
        (f"{TWO % ', timeout: 31'}", "out-of-range"),
        (f"{ONE.replace('one', 'two')}, {TWO % ''}", "duplicate-name"),
        (f'{TWO % ", timeout: 6"}, behaviors: {{"/*": {{functions: {{viewer-request: two}}}}}}', "edge-lambda-limit"),
        (f'{TWO % ", memory: 129"}, behaviors: {{"/*": {{functions: {{viewer-response: two}}}}}}', "edge-lambda-limit"),
        (
            f'{ONE}, {TWO % ""}, behaviors: {{"/*": {{functions: {{viewer-request: one, viewer-response: two}}}}}}',
            "edge-function-mixed",
        ),
        (f'spa: true, {TWO % ""}, behaviors: {{"/*": {{functions: {{viewer-response: two}}}}}}', "edge-function-mixed"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    with pytest.raises(SpecError) as problem:
        check_spec(written(settings))
    assert [one.code for one in problem.value.diagnostics] == [code]


@pytest.mark.parametrize(
    "settings",
    [
        f"{ONE}, {TWO % ', timeout: 30'}, "
        'behaviors: {"/*": {functions: {viewer-request: one, origin-request: two}}}',
        f'{TWO % ", timeout: 5, memory: 128"}, behaviors: {{"/*": {{functions: {{viewer-request: two}}}}}}',
        f'{TWO % ""}, behaviors: {{"/*": {{cache: {{headers: [host]}}, functions: {{origin-request: two}}}}}}',
    ],
)
def test_what_goes_together(settings: str) -> None:
    assert check_spec(written(settings))


PRIVATE = """
services:
  web: {image: "public.ecr.aws/nginx/nginx-unprivileged:1.27", port: 8080, ingress: {path: "/app/*"}}
cdn:
  front:
    paths: {"/app/*": web, "/old/*": "https://example.com", "/*": static}
    lambdas: {two: {code: ., handler: index.handler, runtime: nodejs22.x}}
    behaviors: """


@pytest.mark.parametrize(
    ("behaviors", "codes"),
    [
        ('{"/app/*": {functions: {origin-request: two, origin-response: two}}}', ["vpc-origin", "vpc-origin"]),
        ('{"/old/*": {functions: {origin-request: two}, failover: {to: web}}}', ["vpc-origin"]),
        ('{"/app/*": {functions: {viewer-request: two}}, "/old/*": {functions: {origin-request: two}}}', []),
    ],
)
def test_nothing_runs_before_a_vpc_origin(behaviors: str, codes: list[str]) -> None:
    head = "platform: demo\nregion: eu-central-1\nenvironments: {dev: {posture: development}}\nbuckets: {static: {}}"
    assert [one.code for one in faults(head + PRIVATE + behaviors + "\n")] == codes
