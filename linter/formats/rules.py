"""What a format says of a rule beside its id: whose it is, a title, and the page that explains it."""

from __future__ import annotations

import functools
import importlib.metadata
import re
from dataclasses import dataclass

_OWN = re.compile(r"[EWI]97[0-9]{2}\Z")
_CFN_LINT = re.compile(r"(?!.97)[EWI][0-9]{4}\Z")
_OF_AWS = re.compile(r"F[0-9]{4}\Z")
_CFN_LINT_RULES = "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md"
_PAGE_OF_AWS = "https://pypi.org/project/cloudformation-validate/"
_PACKAGE = "stackwright"
_PAGE = "docs/errors.md"
_RULES = "docs/rules.md"


@dataclass(frozen=True, slots=True)
class Rule:
    """A code of a diagnostic."""

    code: str

    @property
    def owner(self) -> str:
        if _OF_AWS.match(self.code):
            return "cloudformation-validate"
        return "cfn-lint" if _CFN_LINT.match(self.code) else "Stackwright"

    @property
    def title(self) -> str:
        """A few words: those of our codes are words already."""
        if _OWN.match(self.code):
            return f"Stackwright rule {self.code}"
        if _OF_AWS.match(self.code):
            return f"cloudformation-validate rule {self.code}"
        return f"cfn-lint rule {self.code}" if _CFN_LINT.match(self.code) else self.code.replace("-", " ").capitalize()

    @property
    def page(self) -> str:
        """Where the rule is explained, with the anchor: a whole address where one is known."""
        if _OF_AWS.match(self.code):
            return _PAGE_OF_AWS
        if _CFN_LINT.match(self.code):
            return f"{_CFN_LINT_RULES}#{self.code}"
        page = _RULES if _OWN.match(self.code) else _PAGE
        return f"{documentation()}{page}#{self.code.lower()}"


@functools.cache
def version() -> str:
    """The version of this tool; empty in a folder that was never installed."""
    try:
        return importlib.metadata.version(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return ""


@functools.cache
def documentation() -> str:
    """The address of the folder that has `docs/`, if the package names it as its URL `Documentation`; else empty."""
    try:
        about = importlib.metadata.metadata(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return ""
    named = dict(re.split(r",\s*", line, maxsplit=1) for line in about.get_all("Project-URL") or ())
    return f"{named['Documentation'].rstrip('/')}/" if "Documentation" in named else ""
