"""The review of one environment as a comment of a pull or merge request: one that is updated, and never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, Protocol

from compiler.source.frozen import frozen

LIMIT = 65_536
"""Characters of a comment that GitHub takes; GitLab takes more."""


@frozen(eq=True)
class Posted:
    """What became of a comment."""

    state: Literal["created", "updated", "unchanged", "left"]
    """`left` where nothing was posted."""
    told: str
    """For people: where it is, or why nothing was posted."""


class Conversation(Protocol):
    """The comments of one pull or merge request."""

    def comments(self) -> Iterator[tuple[str, str]]:
        """Id and text of each comment that may be updated, the oldest first."""

    def create(self, body: str) -> str:
        """Post a comment; returns its address."""

    def update(self, comment: str, body: str) -> str:
        """Give a comment another text; returns its address."""


def marker_of(spec: str, environment: str) -> str:
    """The first line of the comment, which nobody sees. A comment of HTML may hold no two hyphens in a row."""
    name = f"{spec} {environment}".replace("%", "%25").replace("--", "%2D%2D").replace("\n", "%0A")
    return f"<!-- stackwright review: {name} -->"


def body_of(marker: str, review: str, about: str, rest: str) -> str:
    """Marker, review and the commit that it is `about`; `rest` says where the whole is, if that does not fit."""
    foot = f"\n\n{about}\n" if about else "\n"
    text = review.strip()
    room = LIMIT - len(marker) - len(foot) - 1
    if len(text) > room:
        text = _cut(text, room - len(rest) - 2) + f"\n\n{rest}"
    return f"{marker}\n{text}{foot}"


_FENCE, _FOLD = "\n```", "\n</details>"
"""What closes a block of code and a fold that are open where a text is cut."""


def _cut(text: str, room: int) -> str:
    """Whole lines of a text; a block of code or a fold that is open there is closed."""
    kept = text[: room - len(_FENCE + _FOLD)]
    kept = kept[: kept.rfind("\n")] if "\n" in kept else kept
    fences = len(re.findall(r"^```", kept, re.MULTILINE))
    folds = kept.count("<details>") - kept.count("</details>")
    return kept + _FENCE * (fences % 2) + _FOLD * (folds > 0)


def post(conversation: Conversation, marker: str, body: str) -> Posted:
    """Update the comment that begins with the marker, or create it. Safe to repeat after a lost answer."""
    for comment, text in conversation.comments():
        if text.replace("\r\n", "\n").split("\n", 1)[0] != marker:
            continue
        if text.replace("\r\n", "\n").strip() == body.strip():
            return Posted("unchanged", "the comment has this review already")
        return Posted("updated", f"comment updated: {conversation.update(comment, body)}")
    return Posted("created", f"comment created: {conversation.create(body)}")
