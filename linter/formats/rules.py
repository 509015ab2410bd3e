"""What a format says of a rule beside its id: whose it is, a title, and the page that explains it."""

from __future__ import annotations

import functools
import importlib.metadata
import re

from compiler.language.pages import ERRORS, RULES, entries
from compiler.source.frozen import frozen
from linter.rule_owner import CFN_LINT, CHECKOV, GUARD, OF_AWS, STACKWRIGHT, owner

_PACKAGE = "stackwright"
_OWN = re.compile(r"[EWI]97[0-9]{2}")
_CONTROL_TOWER = "CT."
_PAGES = {
    CFN_LINT: "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md",
    CHECKOV: "https://www.checkov.io/5.Policy%20Index/cloudformation.html",
    GUARD: "https://github.com/aws-cloudformation/cloudformation-guard",
    OF_AWS: "https://pypi.org/project/cloudformation-validate/",
}
_CONTROLS = "https://docs.aws.amazon.com/controltower/latest/controlreference/controls-reference.html"
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://)[^)]*\)")


@frozen(eq=True)
class Rule:
    """A code of a diagnostic."""

    code: str

    @property
    def owner(self) -> str:
        return owner(self.code)

    @property
    def title(self) -> str:
        """A few words: those of our codes are words already."""
        if self.owner == STACKWRIGHT and not _OWN.fullmatch(self.code):
            return self.code.replace("-", " ").capitalize()
        return f"{self.owner} rule {self.code}"

    @property
    def page(self) -> str:
        """Where the rule is explained, with the anchor: a whole address where one is known."""
        if self.owner == STACKWRIGHT:
            return f"{documentation()}docs/{self._own_page}#{self.code.lower()}"
        if self.owner == GUARD and self.code.startswith(_CONTROL_TOWER):
            return _CONTROLS
        return f"{_PAGES[self.owner]}#{self.code}" if self.owner == CFN_LINT else _PAGES[self.owner]

    @property
    def text(self) -> str:
        """What our own pages say of it, as Markdown without links to other pages; empty for rules of others."""
        if self.owner != STACKWRIGHT:
            return ""
        return _LINK.sub(r"\1", entries(self._own_page).get(self.code, ""))

    @property
    def _own_page(self) -> str:
        return RULES if _OWN.fullmatch(self.code) else ERRORS


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
