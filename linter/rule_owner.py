"""Whose rule a code is, by its form."""

from __future__ import annotations

import re

STACKWRIGHT, CFN_LINT, OF_AWS, CHECKOV, GUARD = (
    "Stackwright",
    "cfn-lint",
    "cloudformation-validate",
    "checkov",
    "cfn-guard",
)
POLICIES = (CHECKOV, GUARD)
_FORMS = (
    (re.compile(r"[EWI]97[0-9]{2}"), STACKWRIGHT),
    (re.compile(r"[EWI][0-9]{4}"), CFN_LINT),
    (re.compile(r"F[0-9]{4}"), OF_AWS),
    (re.compile(r"CKV2?_\w+"), CHECKOV),
    (re.compile(r"\w+[_.][\w.]+"), GUARD),
)


def owner(code: str) -> str:
    """Stackwright's own codes are words with hyphens; names of cfn-guard's rules have a dot or an underscore."""
    return next((of for form, of in _FORMS if form.fullmatch(code)), STACKWRIGHT)
