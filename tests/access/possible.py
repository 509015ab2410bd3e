"""Which actions IAM has for a resource."""

from __future__ import annotations

import functools
import re

from tests.access.reference import action, actions_of

_BEHIND = {"es:ESHttp": r"domain/[^/]+/.+", "states:SendTask": "stateMachine:.+"}
"""Actions whose resources the reference does not have: paths of a domain, and state machines.

Sources: OpenSearch Service developer guide, "Identity and Access Management"; AWS CDK, StateMachine.grantTaskResponse.
"""


def acts_on(name: str, arn: str) -> bool:
    """Whether an action can act on a resource at all."""
    behind = next((form for prefix, form in _BEHIND.items() if name.startswith(prefix)), None)
    if behind is not None:
        return re.fullmatch(behind, arn.split(":", 5)[-1]) is not None
    known = action(name)
    return known is not None and (known.takes(arn) if arn != "*" else not known.types)


@functools.cache
def possible(arn: str, services: tuple[str, ...]) -> tuple[str, ...]:
    """All actions that can act on the resource, of its own service and of others."""
    own = () if arn == "*" else (arn.split(":")[2],)
    return tuple(name for one in dict.fromkeys((*own, *services)) for name in actions_of(one) if acts_on(name, arn))
