"""What roles of pipelines may do, and that this is what the deployer calls."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import cfnlint
import pytest

from compiler.language.names import pascal
from compiler.language.schema import load_schema
from compiler.shared.deployer_calls import DETECTED, PASS, TAGS
from tests.kinds.delivery_specs import CLOUDFORMATION, actions, built, role, spec, statements

DEPLOYER = Path(__file__).parent.parent.parent / "deployer"

PLANS = (
    *("bucket.py", "changeset.py", "deployed.py", "drift/detection.py", "drift/results.py", "hooks.py"),
    *(
        "history/ledger.py",
        "layers.py",
        "lookup.py",
        "plan.py",
        "publish.py",
        "history/rollback.py",
        "running.py",
        "status.py",
        "validations.py",
    ),
)
"""Modules that `plan`, `drift`, `status`, `outputs`, `history` and `rollback --out` run through."""
APPLIES = ("apply.py", "environment.py", "events.py", "executing.py", "protection.py", "watch.py")
"""Modules that executing runs through beside those."""
RECOVERS = ("recovery/abandoned.py", "recovery/recover.py")
"""Modules that `recover` runs through beside those."""
OTHERS = ("finders/", "fleets/", "identifiers/", "importing/", "migration/", "sandbox/")
"""Rooms of what people alone do, and of what is no AWS."""
OPEN = ("asked.py",)
"""Modules whose calls may be denied: the review then leaves open what they would have told."""
PERSON = {
    "cloudformation:CancelUpdateStack": "`recover`",
    "cloudformation:DeleteStack": "a first deployment that failed, and `destroy`",
    "cloudformation:ListChangeSets": "`recover`",
    "cloudformation:RollbackStack": "`recover`",
    "cloudformation:UpdateTerminationProtection": "a first deployment of production, and `destroy`",
    "s3:CreateBucket": "the first deployment in an account and region",
    "s3:PutBucketOwnershipControls": "the same",
    "s3:PutBucketPolicy": "the same",
    "s3:PutBucketPublicAccessBlock": "the same",
    "s3:PutBucketVersioning": "the same",
    "s3:PutEncryptionConfiguration": "the same",
    "s3:PutLifecycleConfiguration": "the same",
}
"""Calls that no pipeline has to make, as the first deployment makes the pipeline's roles themselves."""
ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
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
    names = (path.relative_to(DEPLOYER).as_posix() for path in DEPLOYER.rglob("*.py"))
    everything = {name for name in names if not name.startswith(OTHERS) and list(called(name))}
    by_people = {"setup/own_stack.py", "removal/contents.py", "removal/destroy.py", "identifier.py", "deployments.py"}
    assert everything - {*PLANS, *APPLIES, *RECOVERS, *OPEN} == by_people
    calls = {ACTIONS.get(call, call) for module in everything for call in called(module)}
    assert calls >= PERSON.keys()


def test_planning_is_what_the_deployer_calls_for_it() -> None:
    assert actions(role("repository: acme/shop, branch: main, may: plan")) == needed(*PLANS) | {*TAGS, *DETECTED}


def test_applying_is_what_the_deployer_calls_for_it() -> None:
    found = actions(role("repository: acme/shop, branch: main, may: apply"))
    continued = {"cloudformation:ContinueUpdateRollback"}  # `deploy --continue-rollback`
    assert found == needed(*PLANS, *APPLIES) | {*TAGS, *PASS, *DETECTED} | continued


