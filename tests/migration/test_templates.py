"""`stackwright import-from template` and `stack`: samples become the specs and reports beside them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from compiler.source.load import load
from deployer.migration.template.given import Given, template_file
from deployer.migration.template.values import TemplateValues
from deployer.sandbox.process import Sandbox, open_sandbox

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).with_name("templates")
CASES = tuple(sorted(path.name for path in SAMPLES.iterdir()))
PAGE = (ROOT / "docs" / "from-cloudformation.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], catch_exceptions=False)


def convert(case: str, folder: Path, *more: str) -> Result:
    (file,) = (SAMPLES / case).glob("template.*")
    shutil.copy(file, folder)
    return run("import-from", "template", file.name, "--name", case, "--out", "spec.yaml", *more)


def converted(folder: Path, text: str, *more: str) -> Result:
    (folder / "stack.yaml").write_text(text, encoding="utf-8")
    return run("import-from", "template", "stack.yaml", "--out", "spec.yaml", *more)


@pytest.mark.parametrize("case", CASES)
def test_a_sample_becomes_this_spec_and_this_report(case: str, folder: Path, update: bool) -> None:
    told = convert(case, folder)
    assert told.exit_code == 0, told.output
    made = {"spec.yaml": (folder / "spec.yaml").read_text("utf-8"), "report.txt": told.stderr + told.stdout}
    for name, text in made.items():
        if update:
            (SAMPLES / case / name).write_text(text, encoding="utf-8")
        assert (SAMPLES / case / name).read_text("utf-8") == text
    assert run("fmt", "--check", "spec.yaml").exit_code == 0


@pytest.mark.parametrize("case", CASES)
def test_what_a_sample_becomes_compiles(case: str, folder: Path) -> None:
    shutil.copy(SAMPLES / case / "spec.yaml", folder)
    told = run("compile", "spec.yaml", "--strict")
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize("case", CASES)
def test_logical_ids_stay(case: str, folder: Path) -> None:
    """Each resource has the logical id that it had in the template, perhaps with the noun of its section."""
    shutil.copy(SAMPLES / case / "spec.yaml", folder)
    assert run("compile", "spec.yaml").exit_code == 0
    manifest = json.loads(next((folder / "templates_out").rglob("manifest.json")).read_text("utf-8"))
    made = {name for root in manifest["roots"] for stack in root["stacks"] for name in stack["origins"]}
    (file,) = (SAMPLES / case).glob("template.*")
    template = template_file(str(file)).data["Resources"]
    report = (SAMPLES / case / "report.txt").read_text("utf-8")
    left_out = re.findall(r"note\[.*: (\w+) is left out|: (\w+) \(\S+\) is left out", report)
    gone = {name for pair in left_out for name in pair if name}
    nouns = ("", "Queue", "Topic", "Table", "Bucket")
    assert all({f"{name}{noun}" for noun in nouns} & made for name in template.keys() - gone)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_a_sample_becomes_lints(case: str, folder: Path) -> None:
    shutil.copy(SAMPLES / case / "spec.yaml", folder)
    assert run("lint", "spec.yaml").output == "no findings\n"


@pytest.mark.parametrize("case", CASES)
def test_each_line_of_the_report_is_a_line_of_the_template(case: str, folder: Path) -> None:
    rows = json.loads(convert(case, folder, "--format", "json").stdout)["diagnostics"]
    assert rows
    for row in rows:
        assert row["code"] in ("not-converted", "converted-differently") and row["suggestion"]
        assert row["line"] <= len((folder / row["file"]).read_text("utf-8").splitlines())


def test_other_values_make_another_spec(folder: Path) -> None:
    told = convert("conditions", folder, "--parameter", "Stage=live", "--parameter", "Owner=me", "--env", "live")
    assert told.exit_code == 0, told.output
    spec = load("spec.yaml").data
    assert spec["environments"] == {"live": {"posture": "production"}}
    assert [*spec["queues"]] == ["archive"]
    assert spec["resources"]["named"]["Properties"]["Value"] == "me"
    assert spec["resources"]["reader"]["Properties"]["Value"] == "${queues.archive.arn}"


QUEUE = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {%s}\n"


@pytest.mark.parametrize(
    ("properties", "settings"),
    [
        ("", {"visibility_seconds": 30, "wait_seconds": 0, "delay_seconds": 0}),
        ("FifoQueue: 'true', MessageRetentionPeriod: '86400'", {"fifo": True, "retention_days": 1}),
        ("FifoQueue: true", {"content_deduplication": False}),
        ("MessageRetentionPeriod: 60", {"retention_days": "60s"}),
        ("SqsManagedSseEnabled: true, QueueName: jobs", {"properties": {"QueueName": "jobs"}}),
    ],
)
def test_a_queue_keeps_its_times(properties: str, settings: Json, folder: Path) -> None:
    assert converted(folder, QUEUE % properties).exit_code == 0
    made = load("spec.yaml").data["queues"]["jobs"]
    assert {name: made[name] for name in settings} == settings


@pytest.mark.parametrize(
    "properties",
    [
        "KmsMasterKeyId: alias/own",
        "RedrivePolicy: {deadLetterTargetArn: 'arn:aws:sqs:us-east-1:111122223333:x', maxReceiveCount: 3}",
        "VisibilityTimeout: long",
    ],
)
def test_what_a_section_does_not_have_is_raw(properties: str, folder: Path) -> None:
    assert converted(folder, QUEUE % properties, "--env", "dev").exit_code == 0
    text = (folder / "spec.yaml").read_text("utf-8")
    assert "queues:" not in text and "logical_id: Jobs" in text


def test_a_resource_is_raw_when_something_reads_what_its_section_does_not_tell(folder: Path) -> None:
    reader = "  Reader: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Site.WebsiteURL}}\n"
    text = "Resources:\n  Site: {Type: AWS::S3::Bucket}\n" + reader
    assert converted(folder, text).exit_code == 0
    assert [*load("spec.yaml").data["resources"]] == ["reader", "site"]


def test_names_that_differ_only_in_capitals_stay_two(folder: Path) -> None:
    one = "{Type: AWS::SSM::Parameter, Properties: {Type: String, Value: x}}"
    assert converted(folder, f"Resources:\n  Note: {one}\n  NOTE: {one}\n").exit_code == 0
    resources = load("spec.yaml").data["resources"]
    assert {name: about["logical_id"] for name, about in resources.items()} == {"note": "Note", "note-2": "NOTE"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "not-a-mapping"),
        ("", "empty-file"),
        ("a: 1", "there are no 'Resources'"),
        ("Resources: {A: 1}", "the resource A has no 'Type'"),
        ("Resources: {A: {Type: 'AWS::SNS::Topic', Properties: 3}}", "'Properties' of A is no map"),
        ("Parameters: {A: 3}\nResources: {A: {Type: 'AWS::SNS::Topic'}}", "the parameter A is no map"),
        ('{"Resources": {"A":', "yaml-syntax"),
        ("Resources: {'Fn::ForEach::T': [a, [b], {}]}", "is for a transform"),
        ("Resources: {A: {Type: 'AWS::Serverless::Api'}}", "not-convertible"),
    ],
)
def test_what_is_no_template_is_told(text: str, message: str, folder: Path) -> None:
    told = converted(folder, text)
    assert told.exit_code == 1 and message in told.stderr
    assert not (folder / "spec.yaml").exists()


def test_a_parameter_that_the_template_does_not_have_is_told(folder: Path) -> None:
    told = convert("network", folder, "--parameter", "Rang=10.0.0.0/16")
    assert told.exit_code == 1 and "did you mean 'Range'" in told.stderr


Z = {"Fn::ImportValue": "z"}


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ({"Fn::Sub": "a ${!B} c"}, "a $${B} c"),
        ({"Fn::Sub": "${AWS::Region}-${!B}"}, {"Fn::Sub": "${AWS::Region}-$${!B}"}),
        ({"Fn::Sub": ["${x}${y}", {"x": "1", "y": Z}]}, {"Fn::Sub": ["1${y}", {"y": Z}]}),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Partition"}, "k"]}, 7),
        ({"Fn::Join": [",", ["a", {"Ref": "AWS::StackName"}]]}, "a,shop"),
        ({"Fn::Split": [",", {"Ref": "Texts"}]}, {"Fn::Split": [",", "$${a}"]}),
    ],
)
def test_functions_become_text_where_all_is_known(value: Json, made: Json, folder: Path) -> None:
    text = "Parameters: {Texts: {Type: String, Default: '${a}'}}\nMappings: {M: {aws: {k: 7}}}\n"
    (folder / "t.yaml").write_text(f"{text}Resources: {{A: {{Type: 'AWS::SNS::Topic'}}}}\n", encoding="utf-8")
    given = Given(template_file("t.yaml"), "shop", "prod", "us-east-1")
    words = {"AWS::StackName": given.name}
    values = TemplateValues(given.document.data, words, "", {}, lambda name, attribute: {"Ref": name}, given)
    assert values.of(value) == made


def test_conditions_that_ask_for_each_other_are_told(folder: Path) -> None:
    text = "Conditions: {A: {Condition: B}, B: {Condition: A}}\nResources:\n"
    rest = "  Left: {Type: AWS::SQS::Queue, Condition: A}\n  Own: {Type: AWS::SQS::Queue}\n"
    told = converted(folder, text + rest)
    assert told.exit_code == 0 and "Left (AWS::SQS::Queue) is left out: the condition A asks for itself" in told.stderr


def test_a_queue_of_its_own_dead_letters_is_told(folder: Path) -> None:
    redrive = "{deadLetterTargetArn: {'Fn::GetAtt': [Jobs, Arn]}, maxReceiveCount: 2}"
    told = converted(folder, QUEUE % f"RedrivePolicy: {redrive}")
    assert told.exit_code == 0 and "'queues.jobs.dead_letter.queue' is left out" in told.stderr


@pytest.fixture
def account(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An account whose API the environment variables name."""
    with open_sandbox(folder / "sandbox", "us-east-1") as sandbox:
        monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.endpoint_url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", sandbox.credentials.access_key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", sandbox.credentials.secret_access_key)
        yield sandbox


