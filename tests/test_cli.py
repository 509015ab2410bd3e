"""What people read and scripts get: texts, JSON and exit codes of the commands, on the sandbox where AWS is needed."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main

HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n  prod: {posture: production}\n"
QUEUE = "queues:\n  jobs: {}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; no credentials and no settings of the machine reach the commands."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def run(text: str, command: str, *options: str, answer: str = "") -> Result:
    Path("spec.yaml").write_text(text)
    return CliRunner().invoke(main, [command, "spec.yaml", *options], input=answer)


def test_validate_names_the_environments(folder: Path) -> None:
    assert run(HEAD + QUEUE, "validate").stdout == "spec.yaml: valid in dev, prod\n"
    assert run(HEAD + QUEUE, "validate", "--env", "prod").stdout == "spec.yaml: valid in prod\n"


def test_faults_as_json(folder: Path) -> None:
    result = run(HEAD + "queues:\n  jobs: {retention: 4}\n", "validate", "--format", "json")
    assert result.exit_code == 1
    (fault,) = json.loads(result.stdout)["diagnostics"]
    assert (fault["code"], fault["line"], fault["column"]) == ("unknown-property", 6, 10)
    assert fault["suggestion"] == "did you mean 'retention_days'?"


def test_resolve_shows_what_the_posture_decides(folder: Path) -> None:
    shown = {name: run(HEAD + "buckets:\n  media: {}\n", "resolve", "--env", name).stdout for name in ("dev", "prod")}
    assert "keep: delete" in shown["dev"] and "keep: retain" in shown["prod"]
    assert json.loads(run(HEAD + QUEUE, "resolve", "--env", "dev", "--format", "json").stdout)["queues"]["jobs"]


def test_resolved_text_keeps_pointers_and_escapes(folder: Path) -> None:
    topics = 'topics:\n  news: {display_name: "${jobs.name} $${x} ${env}"}\n'
    assert "${queues.jobs.name} $${x} dev" in run(HEAD + QUEUE + topics, "resolve", "--env", "dev").stdout


def test_a_wrong_option_is_status_2(folder: Path) -> None:
    assert run(HEAD + QUEUE, "validate", "--enviroment", "dev").exit_code == 2
    assert run(HEAD + QUEUE, "plan").exit_code == 2
    assert run(HEAD + QUEUE, "plan", "--env", "dev", "--parameter", "novalue").exit_code == 2


def test_without_credentials_is_status_5(folder: Path) -> None:
    result = run(HEAD + QUEUE, "status", "--env", "dev")
    assert result.exit_code == 5
    assert "error[no-credentials]: no usable AWS credentials" in result.stderr
    assert "help: log in" in result.stderr


def test_a_plan_that_is_none_is_status_4(folder: Path) -> None:
    Path("dev.plan").write_text("{}")
    result = CliRunner().invoke(main, ["apply", "dev.plan"])
    assert result.exit_code == 4
    assert "error[bad-plan]: 'dev.plan' is not a plan" in result.stderr


@pytest.mark.slow
def test_from_plan_to_removal_on_the_sandbox(folder: Path) -> None:
    planned = run(HEAD + QUEUE, "plan", "--env", "dev", "--sandbox", "--out", "dev.plan")
    assert planned.exit_code == 0, planned.stderr
    assert "Resources: 6." in planned.stdout
    assert "Sandbox: 6 resources are emulated, 0 only recorded." in planned.stdout
    assert planned.stdout.endswith("run: stackwright apply dev.plan\n")
    assert run(HEAD + QUEUE, "status", "--env", "dev", "--sandbox").stdout.startswith("demo-dev: ")

    applied = CliRunner().invoke(main, ["apply", "dev.plan"])
    assert applied.exit_code == 0, applied.stderr
    assert "[6/6] CREATE_COMPLETE demo-dev AWS::CloudFormation::Stack" in applied.stderr
    assert "JobsQueueUrl  http" in applied.stdout

    again = run(HEAD + QUEUE, "deploy", "--env", "dev", "--sandbox", "--yes")
    assert again.exit_code == 0
    assert "No changes." in again.stdout
    outputs = json.loads(run(HEAD + QUEUE, "outputs", "--env", "dev", "--sandbox", "--format", "json").stdout)
    assert list(outputs) == ["JobsQueueUrl"]
    status = json.loads(run(HEAD + QUEUE, "status", "--env", "dev", "--sandbox", "--format", "json").stdout)
    (root,) = status["roots"]
    assert (root["region"], root["deployed"], root["resources"]) == ("us-east-1", True, 6)

    names = ("--approve", "queues.jobs", "--approve", "encryption")
    kept = run(HEAD + QUEUE, "destroy", "--env", "dev", "--sandbox", *names, answer="n\n")
    assert kept.exit_code == 1
    assert "demo-dev: 6 resources, 0 of them are retained" in kept.stderr
    gone = run(HEAD + QUEUE, "destroy", "--env", "dev", "--sandbox", "--yes", *names)
    assert gone.exit_code == 0, gone.stderr
    assert run(HEAD + QUEUE, "status", "--env", "dev", "--sandbox").stdout == "demo-dev: not deployed\n"


@pytest.mark.slow
def test_a_file_that_can_not_be_written_is_told_before_a_change_set_is_made(folder: Path) -> None:
    plan = ("plan", "--env", "dev", "--sandbox")
    Path("there.md").write_text("kept", encoding="utf-8")
    for options, status, told in (
        (("--review", "there.md", "--review", "nowhere/x.md"), 1, "error[unwritable-output]: the review can't be"),
        (
            ("--out", "nowhere/dev.plan"),
            4,
            "error[bad-plan]: cannot write the plan to 'nowhere/dev.plan': No such file",
        ),
        (("--out", "."), 2, "Invalid value for '--out': File '.' is a directory."),
    ):
        found = run(HEAD + QUEUE, *plan, *options)
        assert (found.exit_code, found.stdout, told in found.stderr) == (status, "", True), found.stderr
    assert sorted(one.name for one in folder.iterdir() if one.is_file()) == ["spec.yaml", "there.md"]
    assert Path("there.md").read_text(encoding="utf-8") == "kept"
    assert run(HEAD + QUEUE, "status", "--env", "dev", "--sandbox").stdout == "demo-dev: not deployed\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("rollback", "--to", "abc"),
            "'abc' is not the number of a record: expected 1 or more, as `history` lists them",
        ),
        (("rollback", "--to", "0"), "'0' is not the number of a record"),
        (("show", "²"), "'²' is not the number of a record"),
        (("history", "--last", "-1"), "'-1' is not a number of records: expected 1 or more"),
    ],
)
def test_what_is_no_number_is_told_with_what_is(folder: Path, words: tuple[str, ...], told: str) -> None:
    found = run(HEAD + QUEUE, *words, "--env", "dev", "--sandbox")
    assert (found.exit_code, told in found.stderr) == (2, True), found.stderr


@pytest.mark.slow
def test_lookup_writes_a_lock_that_compile_reads(folder: Path) -> None:
    first = HEAD + "queues: {orders: {}}\nsecrets: {stripe: {generate: {keys: [api_key]}}}\n"
    assert run(first, "deploy", "--env", "dev", "--sandbox", "--yes").exit_code == 0
    outputs = json.loads(run(first, "outputs", "--env", "dev", "--sandbox", "--format", "json").stdout)
    queue = outputs["OrdersQueueUrl"].split("/")[-1]
    text = (
        f"platform: next\nenvironments: {{dev: {{posture: development}}}}\nqueues: {{orders: {{existing: {queue}}}}}\n"
    )
    text += "secrets: {stripe: {existing: no-such-secret, keys: [api_key]}}\n"
    unknown = run(text, "compile", "--env", "dev")
    assert unknown.exit_code == 1
    assert "help: set them in 'existing', or run: stackwright lookup spec.yaml --env dev" in unknown.stderr
    refused = run(text, "lookup", "--env", "dev", "--sandbox")
    assert refused.exit_code == 4
    assert "spec.yaml:4:30: error[lookup-failed]: secrets.stripe: there is no 'no-such-secret'" in refused.stderr
    assert "note[lookup-failed]: the lock file is unchanged: not everything was found" in refused.stderr
    assert not Path("spec.lock.json").exists()

    text = text.split("secrets:")[0]
    found = run(text, "lookup", "--env", "dev", "--sandbox")
    assert found.exit_code == 0, found.stderr
    assert found.stdout.startswith('+ queues.orders.key: "arn:aws:kms:us-east-1:000000000000:key/')
    assert found.stdout.endswith("spec.lock.json: 1 change\n")
    again = json.loads(run(text, "lookup", "--env", "dev", "--sandbox", "--format", "json").stdout)
    assert again == {"diagnostics": [], "changes": [], "environment": "dev", "file": "spec.lock.json"}
    assert run(text, "lookup", "--env", "dev", "--sandbox").stdout == "spec.lock.json: nothing has changed\n"
    assert "arn:aws:kms" in run(text, "resolve", "--env", "dev").stdout


def test_lookup_without_credentials_writes_nothing(folder: Path) -> None:
    result = run(HEAD + "queues: {orders: {existing: orders}}\n", "lookup", "--env", "dev")
    assert result.exit_code == 5
    assert not Path("spec.lock.json").exists()


@pytest.mark.slow
def test_a_question_answered_with_no_changes_nothing(folder: Path) -> None:
    refused = run(HEAD + QUEUE, "deploy", "--env", "dev", "--sandbox", answer="n\n")
    assert refused.exit_code == 1
    assert "Execute this change set?" in refused.stderr
    assert "REVIEW_IN_PROGRESS" in run(HEAD + QUEUE, "status", "--env", "dev", "--sandbox").stdout
    deployed = run(HEAD + QUEUE, "deploy", "--env", "dev", "--sandbox", answer="y\n")
    assert deployed.exit_code == 0, deployed.stderr


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["n\n", ""], ids=["no", "nobody there"])
def test_a_question_that_is_not_answered_with_yes_is_json_too(folder: Path, answer: str) -> None:
    """Whoever is asked sees on standard error what is asked about; standard output is the one JSON value."""
    refused = run(HEAD + QUEUE, "deploy", "--env", "dev", "--sandbox", "--format", "json", answer=answer)
    assert refused.exit_code == 1
    assert [one["code"] for one in json.loads(refused.stdout)["diagnostics"]] == ["not-confirmed"]
    assert "demo · dev · create" in refused.stderr
    assert "Execute this change set?" in refused.stderr


@pytest.mark.slow
def test_production_is_protected_and_names_what_stays(folder: Path) -> None:
    text = HEAD + "buckets:\n  media: {}\n"
    assert run(text, "deploy", "--env", "prod", "--sandbox", "--yes").exit_code == 0
    refused = run(text, "destroy", "--env", "prod", "--sandbox", "--yes")
    assert refused.exit_code == 4
    assert "demo-prod is protected from termination" in refused.stderr
    gone = run(text, "destroy", "--env", "prod", "--sandbox", "--yes", "--disable-protection")
    assert gone.exit_code == 0, gone.stderr
    assert "retained: buckets.media: AWS::S3::Bucket MediaBucket is retained" in gone.stdout


@pytest.mark.slow
def test_what_does_not_lint_is_not_planned(folder: Path) -> None:
    result = run(HEAD + "queues:\n  jobs: {properties: {DelaySeconds: soon}}\n", "plan", "--env", "dev", "--sandbox")
    assert result.exit_code == 1
    assert "error[E3012]: queues.jobs" in result.stderr
    assert result.stderr.endswith("1 error\n")
    assert not Path(".stackwright", "sandbox").exists()


@pytest.mark.slow
def test_an_environment_in_two_regions_from_plan_to_removal(folder: Path) -> None:
    text = (
        "platform: far\nregion: eu-central-1\nenvironments: {dev: {posture: development}}\n"
        "domains: {site: {domain: example.com, zone: {create: true}, certificate: {}}}\n"
        "buckets: {static: {}}\ncdn: {front: {paths: {'/*': static}, domain: site}}\n"
    )
    planned = run(text, "plan", "--env", "dev", "--sandbox", "--out", "dev.plan")
    assert "stack far-dev in eu-central-1 needs outputs of us-east-1: plan again when" in planned.stdout
    applied = CliRunner().invoke(main, ["apply", "dev.plan"])
    assert applied.exit_code == 0, applied.stderr
    assert "eu-central-1 needs outputs of us-east-1" in applied.stderr
    deployed = run(text, "deploy", "--env", "dev", "--sandbox", "--yes", "--format", "json")
    assert deployed.exit_code == 0, deployed.stderr
    assert [one["status"] for one in json.loads(deployed.stdout)["outcomes"]] == ["NO_CHANGES", "CREATE_COMPLETE"]
    told = run(text, "status", "--env", "dev", "--sandbox").stdout.splitlines()
    assert [line for line in told if line.startswith("in ")] == ["in us-east-1:", "in eu-central-1:"]
    found = json.loads(run(text, "outputs", "--env", "dev", "--sandbox", "--format", "json").stdout)
    assert {"SiteDomainCertificateArn", "FrontDistributionDomainName"} <= set(found)
    unnamed = run(text, "destroy", "--env", "dev", "--sandbox", "--yes")
    assert unnamed.exit_code == 6
    names = re.findall(r"give (--approve) (\S+)", unnamed.stderr)
    gone = run(text, "destroy", "--env", "dev", "--sandbox", "--yes", *itertools.chain(*names))
    assert gone.exit_code == 0, gone.stderr
    assert gone.stdout.count("DELETE_COMPLETE") == 2
    assert run(text, "status", "--env", "dev", "--sandbox").stdout.count("far-dev: not deployed") == 2


DOUBTFUL = "services:\n  web: {image: example.com/web, port: 8080}\n"


def test_warnings_are_shown_once_and_stop_only_the_strict(folder: Path) -> None:
    for command in ("validate", "compile"):
        shown = run(HEAD + DOUBTFUL, command)
        assert shown.exit_code == 0
        assert shown.stderr.count("spec.yaml:6:16: warning[image-tag]: services.web: ") == 1
        assert shown.stderr.endswith("1 warning\n")
        strict = run(HEAD + DOUBTFUL, command, "--strict")
        assert (strict.exit_code, strict.stdout) == (1, "")
    assert run(HEAD + DOUBTFUL, "resolve", "--env", "dev").stderr == ""
    assert run(HEAD + DOUBTFUL, "resolve", "--env", "dev", "--strict").exit_code == 1


def test_a_strict_compile_writes_nothing(folder: Path) -> None:
    assert run(HEAD + DOUBTFUL, "compile", "--strict").exit_code == 1
    assert not Path("templates_out").exists()


def test_every_json_has_the_warnings_and_nothing_beside_it(folder: Path) -> None:
    for command, options in (("validate", ()), ("compile", ()), ("validate", ("--strict",))):
        shown = run(HEAD + DOUBTFUL, command, "--format", "json", *options)
        (one,) = json.loads(shown.stdout)["diagnostics"]
        assert (one["severity"], one["code"], one["file"], one["line"]) == ("warning", "image-tag", "spec.yaml", 6)
        assert shown.stderr == ""


def test_compile_reports_as_json_and_writes_templates_as_yaml(folder: Path) -> None:
    shown = run(HEAD + QUEUE, "compile", "--env", "dev", "--format", "json", "--template-format", "yaml")
    (dev,) = json.loads(shown.stdout)["environments"]
    assert (dev["environment"], dev["stack"], dev["folder"]) == ("dev", "demo-dev", "templates_out/demo/dev")
    assert Path("templates_out/demo/dev/us-east-1/root.template.yaml").is_file()
    same = run(HEAD + QUEUE, "compile", "--env", "dev", "--format", "json", "--check")
    assert same.exit_code == 1
    assert "templates_out/demo/dev/us-east-1/root.template.json is missing" in json.loads(same.stdout)["differences"]


def test_a_value_that_is_spelled_like_an_option_is_none(folder: Path) -> None:
    Path("json").write_text(HEAD + "queues: {jobs: {retention: 4}}\n")
    shown = CliRunner().invoke(main, ["validate", "json", "--env", "--format=json"])
    assert shown.stdout == ""
    assert "error[unknown-environment]" in shown.stderr


def test_a_refused_deployment_as_json_is_one_value_on_stdout(folder: Path) -> None:
    for command, options in (("status", ()), ("destroy", ("--yes",)), ("lookup", ())):
        text = HEAD + ("queues: {jobs: {existing: jobs}}\n" if command == "lookup" else QUEUE)
        shown = run(text, command, "--env", "dev", "--format", "json", *options)
        assert (shown.exit_code, shown.stderr) == (5, "")
        (one,) = json.loads(shown.stdout)["diagnostics"]
        assert (one["severity"], one["code"], one["file"]) == ("error", "no-credentials", None)
        assert one["suggestion"].startswith("log in")


def test_ctrl_c_anywhere_is_told_and_has_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("compiler.pipeline.check_spec", stopped)
    for form in ("text", "json"):
        ran = CliRunner().invoke(main, ["validate", "spec.yaml", "--format", form])
        assert ran.exit_code == 130
        assert "interrupted: this command has stopped" in ran.output
        assert "Aborted" not in ran.output
