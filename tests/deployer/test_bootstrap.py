"""Setting an account up, over real HTTP: the bucket, the role of CloudFormation, and the policies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from compiler.pipeline import compile_spec, platform_of
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.bucket import ensure_bucket
from deployer.deployed import find_stack
from deployer.environment import Open
from deployer.errors import DeployError
from deployer.sandbox.process import open_sandbox
from deployer.sandbox.recorded_types import schema_of
from deployer.session import Aws, connect_to, sandbox_destination
from deployer.setup.account import Wish, set_up
from deployer.setup.bootstrap import make_buckets, make_role
from deployer.setup.policies import MAX_POLICY, Policies, policies
from deployer.setup.stacks import BUCKET_STACK, bucket_stack, execution_stack
from deployer.setup.type_permissions import _TELLING_NOTHING, actions_of
from deployer.setup.view import account_lines
from linter.gate import findings
from tests.actions import services
from tests.test_cli import folder as folder

ROOT = Path(__file__).parents[2]
SPEC = """
platform: shop
environments: {dev: {posture: development}}
queues: {jobs: {}}
functions: {api: {code: functions/api, runtime: python3.13, handler: app.handler, uses: {jobs: send}}}
"""
ROLE = "arn:aws:iam::000000000000:role/cfn"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An account where no other test has made the bucket."""
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), "us-east-1") as running:
        yield connect_to(sandbox_destination(running, "us-east-1"))


def opened(aws: Aws) -> Open:
    @contextmanager
    def at(region: str) -> Iterator[Aws]:
        yield replace(aws, region=region)

    return at


def shop(folder: Path) -> tuple[str, tuple[Compiled, ...]]:
    file = folder / "shop.yaml"
    file.write_text(SPEC, encoding="utf-8")
    return str(file), compile_spec(str(file), ("dev",))


def wanted(folder: Path, role: str | None = None) -> Policies:
    file, roots = shop(folder)
    return policies(platform_of(file, "dev"), roots, role)


def statements(*documents: Json) -> list[Json]:
    return [statement for document in documents for statement in document["Statement"]]


def actions(*documents: Json) -> set[str]:
    return set(chain.from_iterable(statement["Action"] for statement in statements(*documents)))


def test_the_templates_have_no_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (root,) = shop(tmp_path)[1]
    assert findings([bucket_stack(root), execution_stack(root, wanted(tmp_path, ROLE))]) == ()


def test_the_bucket_is_a_stack_of_its_own_and_stays_the_same(fresh: Aws, tmp_path: Path) -> None:
    (root,) = shop(tmp_path)[1]
    stack = bucket_stack(root)
    (made,) = make_buckets([stack], opened(fresh))
    name = f"stackwright-{fresh.account}-us-east-1"
    assert (made.name, made.state) == (name, "made")
    found = find_stack(fresh, BUCKET_STACK)
    assert found is not None and found.protected and found.outputs == {"ArtefactBucketName": name}
    encryption = fresh.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert fresh.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    # The stand-in makes no lifecycle rules of a template.
    rules = stack.root.body["Resources"]["ArtefactBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert [rule["Id"] for rule in rules] == ["unfinished-uploads", "former-versions"]
    (deny,) = json.loads(fresh.s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})

    fresh.cloudformation.update_termination_protection(StackName=BUCKET_STACK, EnableTerminationProtection=False)
    assert [one.state for one in make_buckets([stack], opened(fresh))] == ["unchanged"]
    again = find_stack(fresh, BUCKET_STACK)
    assert again is not None and again.protected  # also when the run that made it ended before that
    assert ensure_bucket(fresh, None) == name
    body = json.loads(json.dumps(stack.root.body).replace('"DaysAfterInitiation": 7', '"DaysAfterInitiation": 3'))
    newer = replace(stack, root=replace(stack.root, body=body))
    assert [one.state for one in make_buckets([newer], opened(fresh))] == ["updated"]


IMAGES = """
platform: pictures
environments: {dev: {posture: development}}
jobs: {nightly: {image: {build: ./web}}}
"""


def test_the_repositories_of_images_are_made(fresh: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "pictures.yaml"
    file.write_text(IMAGES, encoding="utf-8")
    wish = Wish(str(file), compile_spec(str(file), ("dev",)), "", False, False)
    gated: list[str] = []
    account = set_up(wish, opened(fresh), lambda stacks: gated.extend(one.stack_name for one in stacks))
    (made,) = account.repositories
    assert (made.region, made.names, made.state) == ("us-east-1", ("pictures/dev/jobs/nightly",), "made")
    assert gated == [BUCKET_STACK, "stackwright-images-pictures-dev"]
    shown = [*account_lines(account, "plan")]
    assert "repositories pictures/dev/jobs/nightly in us-east-1: made" in shown
    assert "ecr:PutImage" in actions(account.policies["plan"]) & actions(account.policies["apply"])
    (images,) = [one for one in statements(account.policies["plan"]) if one["Sid"] == "Images"]
    arn = f"arn:aws:ecr:us-east-1:{fresh.account}:repository/pictures/dev/*"
    assert images["Resource"] == [arn] and "ecr:CreateRepository" not in images["Action"]


def test_who_builds_no_images_pushes_none(tmp_path: Path) -> None:
    assert not [one for one in actions(wanted(tmp_path).plan, wanted(tmp_path).apply) if one.startswith("ecr:")]


def test_a_bucket_that_a_deployment_made_is_left_as_it_is(aws: Aws, tmp_path: Path) -> None:
    name = ensure_bucket(aws, None)
    (bucket,) = make_buckets([bucket_stack(shop(tmp_path)[1][0])], opened(aws))
    assert (bucket.name, bucket.state) == (name, "settled")
    assert find_stack(aws, BUCKET_STACK) is None
    assert len(aws.s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]) == 2


