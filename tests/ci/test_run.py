"""The commands of written workflows, run one after the other as CI systems would, on the sandbox and a fake API."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from deployer.sandbox.process import Sandbox, open_sandbox
from tests.ci.fake_api import TOKEN, FakeApi, fake_api
from tests.ci.jobs import Ran, Runner

pytestmark = pytest.mark.slow

SPEC = """\
platform: shop
environments:
  dev: {posture: development}
  prod: {posture: production}
queues:
  jobs: {dead_letter: {after: 3}}
"""
MORE = f"{SPEC}  mails: {{dead_letter: {{after: 3}}}}\n"
GITHUB, GITLAB = ".github/workflows/shop.yml", ".gitlab-ci.yml"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), "us-east-1") as running:
        yield running


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as running:
        yield running


class Repository:
    """A repository of a platform, and what its people do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("commit", "--quiet", "--allow-empty", "--message=begin")

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        ran = subprocess.run(["git", *who, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    def propose(self, spec: str) -> None:
        """A branch with another spec, merged into main as GitHub does it for a pull request."""
        self.git("checkout", "--quiet", "--force", "-B", "change", "main")
        (self.folder / "spec").mkdir(exist_ok=True)
        (self.folder / "spec" / "shop.yaml").write_text(spec, encoding="utf-8")
        for words in (
            ["compile", "spec/shop.yaml"],
            ["ci", "github", "spec/shop.yaml"],
            ["ci", "gitlab", "spec/shop.yaml"],
        ):
            made = CliRunner().invoke(main, words, catch_exceptions=False)
            assert made.exit_code == 0, made.output
        (self.folder / ".gitignore").write_text(".stackwright/\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=change")
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "change", "--message=merge")

    def merge(self) -> None:
        self.git("branch", "--quiet", "--force", "main", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Repository(folder)


def cloud(sandbox: Sandbox) -> dict[str, str]:
    """What the action for credentials, or the web identity, gives to a job."""
    return {
        "AWS_ENDPOINT_URL": sandbox.endpoint_url,
        "AWS_ACCESS_KEY_ID": sandbox.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": sandbox.credentials.secret_access_key,
    }


@pytest.fixture
def runner(repository: Repository, tmp_path: Path, api: FakeApi, sandbox: Sandbox) -> Runner:
    event = tmp_path / "event.json"
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": api.url,
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_SERVER_URL": "https://git.example.com",
        "GITHUB_RUN_ID": "99",
        "GITHUB_EVENT_PATH": str(event),
    }
    values = {
        "github.token": TOKEN,
        "vars.SERVICE_ROLE_ARN": "",
        "vars.PLAN_ROLE_ARN": "arn:aws:iam::000000000000:role/plan",
        "vars.DEPLOY_ROLE_ARN": "arn:aws:iam::000000000000:role/deploy",
        "inputs.approve": "",
        "hashFiles('templates_out/**')": "hash",
    }
    runner = Runner(repository.folder, tmp_path / "runner", {**cloud(sandbox), **variables}, values)
    runner.home.mkdir()
    of_event(runner, {"pull_request": {"number": 7, "head": {"sha": "a" * 40}}})
    return runner


def of_event(runner: Runner, event: Mapping[str, object]) -> None:
    Path(runner.variables["GITHUB_EVENT_PATH"]).write_text(json.dumps(event))


def passed(ran: Ran) -> Ran:
    assert ran.status == 0, ran.text
    return ran


def reviewed(runner: Runner, environment: str) -> Ran:
    return passed(runner.github(GITHUB, "review", **{"matrix.environment": environment}))


def test_a_pull_request_is_checked_and_reviewed_in_one_comment(
    repository: Repository, runner: Runner, api: FakeApi
) -> None:
    repository.propose(SPEC)
    told = passed(runner.github(GITHUB, "check"))
    assert "no findings" in told.text and "up to date with spec/shop.yaml" in told.text
    assert runner.installed[0].endswith("pipx install stackwright==0.1.0")
    reviewed(runner, "dev")
    reviewed(runner, "prod")
    assert api.writes == ["POST", "POST"]
    assert all("queues.jobs" in body and "created" in body for body in api.bodies)
    repository.merge()
    repository.propose(MORE)
    reviewed(runner, "dev")
    assert api.writes == ["POST", "POST", "PATCH"] and len(api.comments) == 2
    assert "queues.mails" in api.bodies[0] and "queues.jobs" not in api.bodies[0]
    assert (runner.home / "artifacts" / "review-dev" / "review.html").is_file()


def test_a_fork_has_its_review_in_the_summary(repository: Repository, runner: Runner, api: FakeApi) -> None:
    api.read_only = True
    repository.propose(SPEC)
    reviewed(runner, "dev")
    assert api.comments == []
    assert "queues.jobs" in (runner.home / "summary.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("spec/shop.yaml", SPEC.replace("jobs:", "jobs: {such: 1}\n  others:"), "::error file=spec/shop.yaml,line=6"),
        ("spec/shop.yaml", MORE, "title=output-differs::"),
        (GITHUB, "name: mine\njobs: {}\n", "error[workflow-differs]"),
    ],
)
def test_what_is_wrong_fails_the_check(repository: Repository, runner: Runner, file: str, text: str, told: str) -> None:
    repository.propose(SPEC)
    shutil.copy(GITHUB, "written.yml")
    Path(file).write_text(text, encoding="utf-8")
    ran = runner.github("written.yml", "check")
    assert ran.status == 1 and told in ran.text


