"""Parts of Amazon Resource Names."""

from __future__ import annotations


def region_in(arn: str) -> str:
    """The region of an ARN; of text that is none, which a variable may have made of it, "no region"."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else "no region"
