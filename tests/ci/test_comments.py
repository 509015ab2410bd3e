"""`stackwright comment`: one comment for each spec and environment, and what happens where there can be none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import deployer.ci.api
from cli import main
from compiler.source.json_value import Json
from deployer.ci.comment import LIMIT, body_of, marker_of
from tests.ci.fake_api import TOKEN, FakeApi, fake_api

REVIEW = "### shop · prod\n\nComponents: 1 created.\n"
MARKER = "<!-- stackwright review: spec/shop.yaml prod -->"

System = Callable[..., Result]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    monkeypatch.setattr(deployer.ci.api, "_PAUSES", (0.0, 0.0))
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_TOKEN", "GITLAB_TOKEN", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    with fake_api() as running:
        yield running


def in_github(api: FakeApi, tmp_path: Path) -> dict[str, str]:
    event = {"pull_request": {"number": 7, "head": {"sha": "abcdef0123456789"}}}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": api.url,
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_SERVER_URL": "https://git.example.com",
        "GITHUB_RUN_ID": "99",
    }


def in_gitlab(api: FakeApi, _tmp_path: Path) -> dict[str, str]:
    return {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": api.url,
        "CI_PROJECT_ID": "55",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_COMMIT_SHA": "abcdef0123456789",
        "CI_JOB_URL": "https://git.example.com/job/99",
        "GITLAB_TOKEN": TOKEN,
    }


SYSTEMS = {"github": (in_github, "PATCH"), "gitlab": (in_gitlab, "PUT")}


@pytest.fixture(params=SYSTEMS)
def update(request: pytest.FixtureRequest, api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The method of an update, in a job of each system."""
    variables, method = SYSTEMS[request.param]
    for name, value in variables(api, tmp_path).items():
        monkeypatch.setenv(name, value)
    return method


