"""Lambda functions, as those see them that bring them new code."""

from __future__ import annotations

from compiler.shared.image_user import ImageUser
from compiler.source.frozen import frozen

LIVE = "live"
"""Name of the alias of a function's newest version."""


@frozen(kw_only=True)
class FunctionCode(ImageUser):
    """A function by itself, or with versions."""

    @property
    def versioned(self) -> bool:
        """Whether it has versions and the alias, which is then all that may be run."""
        raise NotImplementedError
