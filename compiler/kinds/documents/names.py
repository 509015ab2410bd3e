"""How long the name of a cluster may be."""

from __future__ import annotations

LONGEST_NAME = 50
"""Characters of an elastic cluster's name; a cluster of instances takes 63."""
