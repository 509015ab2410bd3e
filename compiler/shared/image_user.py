"""Components whose container image an AWS service fetches as itself."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.program.component import User


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ImageUser(User):
    """Lambda fetches the image of a function; the repository's policy has to let it in."""

    image: str | None
