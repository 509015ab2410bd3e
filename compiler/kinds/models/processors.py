"""The processor of an instance type, for which its images are built."""

from __future__ import annotations

import re

_GRAVITON = re.compile(r"ml\.[a-z]+[0-9]+g[a-z]*\.")
"""Types whose letters after the generation begin with g (EC2 user guide, "Instance type naming conventions")."""


def processor(instance_type: str) -> str:
    """As `architecture` of other sections names it."""
    return "arm64" if _GRAVITON.match(instance_type) else "x86_64"
