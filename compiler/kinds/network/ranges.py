"""Ranges of addresses as a spec writes them."""

from __future__ import annotations

from ipaddress import IPv4Network


def network_of(text: str, strict: bool) -> IPv4Network | None:
    """The range that `text` gives in CIDR form; when not `strict`, with bits of a host in it or a mask too."""
    try:
        found = IPv4Network(text, strict=strict)
    except ValueError:
        return None
    return None if strict and str(found) != text else found
