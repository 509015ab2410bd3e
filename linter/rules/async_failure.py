"""W9720: an event that a function lost."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.failures import FUNCTION, is_about, keeps_failures
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import pattern

_CALLERS = frozenset(
    f"{name}.amazonaws.com"
    for name in ("config", "events", "iot", "logs", "s3", "scheduler", "ses", "sns", "codecommit", "codepipeline")
)
"""Services that call a function and do not wait (Lambda developer guide, "Invoking Lambda with events from other
AWS services")."""


class AsyncFailure(OwnRule):
    id = "W9720"
    shortdesc = "Asynchronous functions with a destination for failures"
    description = (
        "An event that a function could not handle is tried twice more and then dropped. A destination for failures or "
        "a dead-letter queue keeps it. The rule looks at functions that a service calls without waiting."
    )
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"
    tags = ("lambda",)
    types = (FUNCTION,)
    fix = "set 'DeadLetterConfig', or 'OnFailure' in an AWS::Lambda::EventInvokeConfig"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        callers = sorted(set(_callers(resource)))
        if callers and not keeps_failures(resource):
            where = resource.nearest("DeadLetterConfig")
            yield where, f"{callers[0]} calls the function without waiting, and what fails is dropped"


def _callers(function: TemplateResource) -> Iterator[str]:
    for permission in function.others("AWS::Lambda::Permission"):
        principal = pattern(permission.get("Principal")) or ""
        if principal in _CALLERS and is_about(permission.get("FunctionName"), function):
            yield principal
