"""What a rule of a policy says of a resource of a linked template."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A rule that a resource breaks."""

    template: str
    """The name of the linked template."""
    rule: str
    """As the tool names it: ``CKV_AWS_18``, ``CT.S3.PR.2``."""
    logical_id: str
    """Empty where the tool names a line only."""
    message: str = ""
    inner: tuple[str, ...] = ()
    """The property that it is about, as a path in the resource; it may be missing there."""
    advice: str = ""
    level: str = "warning"
    line: int = 0
    """In the linked template; 0 where the resource is named."""
