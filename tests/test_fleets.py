"""Fleets, compiled: one template from which each account and region gets what it would have alone."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli import main
from compiler.language.fleet import Variant
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import SpecError
from compiler.stacks.compiled import Compiled
from compiler.stacks.fleet.instance import seen_by
from tests.goldens.fleet_trip import texts

ACCOUNTS = ("111111111111", "222222222222", "333333333333")
SPEC = """platform: shop
region: eu-central-1
environments:
  prod:
    posture: production
    fleet:
      accounts: ["111111111111", "222222222222", "333333333333"]
      regions: [eu-central-1, us-east-1]
      CHANGES
queues:
  jobs: {retention_days: 4}
tables:
  orders: {key: id}
topics:
  alerts: {email: [ops@example.com]}
roles:
  reader: {trusted: {services: [ec2.amazonaws.com]}, uses: {orders: read, jobs: send}}
parameters:
  stage: {value: "one-${region}-${account}"}
  where: {value: "${region}"}
monitoring: {notify: alerts, dashboard: true}
"""
PLAIN = "order: parallel"


def write(folder: Path, changes: str = PLAIN, spec: str = SPEC) -> str:
    path = folder / "shop.yaml"
    path.write_text(spec.replace("CHANGES", changes), encoding="utf-8")
    return str(path)


def compiled(folder: Path, changes: str = PLAIN, spec: str = SPEC) -> Compiled:
    (root,) = compile_spec(write(folder, changes, spec))
    return root


def faults(folder: Path, changes: str, spec: str = SPEC) -> list[str]:
    """Code, line and message of each."""
    with pytest.raises(SpecError) as caught:
        compile_spec(write(folder, changes, spec))
    return [f"{one.code}@{one.place.line}: {one.message}" for one in caught.value.diagnostics]


def alone(folder: Path, place: Variant, changes: str, patch: str) -> Compiled:
    """A fleet of one stack, with the changes that are for it in the environment itself: it has no tables."""
    spec = SPEC.replace('"111111111111", "222222222222", "333333333333"', f'"{place.account}"')
    spec = spec.replace("[eu-central-1, us-east-1]", f"[{place.region}]").replace(
        "queues:\n  jobs", f"{patch}queues:\n  jobs"
    )
    root = compiled(folder, changes, spec)
    assert not any("Mappings" in one.body or "Conditions" in one.body for one in root.templates)
    return root


CHANGED = """by_region:
        us-east-1: {queues: {jobs: {retention_days: 2}}, parameters: {stage: {value: far}}}
      by_account:
        "222222222222": {queues: {jobs: {delay_seconds: 5}}, parameters: {stage: {value: own}}}"""
OF_REGION = "    queues: {jobs: {retention_days: 2}}\n    parameters: {stage: {value: far}}\n"
OF_ACCOUNT = "    queues: {jobs: {delay_seconds: 5}}\n    parameters: {stage: {value: own}}\n"
OF_BOTH = "    queues: {jobs: {retention_days: 2, delay_seconds: 5}}\n    parameters: {stage: {value: own}}\n"


@pytest.mark.parametrize("nested", ["", "\n      nested: true"])
@pytest.mark.parametrize(
    ("account", "region", "patch"),
    [
        ("111111111111", "eu-central-1", ""),
        ("111111111111", "us-east-1", OF_REGION),
        ("222222222222", "eu-central-1", OF_ACCOUNT),
        ("222222222222", "us-east-1", OF_BOTH),
        ("333333333333", "us-east-1", OF_REGION),
    ],
)
def test_each_stack_gets_what_its_environment_alone_would_have(
    tmp_path: Path, account: str, region: str, patch: str, nested: str
) -> None:
    place = Variant(account, region)
    fleet = compiled(tmp_path, CHANGED + nested)
    wanted = alone(tmp_path, place, PLAIN + nested, patch)
    assert [one.name for one in fleet.templates] == [one.name for one in wanted.templates]
    for one, own in zip(fleet.templates, wanted.templates, strict=True):
        assert texts(seen_by(one.body, place)) == texts(seen_by(own.body, place))


def test_values_that_differ_are_read_from_tables(tmp_path: Path) -> None:
    body = compiled(tmp_path, CHANGED).root.body
    queue = body["Resources"]["JobsQueue"]["Properties"]
    region, account = {"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"}
    assert queue["MessageRetentionPeriod"] == {
        "Fn::FindInMap": ["FleetRegions", region, "JobsQueueMessageRetentionPeriod"]
    }
    assert queue["DelaySeconds"] == {"Fn::FindInMap": ["FleetAccounts", account, "JobsQueueDelaySeconds"]}
    assert body["Mappings"]["FleetRegions"]["us-east-1"]["JobsQueueMessageRetentionPeriod"] == "172800"
    assert {name: row["JobsQueueDelaySeconds"] for name, row in body["Mappings"]["FleetAccounts"].items()} == {
        "111111111111": "0",
        "222222222222": "5",
        "333333333333": "0",
    }
    assert body["Resources"]["StageParameter"]["Properties"]["Value"] == {
        "Fn::If": [
            "FleetOf222222222222",
            "own",
            {"Fn::If": ["FleetInEuCentral1", {"Fn::Sub": "one-eu-central-1-${AWS::AccountId}"}, "far"]},
        ]
    }
    assert body["Conditions"]["FleetInEuCentral1"] == {"Fn::Equals": [region, "eu-central-1"]}


def test_what_differs_by_both_has_a_table_of_its_own(tmp_path: Path) -> None:
    changes = (
        "by_region: {us-east-1: {queues: {jobs: {delay_seconds: 3}}}}\n"
        '      by_account: {"111111111111": {queues: {jobs: {delay_seconds: 9}}}}'
    )
    mappings = compiled(tmp_path, changes).root.body["Mappings"]
    of_region = {
        region: dict(zip(ACCOUNTS, ("9", other, other), strict=True))
        for region, other in (("eu-central-1", "0"), ("us-east-1", "3"))
    }
    assert mappings == {"FleetJobsQueueDelaySeconds": of_region}


def test_what_differs_by_both_in_very_many_accounts_is_chosen(tmp_path: Path) -> None:
    many = ", ".join(f'"{number:012}"' for number in range(1, 202))
    spec = SPEC.replace('"111111111111", "222222222222", "333333333333"', many)
    changes = (
        "by_region: {us-east-1: {queues: {jobs: {delay_seconds: 3}}}}\n"
        '      by_account: {"000000000001": {queues: {jobs: {delay_seconds: 9}}}}'
    )
    body = compiled(tmp_path, changes, spec).root.body
    assert "Mappings" not in body
    assert body["Resources"]["JobsQueue"]["Properties"]["DelaySeconds"] == {
        "Fn::If": ["FleetOf000000000001", 9, {"Fn::If": ["FleetInEuCentral1", 0, 3]}]
    }


def test_what_is_the_region_needs_no_table(tmp_path: Path) -> None:
    body = compiled(tmp_path).root.body
    assert "Mappings" not in body and "Conditions" not in body
    values = {name: one["Properties"].get("Value") for name, one in body["Resources"].items()}
    assert values["StageParameter"] == {"Fn::Sub": "one-${AWS::Region}-${AWS::AccountId}"}
    assert values["WhereParameter"] == {"Ref": "AWS::Region"}
    assert body["Resources"]["MonitoringDashboard"]["Properties"]["DashboardName"] == {
        "Fn::Sub": "shop-prod-${AWS::Region}"
    }
    for region in ("eu-central-1", "us-east-1"):
        assert region not in json.dumps(body)


def test_a_fleet_has_one_template_or_nested_ones(tmp_path: Path) -> None:
    assert compiled(tmp_path).children == ()
    nested = compiled(tmp_path, "nested: true")
    assert {"messaging", "data"} <= {one.name for one in nested.children} | {"messaging"}
    assert all(one["Type"] == "AWS::CloudFormation::Stack" for one in nested.root.body["Resources"].values())


def test_the_environments_account_and_region_are_those_of_the_stack_set(tmp_path: Path) -> None:
    spec = SPEC.replace("    fleet:", "    region: eu-west-1\n    account: '999999999999'\n    fleet:")
    root = compiled(tmp_path, PLAIN, spec)
    assert (root.region, root.home, root.account) == ("eu-west-1", "eu-west-1", "999999999999")
    assert root.fleet is not None and root.fleet.regions == ("eu-central-1", "us-east-1")
    assert "999999999999" not in json.dumps(root.root.body) and "eu-west-1" not in json.dumps(root.root.body)


def test_code_comes_from_the_bucket_of_the_stacks_region(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("")
    functions = "functions:\n  api: {runtime: python3.13, code: ./code, handler: app.handler}\n"
    bucket = {"Fn::Sub": "${ArtifactBucket}-${AWS::Region}"}
    one = compiled(tmp_path, PLAIN, SPEC + functions).root.body
    assert one["Resources"]["ApiFunction"]["Properties"]["Code"]["S3Bucket"] == bucket
    nested = compiled(tmp_path, "nested: true", SPEC + functions)
    passed = nested.root.body["Resources"]["ComputeStack"]["Properties"]["Parameters"]
    assert passed["ArtifactBucket"] == bucket
    compute = next(one for one in nested.children if one.name == "compute").body["Resources"]
    assert compute["ApiFunction"]["Properties"]["Code"]["S3Bucket"] == {"Ref": "ArtifactBucket"}


def test_a_fleet_of_units_has_no_accounts(tmp_path: Path) -> None:
    units = "organizational_units: [ou-ab12-34cd56ef]\n      organization: o-a1b2c3d4e5"
    spec = SPEC.replace('accounts: ["111111111111", "222222222222", "333333333333"]', units)
    root = compiled(tmp_path, "by_region: {us-east-1: {queues: {jobs: {retention_days: 2}}}}", spec)
    assert root.fleet is not None and root.fleet.service_managed and root.fleet.accounts == ()
    assert "FleetRegions" in root.root.body["Mappings"]


REFUSED = [
    ("organizational_units: [ou-ab12-34cd56ef]\n      organization: o-a1b2c3d4e5", "fleet-setting@9", "can't stand"),
    ("auto_deploy: true", "fleet-setting@9", "'fleet.auto_deploy' is for a fleet with 'organizational_units'"),
    ("delegated_administrator: true", "fleet-setting@9", "is for a fleet with 'organizational_units'"),
    ("by_region: {eu-west-1: {}}", "fleet-setting@9", "'fleet.by_region.eu-west-1' is for none of 'regions'"),
    ('by_account: {"444444444444": {}}', "fleet-setting@9", "is for none of 'accounts'"),
    ("by_region: {us-east-1: {region: us-west-2}}", "bad-name@9", "invalid name 'region'"),
    ('by_region: {us-east-1: {account: "444444444444"}}', "bad-name@9", "invalid name 'account'"),
    ('by_account: {"222222222222": {fleet: {regions: [us-west-2]}}}', "bad-name@9", "invalid name 'fleet'"),
    ("by_region: {us-east-1: {saved_plans_only: true}}", "bad-name@9", "invalid name 'saved_plans_only'"),
    ("by_region: {us-east-1: {platform: other}}", "bad-name@9", "invalid name 'platform'"),
    ("concurrency: 120%", "bad-value@9", "a number, or a percentage such as 25%"),
    ("failure_tolerance: -1", "out-of-range@9", "at least 0"),
    ("order: random", "not-allowed@9", "it is one of sequential, parallel"),
    ("by_region: {us-east-1: {queues: {mails: {}}}}", "unknown-component@9", "overrides 'mails'"),
    ("by_region: {us-east-1: {queues: {jobs: {delay_seconds: 9999}}}}", "out-of-range@9", "at most 900"),
    ("by_region: {us-east-1: {monitoring: null}}", "fleet-differs@9", "more differences), and all stacks of a fleet"),
    ("by_region: {us-east-1: {parameters: {where: null}}}", "fleet-differs@9", "WhereParameter is in one of"),
    ("by_region: {us-east-1: {posture: development}}", "fleet-differs@9", "is another one in us-east-1 than in"),
    ('by_account: {"222222222222": {posture: development}}', "fleet-differs@9", "222222222222/eu-central-1"),
    (
        "by_region: {us-east-1: {tables: {orders: {keep: delete}}}}",
        "fleet-differs@9",
        "DeletionPolicy of OrdersTable is another one",
    ),
]


@pytest.mark.parametrize(("changes", "where", "told"), REFUSED, ids=[one[2][:30] for one in REFUSED])
def test_what_a_fleet_can_not_be(tmp_path: Path, changes: str, where: str, told: str) -> None:
    found = faults(tmp_path, changes)
    assert any(one.startswith(where) and told in one for one in found), found


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ("us-east-1: {posture: development}", "posture"),
        ("us-east-1: {posture: development, queues: {jobs: {delay_seconds: 9}}}", "us-east-1"),
        ("us-east-1: {monitoring: {dashboard: false}}", "dashboard"),
        ("us-east-1: {tables: {orders: {keep: delete, ttl: until}}}", "orders"),
        ("us-east-1: {queues: {jobs: {delay_seconds: 9}}, tables: {orders: {keep: delete}}}", "keep"),
        ("eu-central-1: {tables: {orders: {keep: delete}}}", "keep"),
        ("eu-central-1: {posture: development}, us-east-1: {posture: development}", ""),
    ],
)
def test_a_difference_is_told_once_at_the_setting_that_makes_it(tmp_path: Path, changes: str, setting: str) -> None:
    path = write(tmp_path, f"by_region: {{{changes}}}")
    if not setting:
        assert compile_spec(path)
        return
    with pytest.raises(SpecError) as caught:
        compile_spec(path)
    (found,) = [one for one in caught.value.diagnostics if one.code == "fleet-differs"]
    line = Path(path).read_text(encoding="utf-8").splitlines()[found.place.line - 1]
    assert line[found.place.column - 1 :].startswith(setting), found


def test_accounts_or_units_have_to_be_named(tmp_path: Path) -> None:
    spec = SPEC.replace('accounts: ["111111111111", "222222222222", "333333333333"]', "")
    assert faults(tmp_path, PLAIN, spec) == ["fleet-setting@8: 'fleet' names no accounts"]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("nested: true", "'fleet.nested' is for a fleet with 'accounts'"),
        ('by_account: {"111111111111": {}}', "'fleet.by_account' is for a fleet with 'accounts'"),
        ("execution_role: own", "'fleet.execution_role' is for a fleet with 'accounts'"),
    ],
)
def test_what_stack_sets_of_organizational_units_do_not_take(tmp_path: Path, setting: str, told: str) -> None:
    units = "organizational_units: [ou-ab12-34cd56ef]\n      organization: o-a1b2c3d4e5"
    spec = SPEC.replace('accounts: ["111111111111", "222222222222", "333333333333"]', units)
    assert told in faults(tmp_path, setting, spec)[0]


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        ("{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://example.com'}}", "a nested stack"),
        ("{Type: AWS::SQS::Queue, Properties: {Tags: {'Fn::Transform': {Name: AWS::Include}}}}", "a macro"),
    ],
)
def test_raw_resources_that_units_do_not_take(tmp_path: Path, resource: str, told: str) -> None:
    units = "organizational_units: [ou-ab12-34cd56ef]\n      organization: o-a1b2c3d4e5"
    spec = SPEC.replace('accounts: ["111111111111", "222222222222", "333333333333"]', units)
    (found,) = faults(tmp_path, PLAIN, f"{spec}resources:\n  raw: {resource}\n")
    assert found.startswith("fleet-setting@") and f"has {told}, which StackSets does not take" in found
    assert compiled(tmp_path, PLAIN, f"{SPEC}resources:\n  raw: {resource}\n")


def test_another_partition_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, PLAIN, SPEC.replace("[eu-central-1, us-east-1]", "[eu-central-1, cn-north-1]"))
    assert found == ["fleet-setting@8: 'fleet.regions.1' is in another partition than the stack set in eu-central-1"]


def test_resources_of_another_region_are_refused_at_their_component(tmp_path: Path) -> None:
    spec = SPEC.split("queues:\n")[0] + "buckets:\n  files: {replicate: {region: eu-west-1}}\n"
    spec += "recovery: {region: eu-west-1, rto: 24h, rpo: 24h}\n"
    found = faults(tmp_path, PLAIN, spec)
    assert found and all(one.startswith("fleet-region@") for one in found)
    assert any("it has resources in eu-west-1 too" in one for one in found)


def test_names_that_several_stacks_would_have_are_refused(tmp_path: Path) -> None:
    spec = SPEC + "buckets:\n  files: {properties: {BucketName: shop-files}}\n"
    (found,) = faults(tmp_path, PLAIN, spec)
    assert found.startswith("claimed-name@") and "'shop-files'" in found and "unique across all accounts" in found


def network(number: str) -> str:
    subnets = f"subnet-{number}, subnet-{number[:-1]}f"
    return f"network:\n  existing: {{vpc: vpc-{number}, cidr: 10.0.0.0/16, private: [{subnets}]}}\n"


def test_an_id_of_one_region_is_refused_and_an_arn_is_told(tmp_path: Path) -> None:
    found = faults(tmp_path, PLAIN, SPEC + network("0123456789abcdef0"))
    assert any("vpc-0123456789abcdef0 is in one account and region" in one for one in found)
    arn = "arn:aws:sns:eu-central-1:444444444444:orders"
    (checked,) = check_spec(write(tmp_path, PLAIN, SPEC.replace('value: "${region}"', f"value: {arn}")))
    (warned,) = [one for one in checked.warnings if one.code == "fleet-fixed-arn"]
    assert "belongs to account 444444444444 in eu-central-1" in warned.message
    assert warned.component == "parameters.where"


def test_an_id_for_each_place_is_taken(tmp_path: Path) -> None:
    spec = SPEC.replace('"111111111111", "222222222222", "333333333333"', '"111111111111"')
    spec += network("0123456789abcdef0")
    other = str(yaml.safe_load(network("0fedcba9876543210")))
    root = compiled(tmp_path, f"by_region: {{us-east-1: {other}}}", spec)
    assert root.fleet is not None


def test_what_would_be_looked_up_has_to_be_set(tmp_path: Path) -> None:
    spec = SPEC + "databases:\n  main: {engine: postgres, existing: {id: shop}}\n"
    found = faults(tmp_path, PLAIN, spec)
    assert found and all(one.startswith("fleet-lookup@") for one in found)


def test_warnings_of_a_fleet(tmp_path: Path) -> None:
    spec = SPEC.replace("us-east-1]", "us-east-1, af-south-1]")
    (checked,) = check_spec(write(tmp_path, "concurrency: 5\n      failure_tolerance: 1", spec))
    told = {one.code: one.message for one in checked.warnings}
    assert told["fleet-opt-in"].startswith("af-south-1 is disabled by default")
    assert "is lowered to 2 by CloudFormation" in told["fleet-concurrency"]


@pytest.mark.parametrize(
    ("pace", "lowered"),
    [
        ("concurrency: 100%", 1),
        ("concurrency: 100%\n      failure_tolerance: 10%", 1),
        ("concurrency: 3\n      failure_tolerance: 40%", 2),
        ("concurrency: 3\n      failure_tolerance: 0%", 1),
        ("concurrency: 30%", 0),
        ("concurrency: 100%\n      failure_tolerance: 2", 0),
        ("concurrency: 100%\n      concurrency_mode: soft", 0),
    ],
)
def test_a_share_is_counted_in_accounts(tmp_path: Path, pace: str, lowered: int) -> None:
    (checked,) = check_spec(write(tmp_path, pace))
    told = [one.message for one in checked.warnings if one.code == "fleet-concurrency"]
    assert [f"is lowered to {lowered} by" in one for one in told] == [True] * bool(lowered)


def test_more_than_a_template_holds_is_told_as_that(tmp_path: Path) -> None:
    many = "".join(f"  q{number}: {{}}\n" for number in range(260))
    spec = SPEC.replace("queues:\n", f"queues:\n{many}").replace("monitoring: {notify: alerts, dashboard: true}\n", "")
    spec = spec.replace("[eu-central-1, us-east-1]", "[eu-central-1]")
    found, *_ = faults(tmp_path, PLAIN, spec)
    assert found.startswith("fleet-too-large@") and "the one template of the fleet has" in found


def test_names_of_another_account_are_no_conflict(tmp_path: Path) -> None:
    dev = "environments:\n  dev: {posture: development, region: us-east-1, account: 'ACCOUNT'}\n"
    spec = SPEC.replace("environments:\n", dev).replace("[eu-central-1, us", "[us")
    spec = spec.replace("platform: shop", 'platform: shop\nnaming: "shop-${name}"')
    compile_spec(write(tmp_path, PLAIN, spec.replace("ACCOUNT", "444444444444")))
    found = faults(tmp_path, PLAIN, spec.replace("ACCOUNT", ACCOUNTS[0]))
    assert any(one.startswith("claimed-name@") for one in found)


def test_a_comparison_offline_sees_what_each_place_sees(tmp_path: Path) -> None:
    write(tmp_path, CHANGED)
    with contextlib.chdir(tmp_path):
        assert CliRunner().invoke(main, ["compile", "shop.yaml"]).exit_code == 0
        same = CliRunner().invoke(main, ["diff", "shop.yaml", "--env", "prod", "--against", "templates_out"])
        assert "No changes." in same.stdout and "queues" not in same.stdout, same.output
        write(tmp_path, CHANGED.replace("{retention_days: 2}", "{retention_days: 3}"))
        other = CliRunner().invoke(main, ["diff", "shop.yaml", "--env", "prod", "--against", "templates_out"])
    assert "MessageRetentionPeriod: 172800 → 259200" in other.stdout
    assert "this is true in 222222222222/us-east-1, us-east-1" in other.stdout or "true in us-east-1" in other.stdout


def test_stacks_of_a_fleet_that_are_too_large_for_one_operation_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = sum(len(one.body["Resources"]) for one in compiled(tmp_path).templates)
    monkeypatch.setattr("compiler.stacks.fleet.operation.OPERATION_LIMIT", count)
    assert "operation-limit" not in {one.code for one in compiled(tmp_path).warnings}
    monkeypatch.setattr("compiler.stacks.fleet.operation.OPERATION_LIMIT", count - 1)
    (found,) = [one for one in compiled(tmp_path).warnings if one.code == "operation-limit"]
    assert (found.severity, found.place.line) == ("warning", 1)
    assert f"each stack of the fleet has {count} resources" in found.message
