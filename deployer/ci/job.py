"""A job of a CI system that shows a review, and the way that it goes when there is no comment."""

from __future__ import annotations

from pathlib import Path

from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.frozen import frozen
from deployer.ci.api import NotAllowedError, persistently
from deployer.ci.comment import Conversation, Posted, body_of, marker_of, post


@frozen(eq=True)
class Job:
    """What a job says of itself, whichever system runs it."""

    conversation: Conversation | None
    """None where there is no request, or no token for it."""
    why_not: str
    commit: str
    address: str
    """Of the run, where its artifacts are."""
    summary: str
    """File of which the system shows the content with the run; empty if it has none."""

    @property
    def about(self) -> str:
        return f"<sub>Commit {self.commit[:8]}</sub>" if self.commit else ""

    @property
    def rest(self) -> str:
        return f"**This is longer than a comment may be. All of it is in the artifacts of the job: {self.address}**"


def show(job: Job, subject: tuple[str, str], review: str) -> Posted:
    """The review of `subject`, a spec and an environment, as a comment; where that can't be, in the summary."""
    marker = marker_of(*subject)
    if job.conversation is None:
        return _summarized(job, review, job.why_not)
    conversation, body = job.conversation, body_of(marker, review, job.about, job.rest)
    try:
        return persistently(lambda: post(conversation, marker, body))
    except NotAllowedError as problem:
        return _summarized(job, review, f"the token may not comment ({problem}), as in a pull request of a fork")


def _summarized(job: Job, review: str, why: str) -> Posted:
    """Not an error: the review is shown all the same."""
    if not job.summary:
        return Posted("left", f"no comment: {why}; the review is in the artifacts of the job: {job.address}")
    try:
        with Path(job.summary).open("a", encoding="utf-8") as summary:
            summary.write(f"{review.strip()}\n\n")
    except OSError as problem:
        message = f"the summary can't be written: {problem.strerror}"
        raise SpecError([Diagnostic("unwritable-output", message, Place(job.summary, 1, 1))]) from None
    return Posted("left", f"no comment: {why}; the review is in the summary of the job: {job.address}")