def test_a_template_that_aws_does_not_take_is_told(aws: Aws, tmp_path: Path) -> None:
    (root,) = shop(tmp_path)[1]
    stack = replace(execution_stack(root, wanted(tmp_path, ROLE)), stack_name="broken-execution")
    wait = {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1}
    failing = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": wait},
    }
    broken = replace(stack, root=replace(stack.root, body={**stack.root.body, "Resources": failing, "Outputs": {}}))
    with pytest.raises(DeployError, match="the account could not be set up") as caught:
        make_role(broken, opened(aws))
    assert caught.value.exit_code == 3


def test_the_role_is_made_of_what_the_platform_needs(fresh: Aws, tmp_path: Path) -> None:
    file, roots = shop(tmp_path)
    wish = Wish(file, roots, "", make_role=True, policies_only=False)
    seen: list[str] = []
    account = set_up(wish, opened(fresh), lambda stacks: seen.extend(one.stack_name for one in stacks))
    assert seen == [BUCKET_STACK, "stackwright-execution-shop-dev"]
    iam = fresh.client("iam", "us-east-1")
    name = account.role.split("/")[-1]
    trusted = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert [one["Principal"] for one in trusted] == [{"Service": "cloudformation.amazonaws.com"}]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert len(attached) == len([one for one in account.policies if one.startswith("change-")]) >= 1
    passed = next(one for one in statements(account.policies["apply"]) if one["Action"] == ["iam:PassRole"])
    assert passed["Resource"] == [account.role]
    assert "${" not in json.dumps(account.policies)
    assert set_up(wish, opened(fresh), lambda _stacks: None).role == account.role


def test_only_the_role_changes_resources_where_there_is_one(tmp_path: Path) -> None:
    held, free = wanted(tmp_path, ROLE), wanted(tmp_path)
    assert actions(held.plan) == actions(free.plan)
    assert actions(held.apply) - actions(free.apply) == {"iam:PassRole"}
    assert held.resources == free.resources
    assert actions(held.apply) >= {"cloudformation:ExecuteChangeSet", "cloudformation:UpdateTerminationProtection"}
    assert not actions(held.plan) & {"cloudformation:ExecuteChangeSet", "iam:PassRole", "sqs:CreateQueue"}


def test_detecting_drift_reads_the_resources_and_changes_none(tmp_path: Path) -> None:
    found = wanted(tmp_path)
    reading = actions(*found.reads)
    assert {"sqs:GetQueueAttributes", "lambda:GetFunction", "iam:GetRole"} <= reading
    verbs = {one.split(":")[1][:4].lower() for one in reading} - {"get"}
    assert not verbs & {"crea", "dele", "put", "upda", "tag", "unta"}
    assert {"cloudformation:DetectStackDrift", "cloudformation:DetectStackResourceDrift"} <= actions(found.plan)
    anywhere = [action for one in statements(found.plan) if one["Resource"] == ["*"] for action in one["Action"]]
    assert "cloudformation:DescribeStackDriftDetectionStatus" in anywhere


STORING = """
platform: shop
environments: {dev: {posture: development}}
buckets: {media: {}, own: {properties: {BucketName: shop-own}}}
repositories: {web: {}}
"""


