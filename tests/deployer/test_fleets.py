"""Fleets by real HTTP, from the command line, against moto's StackSets; what moto lacks is in the scripted tests.

moto makes the stacks of a stack set at once, in its own accounts. It does not look at conditions of bucket policies, so
that the buckets here have none, and it makes stacks of SSM parameters and tables, whose names it can make.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result
from moto.server import ThreadedMotoServer

from cli import main
from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from deployer.errors import DeployError
from deployer.fleets.access import close_buckets, open_buckets, statement
from deployer.fleets.setup import CHANGE, CREATE, READ, FleetWish, fleet_policies, set_up_fleet
from deployer.sandbox.process import Sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from linter.gate import refuse_findings
from tests.actions import takes_a_resource
from tests.kinds.test_delivery_permissions import called

SPEC = """platform: shop
region: eu-central-1
environments:
  dev: {posture: development}
  prod:
    posture: development
    fleet:
      accounts: [ACCOUNTS]
      regions: [eu-central-1, us-east-1]
      by_region:
        us-east-1: {parameters: {stage: {value: far}}}
tables:
  orders: {key: id}
parameters:
  stage: {value: STAGE}
"""
BUCKETS = ["--bucket", "fleet"]
SOON_SECONDS = 8.0


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://localhost:{port}"  # moto reads bucket and key from the path of this host alone
    server.stop()


@pytest.fixture
def fleet(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec, an account with buckets, and nothing deployed."""
    for name, value in (("ENDPOINT_URL", moto), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST")).close()
    for region in ("eu-central-1", "us-east-1"):
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client("s3", region).create_bucket(Bucket=f"fleet-{region}", **place)
    monkeypatch.chdir(tmp_path)
    write()
    return tmp_path


def client(service: str, region: str = "eu-central-1") -> Json:
    make: Json = boto3.Session(region_name=region).client
    return make(service)


def write(accounts: Sequence[str] = ("111111111111", "222222222222"), stage: str = "near") -> None:
    listed = ", ".join(f'"{one}"' for one in accounts)
    Path("shop.yaml").write_text(SPEC.replace("ACCOUNTS", listed).replace("STAGE", stage))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def of_prod(command: str, *words: str) -> Result:
    return run(command, "shop.yaml", "--env", "prod", *words)


def instances() -> set[str]:
    found = client("cloudformation").list_stack_instances(StackSetName="shop-prod")["Summaries"]
    return {f"{one['Account']}/{one['Region']}" for one in found}


ACCOUNTS, REGIONS = ("111111111111", "222222222222"), ("eu-central-1", "us-east-1")
BOTH = {f"{account}/{region}" for account in ACCOUNTS for region in REGIONS}


@pytest.mark.slow
def test_a_fleet_from_its_plan_to_its_end(fleet: Path) -> None:
    planned = of_prod("plan", *BUCKETS, "--out", "prod.plan")
    assert planned.exit_code == 0, planned.output
    assert "  111111111111  +             +" in planned.stdout and "run: stackwright apply prod.plan" in planned.stdout
    assert of_prod("status").stdout == "shop-prod: not deployed\n"
    applied = run("apply", "prod.plan")
    assert applied.exit_code == 0, applied.output
    assert "create stacks: SUCCEEDED, 4 of 4 places" in applied.stdout and instances() == BOTH
    assert "4 stacks, 4 current" in of_prod("status").stdout
    assert "No changes." in of_prod("plan", *BUCKETS).stdout
    stale = run("apply", "prod.plan")
    assert stale.exit_code == 4 and "stale-plan" in stale.stderr
    write(("111111111111", "333333333333"), "nearer")
    refused = of_prod("deploy", *BUCKETS, "--yes")
    assert refused.exit_code == 6 and "--approve shop-prod" in refused.stderr and instances() == BOTH
    deployed = of_prod("deploy", *BUCKETS, "--yes", "--approve", "shop-prod")
    assert deployed.exit_code == 0, deployed.output
    assert instances() == {one.replace("222222222222", "333333333333") for one in BOTH}
    compared = of_prod("diff", "--against", "deployed")
    assert compared.exit_code == 0 and "No changes" in compared.stdout
    ended = of_prod("destroy", *BUCKETS, "--yes", "--approve", "tables.orders", "--approve", "encryption")
    assert ended.exit_code == 0, ended.output
    assert "fleet shop-prod: DELETED" in ended.stdout


@pytest.mark.slow
def test_each_region_has_its_own_value(fleet: Path) -> None:
    assert of_prod("deploy", *BUCKETS, "--yes").exit_code == 0
    template = client("cloudformation").describe_stack_set(StackSetName="shop-prod")["StackSet"]["TemplateBody"]
    assert json.loads(template)["Resources"]["StageParameter"]["Properties"]["Value"] == {
        "Fn::FindInMap": ["FleetRegions", {"Ref": "AWS::Region"}, "StageParameterValue"]
    }
    review = json.loads(of_prod("plan", *BUCKETS, "--format", "json").stdout)["fleet"]
    assert review["empty"] and review["stack"] == "shop-prod" and len(review["unchanged"]) == 4
    write(stage="nearer")
    shown = of_prod("plan", *BUCKETS).stdout
    assert "In eu-central-1:" in shown and "value: near → nearer" in shown and "Nothing changes in us-east-1." in shown


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("events",), "`status` tells why a stack has failed"),
        (("outputs",), "`aws cloudformation describe-stacks` with credentials of that account"),
        (("recover",), "`deploy --retry-failed` tries failed stacks again"),
        (("history",), "`aws cloudformation list-stack-set-operations`"),
        (("show", "1"), "`aws cloudformation list-stack-set-operations`"),
        (("rollback", "--to", "1"), "`deploy` the spec as it was"),
        (("import", "tables.orders=orders"), "stack sets import no resources"),
        (("lookup",), "set their attributes in 'existing'"),
        (("destroy", "--region", "us-east-1"), "take it out of 'fleet' and deploy"),
        (("destroy", "--empty", "all"), "empty buckets in their accounts"),
        (("destroy", "--disable-protection"), "take it out of 'fleet' and deploy"),
        (("deploy", "--continue-rollback"), "`deploy --retry-failed` tries failed stacks of a fleet again"),
    ],
)
def test_what_is_for_one_stack_says_what_a_fleet_has_instead(fleet: Path, command: Sequence[str], told: str) -> None:
    name, *words = command
    result = of_prod(name, *words)
    assert (result.exit_code, "prod" in result.stderr or "--" in result.stderr) == (4, True)
    assert "error[fleet-command]" in result.stderr and told in result.stderr


