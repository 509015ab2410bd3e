"""The run of a GitHub Actions job, and the comments of its pull request.

Sources: GitHub's pages "Default environment variables", "Webhook events and payloads" and "REST API endpoints for
issue comments". A pull request's conversation is that of the issue with its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.ci.api import Api
from deployer.ci.job import Job

USUAL = "https://api.github.com"
_TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


def is_here(environment: Mapping[str, str]) -> bool:
    """Whether this process runs in such a job."""
    return environment.get("GITHUB_ACTIONS") == "true"


def job(environment: Mapping[str, str]) -> Job:
    """What the job says of itself."""
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    pull = event.get("pull_request")
    pull = pull if isinstance(pull, dict) else {}
    repository = environment.get("GITHUB_REPOSITORY", "")
    server, run = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_RUN_ID", "")
    commit = pull.get("head", {}).get("sha") or environment.get("GITHUB_SHA", "")
    token = environment.get("GITHUB_TOKEN", "").strip()
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    api = Api(environment.get("GITHUB_API_URL") or USUAL, headers)
    number = pull.get("number")
    return Job(
        conversation=_Issue(api, repository, number) if number and token else None,
        why_not="" if number and token else "GITHUB_TOKEN is not set" if number else "the job is of no pull request",
        commit=commit,
        address=f"{server}/{repository}/actions/runs/{run}",
        summary=environment.get("GITHUB_STEP_SUMMARY", ""),
    )


def _event(path: str) -> Mapping[str, Json]:
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


@frozen(eq=True)
class _Issue:
    """The comments of one pull request."""

    api: Api
    repository: str
    number: int

    def comments(self) -> Iterator[tuple[str, str]]:
        """Comments of people from outside are not updated: they could edit the review afterwards."""
        for comment in self.api.pages(f"/repos/{self.repository}/issues/{self.number}/comments?per_page=100"):
            bot = (comment.get("user") or {}).get("type") == "Bot"
            if bot or comment.get("author_association") in _TRUSTED:
                yield str(comment["id"]), comment.get("body") or ""

    def create(self, body: str) -> str:
        path = f"/repos/{self.repository}/issues/{self.number}/comments"
        return str(self.api.call("POST", path, {"body": body}).get("html_url", ""))

    def update(self, comment: str, body: str) -> str:
        path = f"/repos/{self.repository}/issues/comments/{comment}"
        return str(self.api.call("PATCH", path, {"body": body}).get("html_url", ""))
