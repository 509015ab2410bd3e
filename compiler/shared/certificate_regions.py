"""Kinds whose certificates lie in one region, wherever the platform is."""

from __future__ import annotations

from compiler.language.schema import load_schema


def fixed_region(section: str) -> str | None:
    """The region in which AWS wants the certificates of a section's components, by ``x-certificate-region``."""
    region: str | None = load_schema().kinds.get(section, {}).get("x-certificate-region")
    return region
