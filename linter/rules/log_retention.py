"""W9715: logs that are kept for ever."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import missing, pattern, referred, texts_in

_GROUP, _FUNCTION = "AWS::Logs::LogGroup", "AWS::Lambda::Function"


class LogRetention(OwnRule):
    id = "W9715"
    shortdesc = "Logs with an end"
    description = (
        "A log group without retention keeps everything for ever: what it costs grows, and personal data stay longer "
        "than anyone may keep them. Lambda creates such a group for a function that has none."
    )
    source_url = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html"
    tags = (
        "logs",
        "lambda",
    )
    types = (_GROUP, _FUNCTION)
    fix = "set 'RetentionInDays' of a log group in the template"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        if resource.type == _GROUP:
            # AWS deletes those of the class DELIVERY after a day by itself
            if missing(resource.get("RetentionInDays")) and resource.get("LogGroupClass") != "DELIVERY":
                yield resource.nearest("RetentionInDays"), "'RetentionInDays' is not set, so nothing is ever deleted"
        elif missing(resource.get("LoggingConfig", "LogGroup")) and not any(_logs(resource)):
            yield resource.nearest("LoggingConfig"), "the function logs to a group without retention"


def _logs(function: TemplateResource) -> Iterator[bool]:
    """Whether a log group of the template has the name of the function's own."""
    name = pattern(function.get("FunctionName"))
    for group in function.others(_GROUP):
        called = group.get("LogGroupName")
        text = pattern(called) or ""
        yield f"${{{function.name}}}" in text or bool(name and text.endswith(f"/{name}"))
        yield any(referred(piece) == function.name for piece in _pieces(called))
        yield any(found == function.name for _, found in texts_in(called))


def _pieces(value: object) -> list[object]:
    join = value.get("Fn::Join") if isinstance(value, dict) else None
    return list(join[1]) if isinstance(join, list) and len(join) == 2 and isinstance(join[1], list) else []