def test_what_looks_into_buckets_and_empties_them_is_held_to_those_of_the_platform(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(STORING, encoding="utf-8")
    found = policies(platform_of(str(file), "dev"), compile_spec(str(file), ("dev",)), ROLE)
    assert actions(found.contents) == {"s3:ListBucketVersions", "ecr:ListImages", "cloudformation:ListImports"}
    emptied = {one["Sid"]: (one["Action"], one["Resource"]) for one in statements(found.empty)}
    buckets = ["arn:${AWS::Partition}:s3:::shop-dev-*", "arn:${AWS::Partition}:s3:::shop-own"]
    assert emptied == {
        "Buckets": (["s3:ListBucketVersions", "s3:ListBucketMultipartUploads"], buckets),
        "InBuckets": (
            ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"],
            [f"{one}/*" for one in buckets],
        ),
        "Repositories": (
            ["ecr:ListImages", "ecr:BatchDeleteImage"],
            ["arn:${AWS::Partition}:ecr:us-east-1:${AWS::AccountId}:repository/shop-dev-*"],
        ),
    }
    assert_known(actions(found.empty, found.contents))
    assert wanted(tmp_path).empty == {}


def test_what_changes_resources_is_what_their_types_need(tmp_path: Path) -> None:
    found = wanted(tmp_path)
    needed = actions(*found.resources)
    assert {"sqs:CreateQueue", "sqs:DeleteQueue", "lambda:UpdateFunctionCode", "iam:PutRolePolicy"} <= needed
    assert not [one for one in needed if one.startswith(("rds:", "dynamodb:", "ec2:Run"))]
    own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shop-dev-*"
    for statement in statements(*found.resources):
        if {"iam:PassRole", "iam:PutRolePolicy", "iam:CreateRole"} & {*statement["Action"]}:
            assert statement["Resource"] == [own]
        if "cloudformation:DeleteStack" in statement["Action"]:
            (nested,) = statement["Resource"]
            assert nested.endswith(":stack/shop-dev-*/*")


@pytest.mark.parametrize("name", ["rayman-portfolio", "homeforpup", "amianai", "perfectmatch", "ai-community"])
def test_of_a_whole_platform_everything_is_known_and_fits(name: str) -> None:
    file = str(ROOT / "spec" / f"{name}.yaml")
    roots = compile_spec(file, ("prod",))
    found = policies(platform_of(file, "prod"), roots, ROLE)
    assert found.unknown == ()
    assert len(found.resources) <= 10
    types = {body["Type"] for root in roots for one in root.templates for body in one.body["Resources"].values()}
    assert actions(*found.resources) >= actions_of(types)[0]
    for document in (found.plan, found.apply, found.contents, found.empty, *found.resources, *found.reads):
        assert len(json.dumps(document, separators=(",", ":"))) <= MAX_POLICY
        assert_known(actions(document) if document else set())


def assert_known(found: set[str]) -> None:
    split: Sequence[Sequence[str]] = [action.lower().split(":") for action in found]
    assert [f"{service}:{name}" for service, name in split if name not in services()[service]] == []


def test_the_first_serverless_cache_of_an_account_needs_its_services_role() -> None:
    found, unknown = actions_of(["AWS::ElastiCache::ServerlessCache"])
    assert {"iam:CreateServiceLinkedRole", "elasticache:CreateServerlessCacheSnapshot"} <= found
    assert unknown == ()


@pytest.mark.parametrize("resource_type", _TELLING_NOTHING)
def test_what_is_written_by_hand_is_only_what_no_schema_tells(resource_type: str) -> None:
    handlers: Mapping[str, Json] = schema_of(resource_type).get("handlers", {})
    assert handlers == {}
    assert actions_of([resource_type])[0] == {*_TELLING_NOTHING[resource_type]}


def test_a_type_of_which_nothing_is_known_gets_no_role(fresh: Aws, tmp_path: Path) -> None:
    assert actions_of(["AWS::Made::Up"]) == (frozenset(), ("AWS::Made::Up",))
    file, (root,) = shop(tmp_path)
    body = {**root.root.body, "Resources": {**root.root.body["Resources"], "It": {"Type": "AWS::Made::Up"}}}
    strange = replace(root, root=replace(root.root, body=body))
    with pytest.raises(DeployError) as caught:
        set_up(Wish(file, (strange,), "", make_role=True, policies_only=False), opened(fresh), lambda _stacks: None)
    assert [one.code for one in caught.value.diagnostics] == ["permissions-unknown"]


def test_more_than_a_role_may_have_is_refused(tmp_path: Path) -> None:
    (root,) = shop(tmp_path)[1]
    found = wanted(tmp_path)
    with pytest.raises(ValueError, match="11 policies, and a role may have 10"):
        execution_stack(root, replace(found, resources=(found.plan,) * 11))


@pytest.mark.slow
def test_from_bootstrap_to_a_deployment_by_the_role(folder: Path) -> None:
    file = shop(folder)[0]
    (folder / "functions" / "api").mkdir(parents=True)
    (folder / "functions" / "api" / "app.py").write_text("def handler(event, context):\n    return {}\n")
    told = run("bootstrap", file, "--execution-role")
    assert told.startswith("bucket stackwright-000000000000-us-east-1 in us-east-1: made\nrole arn:aws:iam::")
    assert "policy change-1: what the role of CloudFormation may do\n{\n" in told
    command = told.splitlines()[-1]
    role = command.split(" --role ")[1]
    assert command == f"run: stackwright plan {file} --env dev --role {role}"
    assert "CREATE_COMPLETE" in run("deploy", file, "--yes", "--role", role)

    only = json.loads(run("bootstrap", file, "--policies-only", "--role", ROLE, "--format", "json"))
    assert (only["artefacts"], only["role"]) == ([], ROLE)
    assert [*only["policies"]][:4] == ["plan", "apply", "contents", "change-1"] and "read-1" in only["policies"]
    both = CliRunner().invoke(main, ["bootstrap", file, "--env", "dev", "--execution-role", "--role", ROLE])
    assert both.exit_code == 2


def run(command: str, file: str, *options: str) -> str:
    result = CliRunner().invoke(main, [command, file, "--env", "dev", "--sandbox", *options])
    assert result.exit_code == 0, result.stderr
    return result.stdout
