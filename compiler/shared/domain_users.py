"""What the checks and the kind of domains both know: who uses a domain and its certificate."""

from __future__ import annotations

from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def signs_in(domain: ResolvedComponent, spec: ResolvedSpec) -> bool:
    """Whether the sign-in pages of a user pool have the certificate of a domain."""
    pages = [pool.settings.get("domain") or {} for pool in spec.components("auth")]
    return any((domain, "certificate_arn") in spec.pointers(page.get("certificate")) for page in pages)
