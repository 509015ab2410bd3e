"""Delivery: who may take which role, what it may do, and that this is what the deployer calls."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import cfnlint
import pytest

from compiler.kinds.delivery.lookups import ASKED, asked
from compiler.kinds.delivery.permissions import PASS, TAGS
from compiler.language.names import pascal
from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

ROOT = Path(__file__).parent.parent.parent
DEPLOYER = ROOT / "deployer"
HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
CLOUDFORMATION = "arn:aws:iam::111111111111:role/cloudformation"
EVERY = "{github: {}, gitlab: {}, bitbucket: {url: 'https://api.bitbucket.org/2.0/workspaces/acme/x/oidc'}}"
REPOSITORY = "{9c2b0f4e-6a1d-4b7e-8f30-5d2c1e7a9b64}"
ENVIRONMENT = "{1f0e9d8c-7b6a-4594-8372-615049382716}"
BITBUCKET = f"provider: bitbucket, repository: '{REPOSITORY}', audience: ari:cloud:bitbucket::workspace/1"


def spec(role: str, more: str = f"service_role: {CLOUDFORMATION}", providers: str = EVERY) -> str:
    return f"{HEAD}delivery: {{providers: {providers}, roles: {{ci: {{{role}}}}}, {more}}}"


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(text)))


def role(settings: str, more: str = f"service_role: {CLOUDFORMATION}", providers: str = EVERY) -> Json:
    return built(spec(settings, more, providers))["DeliveryCiRole"]["Properties"]


def statements(properties: Json) -> dict[str, Json]:
    (policy,) = properties["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def actions(properties: Json) -> set[str]:
    return {action for one in statements(properties).values() for action in one["Action"]}


GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
SUBJECTS = {
    "repository: acme/shop, branch: main": (GITHUB, "repo:acme/shop:ref:refs/heads/main"),
    "repository: acme/shop, branch: team/a": (GITHUB, "repo:acme/shop:ref:refs/heads/team/a"),
    "repository: acme/shop, tag: v1": (GITHUB, "repo:acme/shop:ref:refs/tags/v1"),
    "repository: acme/shop, environment: prod": (GITHUB, "repo:acme/shop:environment:prod"),
    "repository: acme/shop, pull_requests: true": (GITHUB, "repo:acme/shop:pull_request"),
    "repository: acme@1/shop@2, branch: main": (GITHUB, "repo:acme@1/shop@2:ref:refs/heads/main"),
    "provider: gitlab, repository: a/b/c, branch: main": (GITLAB, "project_path:a/b/c:ref_type:branch:ref:main"),
    "provider: gitlab, repository: a/b, tag: v1": (GITLAB, "project_path:a/b:ref_type:tag:ref:v1"),
}


@pytest.mark.parametrize("settings", SUBJECTS)
def test_exactly_one_subject_and_audience_is_trusted(settings: str) -> None:
    host, subject = SUBJECTS[settings]
    (trust,) = role(f"{settings}, may: plan")["AssumeRolePolicyDocument"]["Statement"]
    audience = "sts.amazonaws.com" if host == GITHUB else "https://gitlab.com"
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"] == {"StringEquals": {f"{host}:aud": audience, f"{host}:sub": subject}}


def test_of_bitbucket_only_the_step_is_open() -> None:
    properties = role(f"{BITBUCKET}, environment: '{ENVIRONMENT}', may: plan")
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    host = "api.bitbucket.org/2.0/workspaces/acme/x/oidc"
    assert trust["Condition"] == {
        "StringEquals": {f"{host}:aud": "ari:cloud:bitbucket::workspace/1"},
        "StringLike": {f"{host}:sub": f"{REPOSITORY}:{ENVIRONMENT}:*"},
    }


def test_a_provider_takes_the_audiences_of_its_roles() -> None:
    found = built(spec("repository: acme/shop, branch: main, audience: acme, may: plan"))
    assert found["DeliveryGithubProvider"]["Properties"] == {
        "Url": f"https://{GITHUB}",
        "ClientIdList": ["acme", "sts.amazonaws.com"],
    }


def test_an_existing_provider_is_trusted_and_not_made() -> None:
    arn = "arn:aws:iam::111111111111:oidc-provider/gitlab.example.com"
    settings = "provider: gitlab, repository: a/b, branch: main, may: plan"
    found = built(spec(settings, providers=f"{{gitlab: '{arn}'}}"))
    assert [one for one in found.values() if one["Type"] == "AWS::IAM::OIDCProvider"] == []
    (trust,) = found["DeliveryCiRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Federated": arn}
    assert trust["Condition"]["StringEquals"]["gitlab.example.com:aud"] == "https://gitlab.example.com"


def test_two_environments_of_an_account_have_one_provider() -> None:
    two = "dev: {posture: development}, prod: {posture: production}"
    text = spec("repository: acme/shop, branch: main, may: plan").replace("dev: {posture: development}", two)
    codes = [(one.code, one.message) for one in faults(text)]
    assert {code for code, _ in codes} == {"claimed-name"}
    assert f"the environments dev and prod have the name 'https://{GITHUB}'" in codes[0][1]


# What it may do

PLANS = ("bucket.py", "changeset.py", "deployed.py", "plan.py", "publish.py", "status.py", "lookup.py")
"""Modules that `plan`, `status` and `outputs` run through."""
APPLIES = ("apply.py", "environment.py", "events.py", "watch.py")
"""Modules that executing runs through beside those."""
PERSON = {
    "cloudformation:DeleteStack": "a first deployment that failed, and `destroy`",
    "cloudformation:UpdateTerminationProtection": "a first deployment of production, and `destroy`",
    "s3:CreateBucket": "the first deployment in an account and region",
    "s3:PutBucketOwnershipControls": "the same",
    "s3:PutBucketPolicy": "the same",
    "s3:PutBucketPublicAccessBlock": "the same",
    "s3:PutBucketVersioning": "the same",
    "s3:PutEncryptionConfiguration": "the same",
}
"""Calls that no pipeline has to make, as the first deployment makes the pipeline's roles themselves."""
ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""Calls whose action has another name. Source: Service Authorization Reference, Amazon S3."""
NAMED = re.compile(r"(put|get|head|create|delete|describe|list)_[a-z_]+")


def called(module: str) -> Iterator[str]:
    """`service:Operation` for each call of a client in a module of the deployer, and for operations named as text."""
    for node in ast.walk(ast.parse((DEPLOYER / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            client = node.func.value
            if isinstance(client, ast.Attribute) and client.attr in ("cloudformation", "s3"):
                operation = node.func.attr
                if operation == "get_paginator":
                    (named,) = node.args
                    assert isinstance(named, ast.Constant)
                    operation = str(named.value)
                yield f"{client.attr}:{pascal(operation.replace('_', '-'))}"
        if module == "bucket.py" and isinstance(node, ast.Constant) and NAMED.fullmatch(str(node.value)):
            yield f"s3:{pascal(str(node.value).replace('_', '-'))}"


def needed(*modules: str) -> set[str]:
    calls = {call for module in modules for call in called(module)}
    return {ACTIONS.get(call, call) for call in calls} - PERSON.keys()


def test_no_call_of_the_deployer_is_forgotten() -> None:
    everything = {path.name for path in DEPLOYER.glob("*.py") if list(called(path.name))}
    assert everything - {*PLANS, *APPLIES} == {"destroy.py"}
    calls = {ACTIONS.get(call, call) for module in everything for call in called(module)}
    assert calls >= PERSON.keys()


def test_planning_is_what_the_deployer_calls_for_it() -> None:
    assert actions(role("repository: acme/shop, branch: main, may: plan")) == needed(*PLANS) | set(TAGS)


def test_applying_is_what_the_deployer_calls_for_it() -> None:
    found = actions(role("repository: acme/shop, branch: main, may: apply"))
    assert found == needed(*PLANS, *APPLIES) | {*TAGS, *PASS}


def test_everything_is_on_the_stacks_and_artefacts_of_the_environment() -> None:
    found = statements(role("repository: acme/shop, branch: main, may: apply"))
    stack = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/demo-dev"
    bucket = "arn:${AWS::Partition}:s3:::stackwright-${AWS::AccountId}-${AWS::Region}"
    both = [{"Fn::Sub": f"{stack}/*"}, {"Fn::Sub": f"{stack}-*/*"}]
    assert found["Stacks"]["Resource"] == found["Execute"]["Resource"] == found["Tag"]["Resource"] == both
    assert found["Artefacts"]["Resource"] == found["Upload"]["Resource"] == [{"Fn::Sub": f"{bucket}/*"}]
    assert found["ArtefactBucket"]["Resource"] == [{"Fn::Sub": bucket}]
    everywhere = {sid for sid, one in found.items() if one["Resource"] == ["*"]}
    assert everywhere == {"Watch"} and found["Watch"]["Action"] == ["cloudformation:ListStacks"]


def test_objects_that_are_there_are_never_overwritten() -> None:
    upload = statements(role("repository: acme/shop, branch: main, may: plan"))["Upload"]
    assert upload["Action"] == ["s3:PutObject"]
    assert upload["Condition"]["Null"] == {"s3:if-none-match": "false"}


def test_change_sets_that_are_applied_name_the_service_role() -> None:
    found = statements(role("repository: acme/shop, branch: main, may: apply"))
    assert found["Change"]["Condition"] == {"StringEquals": {"cloudformation:RoleArn": CLOUDFORMATION}}
    assert found["PassServiceRole"]["Resource"] == [CLOUDFORMATION]
    assert found["PassServiceRole"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}
    }


def test_stacks_in_other_regions_are_among_them() -> None:
    text = spec("repository: acme/shop, branch: main, may: plan").replace(
        "platform: demo", "platform: demo\nregion: eu-west-1"
    )
    edge = "\nbuckets: {site: {}}\ncdn: {web: {paths: {'/*': site}, firewall: edge}}\nfirewalls: {edge: {}}\n"
    found = statements(built(text + edge)["DeliveryCiRole"]["Properties"])
    assert json.dumps(found["Artefacts"]["Resource"]).count("us-east-1") == 1
    assert json.dumps(found["Stacks"]["Resource"]).count("us-east-1") == 2


def test_the_service_role_is_for_cloudformation_and_stays() -> None:
    more = "service_role: {policies: ['arn:aws:iam::aws:policy/PowerUserAccess'], reason: all of it is ours}"
    found = built(spec("repository: acme/shop, branch: main, may: apply", more))
    made = found["DeliveryExecution"]
    (trust,) = made["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    assert made["Properties"]["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/PowerUserAccess"]
    assert made["DeletionPolicy"] == made["UpdateReplacePolicy"] == "Retain"
    passed = statements(found["DeliveryCiRole"]["Properties"])["PassServiceRole"]["Resource"]
    assert passed == [{"Fn::GetAtt": ["DeliveryExecution", "Arn"]}]


ALSO = {
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "ListBuckets": "ListAllMyBuckets",
    "customer_key": "DescribeKey",
}
"""Calls of the finders whose action has another name."""
EXISTING = sorted(path.stem for path in (DEPLOYER / "finders").glob("*.py") if path.stem != "__init__")
READS = re.compile(r"(describe|get|list)_[a-z_]+")


def looked_up(section: str) -> set[str]:
    """Operations that the finder of a section asks for."""
    text = (DEPLOYER / "finders" / f"{section}.py").read_text(encoding="utf-8")
    if "import find\n" in text:
        return looked_up("keys")
    nodes = [*ast.walk(ast.parse(text))]
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    called = {pascal(name.replace("_", "-")) for name in names if READS.fullmatch(name)} - {"GetPaginator"}
    called |= {"DescribeSecret", "DescribeKey"} if "secret_key" in text else set()
    called |= {"DescribeKey"} if "customer_key" in text else set()
    return {ALSO.get(one, one).replace("Db", "DB") for one in called}


@pytest.mark.parametrize("section", EXISTING)
def test_lookup_is_what_the_finders_ask(section: str) -> None:
    assert {action.split(":")[1] for action in asked(load_schema().kinds[section])} == looked_up(section)


def test_every_action_is_one_of_iam() -> None:
    known = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text())
    every = [action for actions in ASKED.values() for action in actions]
    every += actions(role("repository: acme/shop, branch: main, may: apply"))
    wrong = [one for one in every if one.split(":")[1].lower() not in known[one.split(":")[0]]["Actions"]]
    assert wrong == []


def test_existing_resources_may_be_asked_about() -> None:
    topic = "arn:aws:sns:us-east-1:111111111111:news"
    existing = {"queues": {"jobs": "jobs"}, "functions": {"send": "send"}, "topics": {"a": topic}}
    more = "".join(
        f"\n{section}: {{{name}: {{existing: '{said}'}}}}"
        for section, one in existing.items()
        for name, said in one.items()
    )
    found = statements(
        built(spec("repository: acme/shop, branch: main, may: plan") + more)["DeliveryCiRole"]["Properties"]
    )
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:send"
    assert found["AskSendFunction"]["Action"] == ["lambda:GetFunctionConfiguration"]
    assert found["AskSendFunction"]["Resource"] == [{"Fn::Sub": arn}]
    assert found["AskATopic"]["Resource"] == [topic]
    assert found["AskJobsQueue"]["Action"] == ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
    assert (found["Ask"]["Action"], found["Ask"]["Resource"]) == (["kms:DescribeKey"], ["*"])


WRONG: Mapping[str, tuple[str, ...]] = {
    "repository: acme/shop, may: plan": ("one-of-two",),
    "repository: acme/shop, branch: main, tag: v1, may: plan": ("one-of-two",),
    "repository: 'acme/*', branch: main, may: plan": ("bad-value",),
    "repository: 'acme/shop', branch: 'feature/*', may: plan": ("bad-value",),
    "repository: acme/web/shop, branch: main, may: plan": ("bad-value",),
    "repository: acme@1/shop, branch: main, may: plan": ("bad-value",),
    "provider: gitlab, repository: acme/shop, environment: prod, may: plan": ("unused-setting",),
    "provider: gitlab, repository: acme/shop, pull_requests: true, may: plan": ("unused-setting",),
    f"{BITBUCKET}, environment: prod, may: plan": ("bad-value",),
    f"{BITBUCKET}, branch: main, may: plan": ("unused-setting",),
    f"{BITBUCKET.replace('audience', 'boundary: null, audience')}, may: plan": ("one-of-two",),
    f"provider: bitbucket, repository: '{REPOSITORY}', environment: '{ENVIRONMENT}', may: plan": ("missing-property",),
    "repository: acme/shop, pull_requests: true, may: apply": ("open-trust",),
}


@pytest.mark.parametrize("settings", WRONG)
def test_what_would_trust_too_many_or_nobody_is_refused(settings: str) -> None:
    assert tuple(one.code for one in faults(spec(settings))) == WRONG[settings]


def test_a_provider_and_a_service_role_must_be_there() -> None:
    found = faults(spec("repository: acme/shop, branch: main, may: apply", "service_role: null", "{gitlab: {}}"))
    assert [(one.code, one.suggestion) for one in found] == [
        ("missing-property", "add 'github' to 'providers'"),
        ("missing-property", "set 'service_role'"),
    ]


def test_what_is_in_another_account_is_refused() -> None:
    gitlab = "{gitlab: 'arn:aws:iam::222222222222:oidc-provider/gitlab.com'}"
    text = spec("provider: gitlab, repository: a/b, branch: main, may: apply", providers=gitlab)
    found = faults(text.replace("posture: development", "posture: development, account: '333333333333'"))
    assert [one.code for one in found] == ["bad-value", "bad-value"]
    assert all("in another account than 333333333333" in one.message for one in found)


def test_a_service_role_that_may_do_everything_is_told() -> None:
    more = "service_role: {policies: ['arn:aws:iam::aws:policy/AdministratorAccess'], reason: all of it is ours}"
    assert [one.code for one in warnings(spec("repository: a/b, branch: main, may: apply", more))] == [
        "grants-everything"
    ]


GUIDE = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
SHOWN = [text for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if text.startswith("platform:")]


@pytest.mark.parametrize("text", SHOWN)
def test_the_specs_of_the_guide_are_sound(text: str) -> None:
    assert faults(text) == ()
    assert warnings(text) == ()
