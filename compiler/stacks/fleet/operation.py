"""More resources than one operation of CloudFormation takes: a stack set creates each of its stacks in one.

Of any other environment the deployer divides such an operation, so that nobody need be told.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.program.component import Platform
from compiler.source.diagnostics import Diagnostic
from compiler.stacks.operation_limit import OPERATION_LIMIT


def over_operation(platform: Platform, resources: int) -> Iterator[Diagnostic]:
    """A warning for a fleet whose stacks can't be created in one operation."""
    if resources > OPERATION_LIMIT:
        message = (
            f"each stack of the fleet has {resources:,} resources, of which a stack set creates, updates or deletes at "
            f"most {OPERATION_LIMIT:,} in one operation"
        )
        help_text = "add components over several deployments, or divide the platform into several specs"
        place = platform.document.value_place(("platform",))
        yield Diagnostic("operation-limit", message, place, "", help_text, severity="warning")