def deployed(account: Sandbox, name: str, template: str, parameters: dict[str, str]) -> None:
    import boto3

    client = boto3.client("cloudformation", region_name="us-east-1")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    client.create_stack(StackName=name, TemplateBody=template, Parameters=given, Capabilities=["CAPABILITY_IAM"])
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def test_a_stack_is_read_with_its_values_and_ids(account: Sandbox, folder: Path) -> None:
    template = (SAMPLES / "messages" / "template.yaml").read_text("utf-8")
    deployed(account, "orders-live", template, {"TableName": "orders-live"})
    told = run("import-from", "stack", "orders-live", "--env", "prod", "--format", "json")
    assert told.exit_code == 0, told.output
    answer = json.loads(told.stdout)
    kept = dict(one.split("=", 1) for one in answer["import"])
    assert kept["tables.orders"] == "orders-live"
    assert "OrdersQueue" in kept["queues.orders"] and kept["queues.orders"].startswith("http")
    assert kept["topics.orders"].startswith("arn:aws:sns:")
    assert (folder / "spec" / "orders-live.template").read_text("utf-8") == template
    spec = load("spec/orders-live.yaml").data
    assert spec["tables"]["orders"]["properties"] == {"TableName": "orders-live"}
    assert run("validate", "spec/orders-live.yaml").exit_code == 0