def test_everything_is_on_the_stacks_and_artefacts_of_the_environment() -> None:
    found = statements(role("repository: acme/shop, branch: main, may: apply"))
    stack = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/demo-dev"
    bucket = "arn:${AWS::Partition}:s3:::stackwright-${AWS::AccountId}-${AWS::Region}"
    both = [{"Fn::Sub": f"{stack}/*"}, {"Fn::Sub": f"{stack}-*/*"}]
    assert found["Stacks"]["Resource"] == found["Execute"]["Resource"] == found["Tag"]["Resource"] == both
    assert found["Artefacts"]["Resource"] == found["Upload"]["Resource"] == [{"Fn::Sub": f"{bucket}/*"}]
    assert found["ArtefactBucket"]["Resource"] == [{"Fn::Sub": bucket}]
    everywhere = {sid for sid, one in found.items() if one["Resource"] == ["*"]}
    assert everywhere == {"Watch", "DriftDetection"} and found["Watch"]["Action"] == ["cloudformation:ListStacks"]


def test_what_was_found_is_asked_of_change_sets_too() -> None:
    """DescribeEvents is of stacks and of change sets (Service Authorization Reference, AWS CloudFormation)."""
    found = statements(role("repository: acme/shop, branch: main, may: plan"))["Findings"]
    arn = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:changeSet/stackwright-*/*"
    assert (found["Action"], found["Resource"]) == (["cloudformation:DescribeEvents"], [{"Fn::Sub": arn}])


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
READS = re.compile(r"(batch_get|describe|get|list)_[a-z_]+")


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
    assert {action.split(":")[1] for action in load_schema().kinds[section]["x-existing"]["asks"]} == looked_up(section)


def test_every_action_is_one_of_iam() -> None:
    known = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text())
    kinds = load_schema().kinds.values()
    every = [action for kind in kinds for action in kind.get("x-existing", {}).get("asks", ())]
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


SNAPSHOTS = """
databases:
  main: {engine: postgres, version: '17', identifier: shop-main, snapshot_before_deployment: true}
  big: {engine: aurora-mysql, version: '8.0', instance: db.r7g.large, snapshot_before_deployment: true}
  other: {engine: postgres, version: '17'}
documents:
  profiles: {version: '5.0.0', password: generated, snapshot_before_deployment: true}
"""


def test_a_role_that_applies_may_make_the_snapshots_that_come_first() -> None:
    found = statements(
        built(spec("repository: acme/shop, branch: main, may: apply") + SNAPSHOTS)["DeliveryCiRole"]["Properties"]
    )
    own = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}"
    make = {sid: one for sid, one in found.items() if sid.startswith("Snapshot") and sid.endswith("1")}
    assert {sid: (one["Action"], [arn["Fn::Sub"] for arn in one["Resource"]]) for sid, one in make.items()} == {
        "SnapshotMainDatabase1": (
            ["rds:CreateDBSnapshot", "rds:DescribeDBSnapshots"],
            [f"{own}:db:shop-main", f"{own}:snapshot:demo-dev-*"],
        ),
        "SnapshotBigDatabase1": (
            ["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusterSnapshots"],
            [f"{own}:cluster:demo-dev-*", f"{own}:cluster-snapshot:demo-dev-*"],
        ),
        "SnapshotProfilesDocuments1": (
            ["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusterSnapshots"],
            [f"{own}:cluster:demo-dev-profiles", f"{own}:cluster-snapshot:demo-dev-*"],
        ),
    }
    assert found["SnapshotMainDatabase2"]["Action"] == ["rds:AddTagsToResource"]
    plan = statements(
        built(spec("repository: acme/shop, branch: main, may: plan") + SNAPSHOTS)["DeliveryCiRole"]["Properties"]
    )
    assert not any(sid.startswith("Snapshot") for sid in plan)


def test_the_actions_of_snapshots_are_the_calls_of_the_deployer() -> None:
    tree = ast.parse((DEPLOYER / "snapshots.py").read_text(encoding="utf-8"))
    calls = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    called = {f"rds:{pascal(name.replace('_', '-')).replace('Db', 'DB')}" for name in calls if "_db_" in name}
    text = spec("repository: acme/shop, branch: main, may: apply") + SNAPSHOTS
    allowed = actions(built(text)["DeliveryCiRole"]["Properties"])
    assert called == {one for one in allowed if one.startswith("rds:")} - {"rds:AddTagsToResource"}
