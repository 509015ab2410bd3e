"""The alarms of a platform before they are resources: what each measures, how severe it is and how it is named."""

from __future__ import annotations

from compiler.program.component import AlarmSpec
from compiler.source.frozen import frozen


@frozen(eq=True)
class Planned:
    """One alarm on metrics."""

    logical_id: str
    name: str
    """CloudWatch's, unique in an account and region."""
    spec: AlarmSpec
    severity: str
    description: str
    known_as: tuple[str, ...] = ()
    """How rules of composite alarms may name it."""