OLD = """
Resources:
  OrdersQueue: {Type: AWS::SQS::Queue, DeletionPolicy: Retain, UpdateReplacePolicy: Retain}
  OrdersTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      TableName: orders-of-old
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  OrdersNote:
    Type: AWS::SSM::Parameter
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {Name: /old/note, Type: String, Value: !GetAtt OrdersQueue.Arn}
"""


@pytest.mark.slow
def test_resources_of_an_old_stack_stay_under_the_platform(account: Sandbox, folder: Path) -> None:
    import boto3

    deployed(account, "old", OLD, {})
    tables, queues = (boto3.client(name, region_name="us-east-1") for name in ("dynamodb", "sqs"))
    tables.put_item(TableName="orders-of-old", Item={"id": {"S": "kept"}})
    told = run("import-from", "stack", "old", "--env", "dev", "--format", "json")
    kept = json.loads(told.stdout)["import"]
    stacks = boto3.client("cloudformation", region_name="us-east-1")
    stacks.delete_stack(StackName="old")
    stacks.get_waiter("stack_delete_complete").wait(StackName="old", WaiterConfig={"Delay": 1})

    imported = run("import", "spec/old.yaml", "--env", "dev", "--yes", *kept)
    assert imported.exit_code == 0, imported.output
    assert run("deploy", "spec/old.yaml", "--env", "dev", "--yes").exit_code == 0
    assert tables.get_item(TableName="orders-of-old", Key={"id": {"S": "kept"}})["Item"]
    (wanted,) = [one.partition("=")[2] for one in kept if one.startswith("queues.orders=")]
    assert queues.get_queue_attributes(QueueUrl=wanted)
    plan = run("plan", "spec/old.yaml", "--env", "dev")
    assert "No changes." in plan.output, plan.output


def test_a_stack_of_json_has_lines_too(account: Sandbox, folder: Path) -> None:
    resources = {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": {"Ref": "Delay"}}}}
    template = {"Parameters": {"Delay": {"Type": "Number"}}, "Resources": resources}
    deployed(account, "jobs", json.dumps(template), {"Delay": "5"})
    told = run("import-from", "stack", "jobs", "--parameter", "Delay=7")
    assert told.exit_code == 0, told.output
    assert load("spec/jobs.yaml").data["queues"]["jobs"]["delay_seconds"] == 7
    assert "jobs.template:3:5: note[converted-differently]: the parameter Delay" in told.stderr


def test_a_stack_that_is_not_there_is_told(account: Sandbox) -> None:
    told = run("import-from", "stack", "nobody")
    assert told.exit_code == 4 and "error[not-deployed]" in told.stderr


def test_what_stays_comes_under_the_platform(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of the page: convert, import by the line that the report shows, and deploy without a replacement."""
    template, shown = re.findall(r"```(?:yaml|console)\n(.*?)```", PAGE.partition("<!-- walk -->")[2], re.DOTALL)[:2]
    (folder / "jobs.yaml").write_text(template, encoding="utf-8")
    for line in shown.splitlines():
        if line.startswith("$ "):
            told = run(*shlex.split(line)[2:])
            assert told.exit_code == 0, told.output
    assert load("spec/jobs.yaml").data["queues"]


def test_the_kinds_that_are_native_have_their_attributes() -> None:
    from deployer.migration.template.natives import NATIVE

    kinds = load_schema().kinds
    for kind, module in NATIVE.items():
        assert kinds[module.SECTION]["x-physical-name"]["type"] == kind
        assert {*module.ATTRIBUTES.values()} <= {*kinds[module.SECTION]["x-attributes"]}
