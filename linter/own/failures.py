"""Where the events of a function go that it could not handle."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.values import missing, pattern, referred, texts_in

FUNCTION = "AWS::Lambda::Function"
_NAMED = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


def keeps_failures(function: TemplateResource) -> bool:
    """Whether what it could not handle asynchronously is kept."""
    return not missing(function.get("DeadLetterConfig", "TargetArn")) or any(_kept(function))


def is_about(value: object, function: TemplateResource) -> bool:
    """Whether a value is the function, an alias or a version of it, by reference or by name."""
    aliases = (one for one in function.others(*_NAMED) if referred(one.get("FunctionName")) == function.name)
    known = {function.name, *(one.name for one in aliases)}
    name = pattern(function.get("FunctionName"))
    texts = {text for _, text in texts_in(value)}
    parts = {part for text in texts for part in text.replace("${", " ").replace("}", " ").replace(".", " ").split()}
    return bool(name and name in texts) or bool(known & parts)


def _kept(function: TemplateResource) -> Iterator[bool]:
    for settings in function.others("AWS::Lambda::EventInvokeConfig"):
        destination = settings.get("DestinationConfig", "OnFailure", "Destination")
        yield not missing(destination) and is_about(settings.get("FunctionName"), function)
