"""A state machine's definition as the text that Step Functions takes, with references in it."""

from __future__ import annotations

from troposphere import Ref

from compiler.program.component import Value
from compiler.shared.json_text import placed, with_references
from compiler.source.json_value import Json

_INTEGRATION, _HERE = '"Resource":"arn:aws:states:::', f'"Resource":"arn:{placed(0)}:states:::'


def definition_text(definition: Json) -> Value:
    """`definition` in its author's order. Step Functions' own integrations are those of the partition.

    Text, because a template has no null, which a definition may have.
    """
    return with_references(definition, (Ref("AWS::Partition"),), lambda raw: raw.replace(_INTEGRATION, _HERE))
