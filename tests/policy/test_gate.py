"""`lint --policy`: findings of other tools at the setting's line, merged, accepted and reported as all others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from compiler.source.json_value import Json
from linter.policy.tools import CHECKOV_VARIABLE, GUARD_VARIABLE
from tests.policy import fake

SPEC = """platform: demo
region: us-east-1
environments:
  dev: {posture: development}
  prod: {posture: production}
buckets:
  media: {properties: {AccelerateConfiguration: {AccelerationStatus: Enabled}}}
  "for-{tenant}":
    each: {tenant: [acme, globex]}
    versioning: true
functions:
  api: {runtime: python3.13, code: ./api, handler: app.handler, uses: {media: read}}
"""
CHECKS = [
    fake.check("CKV_AWS_18", "AWS::S3::Bucket.MediaBucket", "Properties/AccelerateConfiguration/AccelerationStatus"),
    fake.check("CKV_AWS_21", "AWS::S3::Bucket.ForAcmeBucket", "Properties/VersioningConfiguration/Missing"),
    fake.check("CKV_AWS_21", "AWS::S3::Bucket.ForGlobexBucket", "Properties/VersioningConfiguration/Missing"),
]
RULES = [fake.clause("lambda_check", "[CT.LAMBDA.PR.9]: Require an alias [FIX]: Make one", "ApiFunction", "Alias")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with both tools and rules, whose cache of verdicts all tests share."""
    made = tmp_path_factory.mktemp("policies")
    (made / "rules").mkdir()
    (made / "rules" / "a.guard").write_text("rule lambda_check { # [CT.LAMBDA.PR.9]\n}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.setenv("PATH", "/usr/bin:/bin")
        patch.setenv(CHECKOV_VARIABLE, str(fake.checkov(made / "checkov", CHECKS)))
        patch.setenv(GUARD_VARIABLE, str(fake.guard(made / "cfn-guard", RULES)))
        yield made


def lint(spec: str, *arguments: str) -> Result:
    Path("spec.yaml").write_text(spec, encoding="utf-8")
    return CliRunner().invoke(main, ["lint", "spec.yaml", *arguments])


def told(ran: Result) -> list[Json]:
    """The findings that fail the command."""
    assert not isinstance(ran.exception, Exception) or isinstance(ran.exception, SystemExit), ran.exception
    return [one for one in json.loads(ran.stdout)["diagnostics"] if one["severity"] != "note"]


BOTH = ("--policy", "checkov", "--policy", "cfn-guard=rules")


def ignoring(*entries: str) -> str:
    listed = "".join(f"    - {{{entry}, reason: It is so}}\n" for entry in entries)
    return f"{SPEC}lint:\n  ignore:\n{listed}"


def test_each_cause_is_told_once_at_its_line_with_its_places(folder: Path) -> None:
    ran = lint(SPEC, *BOTH, "--format", "json")
    assert ran.exit_code == 1
    rows = [(one["code"], one["line"], one["component"], one["setting"], one["severity"]) for one in told(ran)]
    assert rows == [
        ("CKV_AWS_18", 7, "buckets.media", "properties.AccelerateConfiguration.AccelerationStatus", "warning"),
        ("CKV_AWS_21", 8, "buckets.for-acme", "", "warning"),
        ("CT.LAMBDA.PR.9", 12, "functions.api", "", "warning"),
    ]
    media, tenants, function = told(ran)
    assert media["message"] == "Ensure CKV_AWS_18"
    assert media["resource"] == "Resources/MediaBucket/Properties/AccelerateConfiguration/AccelerationStatus"
    assert tenants["others"] == ["buckets.for-globex"]
    assert function["message"] == "Require an alias" and function["suggestion"] == "Make one"
    files = [place.rsplit(":", 2)[0] for place in media["also"]]
    assert files == [f"demo/{environment}/us-east-1/data.template.json" for environment in ("dev", "prod")]
    assert len(tenants["also"]) == 4


def test_places_in_templates_are_those_of_the_written_files(folder: Path) -> None:
    ran = lint(SPEC, *BOTH, "--format", "json")
    assert CliRunner().invoke(main, ["compile", "spec.yaml"]).exit_code == 0
    assert told(ran)
    for one in told(ran):
        for place in one["also"]:
            file, line, column = place.rsplit(":", 2)
            text = Path("templates_out", file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
            name = one["resource"].split("/")
            inside = [step for step in (*name[:2], "Properties", *name[3:]) if f'"{step}": ' in text]
            assert inside, (place, text)
            assert text[int(column) - 1] == '"'


def test_without_the_option_no_tool_runs(folder: Path) -> None:
    ran = lint(SPEC, "--format", "json")
    assert (ran.exit_code, told(ran)) == (0, [])


def test_what_is_accepted_is_counted_and_the_rest_is_told(folder: Path) -> None:
    spec = ignoring(
        "rule: CKV_AWS_18, component: buckets.media",
        "rule: CKV_AWS_21, component: buckets.for-acme",
        "rule: CT.LAMBDA.PR.9, component: functions.api",
    )
    ran = lint(spec, *BOTH, "--format", "json")
    assert [(one["code"], one["component"], one["others"]) for one in told(ran)] == [
        ("CKV_AWS_21", "buckets.for-globex", [])
    ]
    assert [(row["rule"], row["count"]) for row in json.loads(ran.stdout)["ignored"]] == [
        ("CKV_AWS_18", 1),
        ("CKV_AWS_21", 1),
        ("CT.LAMBDA.PR.9", 1),
    ]


UNUSED = ignoring(
    "rule: CKV_AWS_999, component: buckets.media",
    "rule: CT.LAMBDA.PR.9, component: buckets.media",
    "rule: CT.OTHER.PR.1, component: buckets.media",
)


@pytest.mark.parametrize(
    ("policies", "lines"), [((), []), (BOTH[:2], [15]), (BOTH[2:], [16]), (BOTH, [15, 16])], ids=range(4)
)
def test_an_entry_is_unused_only_if_its_rule_has_run(folder: Path, policies: tuple[str, ...], lines: list[int]) -> None:
    found = told(lint(UNUSED, *policies, "--format", "json"))
    assert [one["line"] for one in found if one["code"] == "unused-suppression"] == lines


def test_an_entry_expires_whether_its_rule_has_run_or_not(folder: Path) -> None:
    spec = ignoring("rule: CKV_AWS_18, component: buckets.media, until: 2001-01-01")
    assert [one["code"] for one in told(lint(spec, "--format", "json"))] == ["expired-suppression"]


@pytest.mark.parametrize("form", ["text", "sarif", "junit", "github", "gitlab"])
def test_each_format_has_them(folder: Path, form: str) -> None:
    ran = lint(SPEC, *BOTH, "--format", form)
    assert ran.exit_code == 1
    assert all(text in ran.stdout for text in ("CKV_AWS_18", "CT.LAMBDA.PR.9", "Ensure CKV_AWS_18"))


def test_sarif_leads_to_the_pages_of_the_tools(folder: Path) -> None:
    log = json.loads(lint(SPEC, *BOTH, "--format", "sarif").stdout)
    rules = {rule["id"]: rule["helpUri"] for rule in log["runs"][0]["tool"]["driver"]["rules"] if "helpUri" in rule}
    assert rules["CKV_AWS_18"].startswith("https://www.checkov.io/")
    assert rules["CT.LAMBDA.PR.9"].startswith("https://docs.aws.amazon.com/controltower/")


def test_a_reference_through_a_parameter_is_resolved(folder: Path) -> None:
    body = f"Path({str(folder / 'seen')!r}).write_text(templates['demo-prod-us-east-1'])\nprint('[]')\n"
    fake.program(folder / "looks", body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHECKOV_VARIABLE, str(folder / "looks"))
        assert lint(SPEC, "--policy", "checkov").exit_code == 0
    seen = json.loads((folder / "seen").read_text(encoding="utf-8"))
    statement = seen["Resources"]["ApiFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert {"Fn::Sub": "arn:${AWS::Partition}:s3:::${MediaBucket}/*"} in _values(statement)
    assert {"Fn::GetAtt": ["PlatformKey", "Arn"]} in _values(statement)
    assert [one["Type"] for one in seen["Resources"].values() if one["Type"] == "AWS::CloudFormation::Stack"] == []


def _values(value: Json) -> list[Json]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(one for child in children for one in _values(child))]


def test_a_finding_of_no_resource_is_told_of_the_file(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        answer = json.dumps({"results": {"failed_checks": [{**fake.check("CKV_SECRET_6", "ab12"), "file_path": "/x"}]}})
        body = f"print({answer!r}.replace('/x', '/demo-dev-us-east-1.json'))\n"
        patch.setenv(CHECKOV_VARIABLE, str(fake.program(folder / "secret", body)))
        (one,) = told(lint(SPEC, "--policy", "checkov", "--format", "json"))
    assert (one["code"], one["file"], one["component"]) == ("CKV_SECRET_6", "spec.yaml", "")


def test_a_secret_in_a_resource_is_told_of_its_component(folder: Path) -> None:
    secret = {**fake.check("CKV_SECRET_6", "ab12"), "file_path": "/demo-dev-us-east-1.json"}
    body = f"""
secret = json.loads({json.dumps(json.dumps(secret))})
lines = templates["demo-dev-us-east-1"].splitlines()
line = next(number for number, line in enumerate(lines) if line.startswith('    "ApiFunction": ')) + 4
print(json.dumps({{"results": {{"failed_checks": [{{**secret, "file_line_range": [line, line]}}]}}}}))
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHECKOV_VARIABLE, str(fake.program(folder / "secret", body)))
        (one,) = told(lint(SPEC, "--policy", "checkov", "--format", "json"))
    assert (one["code"], one["line"], one["component"]) == ("CKV_SECRET_6", 12, "functions.api")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print('oops')", "checkov wrote no report: expected JSON, found 'oops'"),
        ("print('[1]')", "checkov's report has another form than expected (AttributeError"),
        (
            "found = {'check_id': 'CKV_1', 'resource': 'a.B', 'file_path': 'c'}\n"
            "print(json.dumps({'results': {'failed_checks': [found]}}))",
            "checkov's report is about 'c', which it was not given",
        ),
    ],
)
def test_a_broken_tool_ends_the_command_with_a_message(folder: Path, body: str, message: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHECKOV_VARIABLE, str(fake.program(folder / "broken", f"{body}\n").rename(folder / "checkov-x")))
        ran = lint(SPEC, *BOTH)
    assert ran.exit_code == 1
    assert f"error[broken-tool]: {message}" in ran.stderr
    assert "docs/policies.md" in ran.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("trivy", "'trivy' is none of checkov, cfn-guard"),
        ("checkov=x", "checkov takes no rules of its own: write checkov"),
        ("cfn-guard=", "'cfn-guard=' has no RULES after the sign"),
    ],
)
def test_a_wrong_option_is_a_usage_error(folder: Path, option: str, message: str) -> None:
    ran = lint(SPEC, "--policy", option)
    assert ran.exit_code == 2
    assert message in ran.stderr


def test_findings_of_a_fleet_have_a_component(folder: Path) -> None:
    fleet = "fleet: {regions: [eu-west-1, us-east-1], accounts: ['111122223333']}"
    spec = f"platform: demo\nenvironments: {{prod: {{posture: production, {fleet}}}}}\nbuckets: {{media: {{}}}}\n"
    (one,) = told(lint(spec, "--policy", "checkov", "--format", "json"))
    assert (one["code"], one["line"], one["component"]) == ("CKV_AWS_18", 3, "buckets.media")