def test_after_the_merge_the_reviewed_plan_is_applied(repository: Repository, runner: Runner, api: FakeApi) -> None:
    repository.propose(SPEC)
    repository.merge()
    of_event(runner, {"ref": "refs/heads/main"})
    planned = passed(runner.github(GITHUB, "plan-dev"))
    assert planned.outputs == {"changes": "true"} and api.calls == []
    assert "queues.jobs" in (runner.home / "summary.md").read_text("utf-8")
    (repository.folder / "dev.plan").unlink()
    assert "CREATE_COMPLETE" in passed(runner.github(GITHUB, "apply-dev")).text
    assert runner.used.count("aws-actions/configure-aws-credentials") == 2
    assert passed(runner.github(GITHUB, "plan-dev")).outputs == {"changes": "false"}


def test_data_goes_only_when_its_name_was_given(repository: Repository, runner: Runner) -> None:
    of_event(runner, {"ref": "refs/heads/main"})
    for spec in (MORE.replace("shop", "store"), SPEC.replace("shop", "store")):
        (repository.folder / "spec").mkdir(exist_ok=True)
        (repository.folder / "spec" / "shop.yaml").write_text(spec)
        CliRunner().invoke(main, ["ci", "github", "spec/shop.yaml", "--out", "w.yml"], catch_exceptions=False)
        passed(runner.github("w.yml", "plan-prod"))
        ran = runner.github("w.yml", "apply-prod")
    assert ran.status == 6 and "give --approve queues.mails" in ran.text
    passed(runner.github("w.yml", "apply-prod", **{"inputs.approve": "queues.other queues.mails"}))


def test_gitlab_goes_the_same_way(repository: Repository, runner: Runner, api: FakeApi) -> None:
    base = repository.git("rev-parse", "HEAD")
    request = {
        "GITHUB_ACTIONS": "",
        "GITLAB_CI": "true",
        "CI_API_V4_URL": api.url,
        "CI_PROJECT_ID": "55",
        "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": TOKEN,
        "CI_PROJECT_DIR": str(repository.folder),
        "AWS_TOKEN": "made-up",
        "SERVICE_ROLE_ARN": "",
        "DEPLOY_ROLE_ARN": "arn:aws:iam::000000000000:role/deploy",
    }
    repository.propose(SPEC.replace("shop", "lab").replace("dev:", "test:"))
    passed(runner.gitlab(GITLAB, "lab-check", **request))
    assert json.loads(Path("gl-code-quality-report.json").read_text("utf-8")) == []
    for _ in range(2):
        passed(runner.gitlab(GITLAB, "lab-review-test", CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **request))
        repository.propose(MORE.replace("shop", "lab").replace("dev:", "test:"))
    assert api.writes == ["POST", "PUT"] and "queues.mails" in api.bodies[0]
    passed(runner.gitlab(GITLAB, "lab-plan-test", **request))
    Path("test.plan").unlink()
    applied = passed(runner.gitlab(GITLAB, "lab-apply-test", APPROVE="", **request))
    assert "CREATE_COMPLETE" in applied.text
    assert runner.installed[0].endswith("pip install --quiet stackwright==0.1.0")


def test_gitlab_reports_what_is_wrong_for_the_merge_request(repository: Repository, runner: Runner) -> None:
    repository.propose(SPEC)
    Path("spec/shop.yaml").write_text(SPEC.replace("after: 3", "after: many"), encoding="utf-8")
    ran = runner.gitlab(GITLAB, "shop-check", GITHUB_ACTIONS="")
    assert ran.status == 1
    (issue,) = json.loads(Path("gl-code-quality-report.json").read_text("utf-8"))
    assert issue["location"]["path"] == "spec/shop.yaml" and issue["severity"] == "major"
