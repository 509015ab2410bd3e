"""Components whose container image an AWS service fetches as itself."""

from __future__ import annotations

from compiler.program.component import User
from compiler.program.frozen import frozen


@frozen(kw_only=True)
class ImageUser(User):
    """Lambda fetches the image of a function; the repository's policy has to let it in."""

    image: str | None