@pytest.fixture
def github(api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A job of GitHub Actions; the file of its summary."""
    for name, value in in_github(api, tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path / "summary.md"


def comment(tmp_path: Path, review: str = REVIEW, environment: str = "prod", *more: str) -> Result:
    file = tmp_path / "review.md"
    file.write_text(review, encoding="utf-8")
    return CliRunner().invoke(
        main, ["comment", "spec/shop.yaml", "--env", environment, "--review", str(file), *more], catch_exceptions=False
    )


def test_the_first_run_creates_and_the_next_one_updates(api: FakeApi, update: str, tmp_path: Path) -> None:
    assert comment(tmp_path).exit_code == 0
    assert comment(tmp_path, REVIEW.replace("1 created", "2 created")).exit_code == 0
    assert api.writes == ["POST", update]
    assert api.bodies == [f"{MARKER}\n### shop · prod\n\nComponents: 2 created.\n\n<sub>Commit abcdef01</sub>\n"]


def test_the_same_review_is_not_sent_again(api: FakeApi, update: str, tmp_path: Path) -> None:
    comment(tmp_path)
    told = comment(tmp_path, REVIEW, "prod", "--format", "json")
    assert json.loads(told.stdout)["comment"] == "unchanged"
    assert api.writes == ["POST"]


def test_each_environment_has_a_comment_of_its_own(api: FakeApi, update: str, tmp_path: Path) -> None:
    comment(tmp_path)
    comment(tmp_path, REVIEW, "prod-eu")
    assert len(api.comments) == 2


def test_a_comment_on_a_later_page_is_found(api: FakeApi, update: str, tmp_path: Path) -> None:
    for number in range(5):
        api.add(f"talk {number}")
    api.add(f"{MARKER}\r\nold")
    comment(tmp_path)
    assert api.writes == [update] and len(api.comments) == 6


def test_comments_of_outsiders_and_quotations_are_left_alone(api: FakeApi, update: str, tmp_path: Path) -> None:
    api.from_outside(f"{MARKER}\nNothing to see here")
    api.add(f"> {MARKER}\n> quoted")
    comment(tmp_path)
    assert api.writes == ["POST"]
    assert api.bodies[:2] == [f"{MARKER}\nNothing to see here", f"> {MARKER}\n> quoted"]


def test_a_lost_answer_makes_no_second_comment(api: FakeApi, update: str, tmp_path: Path) -> None:
    comment(tmp_path)
    api.comments.clear()
    # what was looked up gets through, the answer of the creation does not
    looks = len([call for call in api.calls if call.startswith("GET")])
    api.faults = [*[None] * looks, 0]
    told = comment(tmp_path)
    assert told.exit_code == 0, told.output
    assert len(api.comments) == 1


@pytest.mark.parametrize(("status", "headers"), [(500, {}), (503, {}), (429, {}), (403, {"Retry-After": "0"})])
def test_what_passes_is_tried_again(
    api: FakeApi, update: str, tmp_path: Path, status: int, headers: dict[str, str]
) -> None:
    api.faults, api.headers = [status, status], headers
    assert comment(tmp_path).exit_code == 0
    assert len(api.comments) == 1


WAITS = {"7": 7, "86400": 60, "Wed, 21 Oct 2026 07:28:00 GMT": 0, "-1": 0}


@pytest.mark.parametrize("asked", WAITS)
def test_the_api_says_how_long_to_wait(
    api: FakeApi, update: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    api.faults, api.headers = [429], {"Retry-After": asked}
    assert comment(tmp_path).exit_code == 0
    assert waited == [WAITS[asked]]


def test_pages_without_an_end_are_told(
    api: FakeApi, update: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployer.ci.api, "_MOST_PAGES", 3)
    for number in range(7):
        api.add(f"talk {number}")
    told = comment(tmp_path)
    assert (told.exit_code, "more than 3 pages" in told.stderr) == (4, True)


def test_an_api_that_stays_away_fails_the_job(api: FakeApi, update: str, tmp_path: Path) -> None:
    api.faults = [502, 502, 502]
    told = comment(tmp_path)
    assert (told.exit_code, "error[api-unreachable]" in told.stderr) == (5, True)
    assert TOKEN not in told.output


def test_another_refusal_fails_the_job(api: FakeApi, update: str, tmp_path: Path) -> None:
    api.faults = [422]
    told = comment(tmp_path)
    assert (told.exit_code, "error[comment-refused]" in told.stderr) == (4, True)


@pytest.mark.parametrize("answer", [{"message": "x"}, None, ["x"], 3])
def test_an_answer_of_another_form_is_told(api: FakeApi, update: str, tmp_path: Path, answer: Json) -> None:
    api.answers = [answer] * 6
    told = comment(tmp_path)
    assert (told.exit_code, "error[api-unreachable]" in told.stderr) == (5, True)
    assert "another form" in told.stderr


@pytest.mark.parametrize("given", ["URL git.example.com", "URL http://[", "TOKEN secret\nsecret", "TOKEN 🎉"])
def test_a_call_that_can_not_be_made_is_told_without_the_token(
    api: FakeApi, update: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    name, value = given.split(" ", 1)
    names = {"URL": ("GITHUB_API_URL", "CI_API_V4_URL"), "TOKEN": ("GITHUB_TOKEN", "GITLAB_TOKEN")}[name]
    for variable in names:
        monkeypatch.setenv(variable, value)
    told = comment(tmp_path)
    assert (told.exit_code, "error[comment-refused]" in told.stderr) == (4, True)
    assert name == "URL" or value.splitlines()[0] not in told.output
    assert api.calls == []


def test_white_space_around_a_token_and_an_empty_address_do_not_matter(
    api: FakeApi, update: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployer.ci.on_github.USUAL", api.url)
    monkeypatch.setenv("GITHUB_API_URL", "")
    for variable in ("GITHUB_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.setenv(variable, f" {TOKEN}\n")
    assert comment(tmp_path).exit_code == 0
    assert len(api.comments) == 1


def test_what_the_api_says_of_a_refusal_is_shown(api: FakeApi, update: str, tmp_path: Path) -> None:
    api.faults, api.message = [422], {"note": ["is too\nlong"]}
    assert '422 Unprocessable Entity ({"note": ["is too\\nlong"]})' in comment(tmp_path).stderr


def test_a_limit_of_calls_is_known_by_its_words(api: FakeApi, github: Path, tmp_path: Path) -> None:
    api.faults, api.message = [403], "You have exceeded a secondary rate limit. Wait a few minutes."
    assert comment(tmp_path).exit_code == 0
    assert len(api.comments) == 1


def test_the_token_goes_to_no_other_host(api: FakeApi, github: Path, tmp_path: Path) -> None:
    with fake_api() as elsewhere:
        api.faults, api.headers = [302], {"Location": f"{elsewhere.url}/repos/acme/shop/issues/7/comments"}
        assert comment(tmp_path).exit_code == 4
        for number in range(3):
            api.add(f"talk {number}")
        api.next_page = f"{elsewhere.url}/repos/acme/shop/issues/7/comments"
        assert comment(tmp_path).exit_code == 0
        assert elsewhere.calls == []


def test_the_token_of_a_fork_puts_the_review_into_the_summary(api: FakeApi, github: Path, tmp_path: Path) -> None:
    api.read_only = True
    github.write_text("before\n", encoding="utf-8")
    told = comment(tmp_path)
    assert told.exit_code == 0
    assert (
        "the token may not comment" in told.stdout
        and "https://git.example.com/acme/shop/actions/runs/99" in told.stdout
    )
    assert github.read_text("utf-8") == f"before\n{REVIEW}\n"
    assert api.comments == []


def test_without_a_token_github_has_the_summary_and_gitlab_the_artifacts(
    api: FakeApi, update: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    told = comment(tmp_path)
    assert told.exit_code == 0 and "_TOKEN is not set" in told.stdout
    assert api.calls == []
    assert (tmp_path / "summary.md").is_file() == (update == "PATCH")


@pytest.mark.parametrize("event", ['{"ref": "refs/heads/main"}', "[]", "no json"])
def test_a_push_has_the_review_in_the_summary(api: FakeApi, github: Path, tmp_path: Path, event: str) -> None:
    (tmp_path / "event.json").write_text(event, encoding="utf-8")
    assert "the job is of no pull request" in comment(tmp_path).stdout
    assert github.read_text("utf-8") == f"{REVIEW}\n"


def test_outside_of_a_job_the_command_line_is_wrong(api: FakeApi, tmp_path: Path) -> None:
    told = comment(tmp_path)
    assert told.exit_code == 2 and "GitHub Actions or GitLab CI" in told.stderr


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_review_that_is_not_there_is_told(github: Path, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "other.md"
    if content:
        file.write_bytes(content)
    told = CliRunner().invoke(main, ["comment", "spec/shop.yaml", "--env", "prod", "--review", str(file)])
    assert told.exit_code == 1 and "other.md:1:1: error[missing-file]: the review can't be read" in told.stderr


def test_a_long_review_is_cut_at_a_line_with_its_folds_closed(api: FakeApi, update: str, tmp_path: Path) -> None:
    rows = "".join(f"row {number}\n" for number in range(20_000))
    comment(tmp_path, f"# Title\n<details><summary>all</summary>\n\n```\n{rows}```\n</details>\n")
    (body,) = api.bodies
    assert LIMIT - 200 < len(body) <= LIMIT
    shown, told = body.split("\n```\n</details>\n\n**This is longer")
    assert shown.splitlines()[-1] in rows.splitlines()
    assert "artifacts of the job: https://git.example.com/" in told and body.endswith("<sub>Commit abcdef01</sub>\n")


@pytest.mark.parametrize("length", [0, 1, LIMIT - 200, LIMIT - 60, LIMIT - 59, LIMIT, LIMIT * 3])
def test_a_body_never_passes_the_limit(length: int) -> None:
    body = body_of("<!-- m -->", "x" * length, "about", "the rest is elsewhere")
    assert len(body) <= LIMIT and body.startswith("<!-- m -->\n") and body.endswith("\n\nabout\n")
    assert ("elsewhere" in body) == (length > LIMIT - len("<!-- m -->\n\n\nabout\n"))


def test_a_marker_is_one_comment_of_html_and_tells_specs_apart() -> None:
    names = [("a--b.yaml", "e"), ("a-->.yaml", "e"), ("a%2D%2Db.yaml", "e"), ("a b", "e"), ("a\nb.yaml", "e")]
    markers = [marker_of(*name) for name in names]
    assert len({*markers}) == len(names)
    for marker in markers:
        inside = marker.removeprefix("<!--").removesuffix("-->")
        assert "--" not in inside and "\n" not in inside
