"""Composite alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import GetAtt, Sub, cloudwatch

from compiler.kinds.monitoring.alarm_rule import Piece, State, read
from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

LONGEST_RULE = 10240
"""Characters (CloudWatch API reference, PutCompositeAlarm, AlarmRule)."""


@frozen()
class Composite:
    """An alarm of alarms."""

    description: str | None
    rule: str
    severity: str
    suppressed_by: str | None
    suppress_wait: int
    suppress_after: int

    @property
    def alarms(self) -> tuple[str, ...]:
        """The alarms that it names, as they are written."""
        return (*read(self.rule).alarms, *([self.suppressed_by] if self.suppressed_by else []))

    def length(self, names: Mapping[str, str]) -> int:
        """Characters of its rule, with the names that the alarms have in CloudWatch."""
        return len(_text(read(self.rule).pieces, names))

    def in_words(self) -> str:
        return self.description or self.rule[:1010]


@frozen()
class Raised:
    """Ids, name and text of one composite alarm, and who is told."""

    logical_id: str
    name: str
    description: str
    topics: tuple[Value, ...]


def composite_alarm(raised: Raised, composite: Composite, ids: Mapping[str, str]) -> cloudwatch.CompositeAlarm:
    """`ids` has the logical id of each alarm that the rule names, so that those are there first."""
    told: dict[str, Json] = {}
    if raised.topics:
        told = {"AlarmActions": list(raised.topics), "OKActions": list(raised.topics)}
    return cloudwatch.CompositeAlarm(
        raised.logical_id,
        AlarmName=raised.name,
        AlarmDescription=raised.description,
        AlarmRule=_rule(read(composite.rule).pieces, ids),
        ActionsEnabled=True,
        **told,
        **_suppressed(composite, ids),
    )


def _rule(pieces: Sequence[Piece], ids: Mapping[str, str]) -> Value:
    """The reference of an alarm is its name (CloudFormation reference, AWS::CloudWatch::Alarm, return values)."""
    text = _text(pieces, {name: f"${{{logical_id}}}" for name, logical_id in ids.items()})
    return Sub(text) if any(isinstance(piece, State) for piece in pieces) else text


def _text(pieces: Sequence[Piece], names: Mapping[str, str]) -> str:
    shown = [f'{one.function}("{names[one.alarm]}")' if isinstance(one, State) else one for one in pieces]
    return " ".join(shown).replace("( ", "(").replace(" )", ")")


def _suppressed(composite: Composite, ids: Mapping[str, str]) -> Mapping[str, Json]:
    if not composite.suppressed_by:
        return {}
    return {
        "ActionsSuppressor": GetAtt(ids[composite.suppressed_by], "Arn"),
        "ActionsSuppressorWaitPeriod": composite.suppress_wait,
        "ActionsSuppressorExtensionPeriod": composite.suppress_after,
    }
