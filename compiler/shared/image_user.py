"""Components whose container image an AWS service fetches as itself."""

from __future__ import annotations

from compiler.program.component import User
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class ImageUser(User):
    """Lambda fetches the image of a function; the repository's policy has to let it in."""

    image: Json
    """Address of an image, a map of what it is built from, or None."""