@pytest.mark.parametrize("command", [("plan", "--retain-stacks"), ("deploy", "--retry-failed"), ("destroy",)])
def test_what_is_for_fleets_is_refused_by_others(fleet: Path, command: Sequence[str]) -> None:
    name, option = (*command, "--retain-stacks")[:2]
    result = run(name, "shop.yaml", "--env", "dev", option)
    assert result.exit_code == 4 and f"{option} is for fleets, and dev is none" in result.stderr


def test_commands_without_aws_know_fleets(fleet: Path) -> None:
    for command in (("explain", "tables.orders"), ("graph",), ("lint",), ("resolve",), ("validate",)):
        name, *words = command
        result = run(name, "shop.yaml", *words, "--env", "prod")
        assert result.exit_code == 0, (command, result.output)


def test_a_dead_endpoint_is_told_soon(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        begun = time.monotonic()
        for environment in ("prod", "dev"):
            result = run("status", "shop.yaml", "--env", environment)
            assert result.exit_code == 5 and "AWS does not respond while connecting to AWS" in result.stderr
        assert time.monotonic() - begun < 2 * SOON_SECONDS


def test_removing_what_is_not_there_is_no_error(fleet: Path) -> None:
    result = of_prod("destroy", "--yes")
    assert (result.exit_code, result.stderr) == (0, "nothing to destroy: the fleet shop-prod is not deployed\n")


def test_drift_and_options_of_others(fleet: Path) -> None:
    assert "the sandbox has no stack sets" in of_prod("plan", "--sandbox").stderr
    assert "there is no stack set shop-prod" in of_prod("drift").stderr
    assert "--role, --drift and --revert-drift" in of_prod("plan", "--role", "arn:aws:iam::1:role/x").stderr


def test_the_policies_of_a_fleet_are_what_it_calls(fleet: Path) -> None:
    (root,) = compile_spec("shop.yaml", ("prod",))
    assert root.fleet
    modules = ["fleets/state.py", "fleets/drift.py", "fleets/removal.py"]
    calls = {call for module in modules for call in called(module) if call.startswith("cloudformation:")}
    calls |= {"cloudformation:ListStackInstances", "cloudformation:ListStackSetOperationResults"}  # by their names
    assert calls - {"cloudformation:DeleteStackSet"} <= {*READ}
    policies = fleet_policies(root, root.fleet)
    by_sid = {one["Sid"]: one for one in policies["apply"]["Statement"]}
    assert {*READ, *CHANGE, *CREATE} <= {action for one in by_sid.values() for action in one["Action"]}
    assert all(takes_a_resource(action) for action in (*READ, *CHANGE)) and not any(map(takes_a_resource, CREATE))
    assert [sid for sid, one in by_sid.items() if one["Resource"] == ["*"]] == ["Create"]
    assert by_sid["StackSet"]["Resource"] == [
        "arn:${AWS::Partition}:cloudformation:eu-central-1:${AWS::AccountId}:stackset/shop-prod:*"
    ]
    assert policies["administration"]["Statement"][0]["Resource"] == [
        f"arn:${{AWS::Partition}}:iam::{one}:role/AWSCloudFormationStackSetExecutionRole"
        for one in ("111111111111", "222222222222")
    ]
    (trusted,) = policies["execution-trust"]["Statement"]
    assert trusted["Principal"]["AWS"].endswith(":role/AWSCloudFormationStackSetAdministrationRole")
    assert not any(
        action == "*" for name in policies for one in policies[name]["Statement"] for action in one["Action"]
    )


def test_bootstrap_prints_the_policies_of_a_fleet(fleet: Path) -> None:
    shown = of_prod("bootstrap", "--policies-only")
    assert shown.exit_code == 0, shown.output
    for name in ("plan", "apply", "administration", "administration-trust", "execution-trust", "change-1"):
        assert f"policy {name}: " in shown.stdout
    assert "${" not in shown.stdout
    assert of_prod("bootstrap", "--execution-role").exit_code == 4


def test_bootstrap_makes_and_opens_a_bucket_in_each_region(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("")
    function = "functions:\n  api: {runtime: python3.13, code: ./code, handler: app.handler}\n"
    text = SPEC.replace("ACCOUNTS", '"111111111111"').replace("STAGE", "x") + function
    (tmp_path / "spec.yaml").write_text(text)
    (root,) = compile_spec(str(tmp_path / "spec.yaml"), ("prod",))

    def open_region(region: str) -> Json:
        return contextlib.nullcontext(connect_to(sandbox_destination(sandbox, region)))

    aws = connect_to(sandbox_destination(sandbox, "eu-central-1"))
    account = set_up_fleet(FleetWish(root, policies_only=False), aws, open_region, refuse_findings)
    assert [one.region for one in account.artefacts] == ["eu-central-1", "us-east-1"]
    for bucket in account.artefacts:
        policy = json.loads(aws.client("s3", bucket.region).get_bucket_policy(Bucket=bucket.name)["Policy"])
        (own,) = [one for one in policy["Statement"] if one.get("Sid") == "StackwrightFleetShopProd"]
        assert own["Resource"] == [f"arn:aws:s3:::{bucket.name}/artifacts/*"]
        assert own["Condition"]["ArnLike"]["aws:PrincipalArn"].endswith(":role/AWSCloudFormationStackSetExecutionRole")


def test_a_bucket_is_opened_once_and_closed_again(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC.replace("ACCOUNTS", '"111111111111"').replace("STAGE", "x"))
    (root,) = compile_spec(str(tmp_path / "spec.yaml"), ("prod",))
    assert root.fleet
    aws.s3.create_bucket(Bucket="fleet-access")
    buckets = {"us-east-1": "fleet-access"}
    assert open_buckets(aws, root.fleet, "shop-prod", (buckets, ("artifacts/",))) == ("fleet-access",)
    assert open_buckets(aws, root.fleet, "shop-prod", (buckets, ("artifacts/",))) == ()
    assert open_buckets(aws, root.fleet, "other-prod", (buckets, ("artifacts/",))) == ("fleet-access",)
    close_buckets(aws, "shop-prod", buckets)
    policy = json.loads(aws.s3.get_bucket_policy(Bucket="fleet-access")["Policy"])
    assert [one["Sid"] for one in policy["Statement"]] == ["StackwrightFleetOtherProd"]
    assert open_buckets(aws, root.fleet, "shop-prod", (buckets, ())) == ()


def test_half_of_a_bucket_policy_is_read_again(aws: Aws, tmp_path: Path) -> None:
    """Put back as it came it would leave nobody else in."""
    (tmp_path / "spec.yaml").write_text(SPEC.replace("ACCOUNTS", '"111111111111"').replace("STAGE", "x"))
    (root,) = compile_spec(str(tmp_path / "spec.yaml"), ("prod",))
    assert root.fleet
    aws.s3.create_bucket(Bucket="fleet-half")
    opened = ({"us-east-1": "fleet-half"}, ("artifacts/",))
    assert open_buckets(aws, root.fleet, "shop-prod", opened)
    halves = iter((True, True, False, True, True, True))

    def halved(parsed: Json, **_: Json) -> None:
        if next(halves):
            parsed["Policy"] = parsed["Policy"][: len(parsed["Policy"]) // 2]

    aws.s3.meta.events.register("after-call.s3.GetBucketPolicy", halved)
    assert open_buckets(aws, root.fleet, "shop-prod", opened) == ()
    with pytest.raises(DeployError) as told:
        close_buckets(aws, "shop-prod", opened[0])
    assert told.value.exit_code == 5 and "incomplete response" in told.value.message
    aws.s3.meta.events.unregister("after-call.s3.GetBucketPolicy", halved)
    assert json.loads(aws.s3.get_bucket_policy(Bucket="fleet-half")["Policy"])["Statement"]


def test_an_organization_is_named_instead_of_its_accounts(tmp_path: Path) -> None:
    units = SPEC.replace(
        "accounts: [ACCOUNTS]", "organizational_units: [ou-ab12-34cd56ef]\n      organization: o-a1b2c3d4e5"
    )
    (tmp_path / "spec.yaml").write_text(units.replace("STAGE", "x"))
    (root,) = compile_spec(str(tmp_path / "spec.yaml"), ("prod",))
    assert root.fleet
    found = statement(root.fleet, "shop-prod", "b", ("artifacts/",))
    assert found["Principal"] == "*"
    assert found["Condition"] == {
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/stacksets-exec-*"},
        "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
    }
