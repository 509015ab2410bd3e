"""What cfn-lint says of one of its rules."""

from __future__ import annotations

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner


def rule_lines(code: str) -> tuple[str, ...]:
    """Title, description and source of the rule called `code`; empty if there is none."""
    rules = Runner(ConfigMixIn(regions=["us-east-1"], include_checks=["I"], templates=[])).rules
    rule = rules.get(code)
    return tuple(filter(None, (rule.shortdesc, rule.description, rule.source_url))) if rule else ()
