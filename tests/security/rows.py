"""Rows of docs/security.md: which findings each is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product

from tests.security.finding import Finding

CHOICES = ("ours", "the spec's")
_TOKEN = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule, a type of resource, and the components that a row speaks of, as a pattern."""

    rule: str
    resource: str
    component: str

    def covers(self, finding: Finding) -> bool:
        """A rule's name stands for all that it found: ``AwsSolutions-IAM5`` for ``AwsSolutions-IAM5[Resource::*]``."""
        return (
            finding.rule.partition("[")[0] == self.rule
            and finding.resource == self.resource
            and fnmatchcase(finding.component, self.component)
        )


@dataclass(frozen=True, slots=True)
class Row:
    subjects: tuple[Subject, ...]
    reason: str
    choice: str


def rows(text: str) -> Iterator[Row]:
    """The rows of all tables with a rule in the first column."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and len(cells) == 4:
            yield Row(tuple(_subjects(cells[0], cells[1])), cells[2], cells[3])


def _subjects(rules: str, resources: str) -> Iterator[Subject]:
    types, _, components = resources.partition("`: ")
    patterns = _TOKEN.findall(components) or ["*"]
    named = _TOKEN.findall(f"{types}`" if components else types)
    yield from (Subject(*each) for each in product(_TOKEN.findall(rules), named, patterns))
