"""What a rule of cfn-lint, or one of our own beside them, says of itself."""

from __future__ import annotations

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner

from linter.own.rule import OwnRule
from linter.rules import own_rules


def rule_lines(code: str) -> tuple[str, ...]:
    """Title, description, what to do if it is ours, and source of the rule called `code`; empty if there is none."""
    rules = Runner(ConfigMixIn(regions=["us-east-1"], include_checks=["I"], templates=[])).rules
    rules.extend([rule for rule in own_rules() if rule.id not in rules])
    rule = rules.get(code)
    if rule is None:
        return ()
    fix = f"Do: {rule.fix}." if isinstance(rule, OwnRule) else ""
    return tuple(filter(None, (rule.shortdesc, rule.description, fix, rule.source_url)))
