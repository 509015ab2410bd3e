"""A state machine's definition as the text that Step Functions takes, with references in it."""

from __future__ import annotations

import json
import re

from troposphere import AWSHelperFn, Ref, Sub

from compiler.component import Value
from compiler.intrinsics import joined
from compiler.json_value import Json

_MARK = "\ue002"
"""Around the number of a reference, until it is put into the text."""
_INTEGRATION, _HERE = '"Resource":"arn:aws:states:::', f'"Resource":"arn:{_MARK}0{_MARK}:states:::'


def definition_text(definition: Json) -> Value:
    """`definition` in its author's order. Step Functions' own integrations are those of the partition.

    Text, because a template has no null, which a definition may have.
    """
    found: list[AWSHelperFn] = [Ref("AWS::Partition")]

    def placeholder(reference: AWSHelperFn) -> str:
        found.append(reference)
        return f"{_MARK}{len(found) - 1}{_MARK}"

    raw = json.dumps(definition, default=placeholder, separators=(",", ":"), ensure_ascii=False)
    pieces = re.split(f"{_MARK}([0-9]+){_MARK}", raw.replace(_INTEGRATION, _HERE))
    pieces[1::2] = [found[int(number)].to_dict() for number in pieces[1::2]]
    whole = joined(pieces)
    if isinstance(whole, str):
        return whole
    said = whole["Fn::Sub"]
    return Sub(said) if isinstance(said, str) else Sub(*said)
