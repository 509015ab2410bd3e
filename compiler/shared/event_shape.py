"""What EventBridge gives on of an event: a part of it, something else, or a text or map made of its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from troposphere import events

from compiler.shared.json_text import json_text
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_ALONE = re.compile(r'"(<[A-Za-z0-9_.-]+>)"')


@frozen()
class Transform:
    """Names for parts of the event, and what is made of them."""

    paths: Mapping[str, str]
    template: Json


@frozen(kw_only=True)
class Shape:
    """The settings ``part``, ``input`` and ``transform``, of which at most one is said, and for how long AWS tries."""

    part: str | None
    input: Json
    transform: Transform | None
    retries: int | None
    max_age_seconds: int | None

    def shaped(self) -> dict[str, Json]:
        """Properties of a rule's target."""
        found: dict[str, Json] = {}
        if self.part:
            found["InputPath"] = self.part
        if self.input is not None:
            found["Input"] = json_text(self.input)
        if self.transform:
            found["InputTransformer"] = _transformer(self.transform)
        limits = {"MaximumRetryAttempts": self.retries, "MaximumEventAgeInSeconds": self.max_age_seconds}
        said = {key: value for key, value in limits.items() if value is not None}
        return found | ({"RetryPolicy": events.RetryPolicy(**said)} if said else {})


def _transformer(transform: Transform) -> events.InputTransformer:
    """A value that is nothing but a part stands without quotes, so that it keeps its type.

    Source: EventBridge user guide, "Transforming Amazon EventBridge input".
    """
    text = json_text(transform.template)
    template = text if isinstance(transform.template, str) else _ALONE.sub(r"\1", text)
    paths = {"InputPathsMap": dict(transform.paths)} if transform.paths else {}
    return events.InputTransformer(InputTemplate=template, **paths)
