"""The policies of other tools that a lint runs beside its own rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.source.diagnostics import Diagnostic
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from linter.rule_owner import POLICIES, owner

if TYPE_CHECKING:
    from linter.policy.tools import Policy, ReadyPolicy


@frozen(eq=True)
class PoliciesRun:
    """Policies whose programs are there, and how many seconds each may take."""

    policies: tuple[ReadyPolicy, ...] = ()
    seconds: float = 0

    def broken(self, compiled: Sequence[Compiled]) -> tuple[Diagnostic, ...]:
        """What they find. Raises `SpecError` with the tools that failed."""
        if not self.policies:
            return ()
        from linter.policy.found import broken_policies

        return broken_policies(compiled, self.policies, self.seconds)

    def has_run(self, rule: str) -> bool:
        """Whether a lint with them asks the rule; those that are no policy's it always does."""
        of = owner(rule)
        return of not in POLICIES or any(one.tool == of and one.has(rule) for one in self.policies)


NO_POLICIES = PoliciesRun()


def asked(policies: Sequence[Policy], seconds: float) -> PoliciesRun:
    """The policies, ready to run. Raises `SpecError` with what is not installed."""
    if not policies:
        return NO_POLICIES
    from linter.policy.tools import ready

    return PoliciesRun(ready(policies), seconds)
