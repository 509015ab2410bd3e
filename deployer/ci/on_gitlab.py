"""The run of a GitLab CI job, and the notes of its merge request.

Sources: GitLab's pages "Predefined CI/CD variables reference", "Notes API" and "Users API". A job's own token may
write no notes: GITLAB_TOKEN is one of the project with the scope `api`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from compiler.source.frozen import frozen
from deployer.ci.api import Api
from deployer.ci.job import Job


def is_here(environment: Mapping[str, str]) -> bool:
    """Whether this process runs in such a job."""
    return environment.get("GITLAB_CI") == "true"


def job(environment: Mapping[str, str]) -> Job:
    """What the job says of itself."""
    token = environment.get("GITLAB_TOKEN", "").strip()
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    project = environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID", "")
    api = Api(environment.get("CI_API_V4_URL") or "https://gitlab.com/api/v4", {"PRIVATE-TOKEN": token})
    return Job(
        conversation=_Request(api, project, number) if number and token else None,
        why_not="" if number and token else "GITLAB_TOKEN is not set" if number else "the job is of no merge request",
        commit=environment.get("CI_COMMIT_SHA", ""),
        address=environment.get("CI_JOB_URL", ""),
        summary="",
    )


@frozen(eq=True)
class _Request:
    """The notes of one merge request."""

    api: Api
    project: str
    number: str

    @property
    def path(self) -> str:
        return f"/projects/{quote(self.project, safe='')}/merge_requests/{quote(self.number, safe='')}/notes"

    def comments(self) -> Iterator[tuple[str, str]]:
        """Those of the token's own user."""
        me = self.api.call("GET", "/user").get("id")
        for note in self.api.pages(f"{self.path}?per_page=100&sort=asc&order_by=created_at"):
            if (note.get("author") or {}).get("id") == me and not note.get("system"):
                yield str(note["id"]), note.get("body") or ""

    def create(self, body: str) -> str:
        return self._address(str(self.api.call("POST", self.path, {"body": body}).get("id")))

    def update(self, comment: str, body: str) -> str:
        self.api.call("PUT", f"{self.path}/{comment}", {"body": body})
        return self._address(comment)

    def _address(self, note: str) -> str:
        return f"note {note} of merge request {self.number}"
