"""What the evaluator of access does not know, which must never look like an answer."""

from __future__ import annotations


class Unsupported(Exception):
    """Something in a policy, a template or a request that the evaluator has no rule for."""
