"""Bounds that a change widens: the boundary of a role's permissions, and the addresses that users' tokens are sent to.

Source: IAM user guide, "Permissions boundaries for IAM entities"; Amazon Cognito developer guide, "App client terms":
users are led only to a callback URL that the client lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.differences import same
from reviewer.reasons import place_behind
from reviewer.values import value_text

_BOUNDED = frozenset({"AWS::IAM::Role", "AWS::IAM::User"})
_CLIENT = "AWS::Cognito::UserPoolClient"


def bound_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each bound of something that stays."""
    for change in changes:
        if change.action == "Modify":
            name, texts = _widened(change, *causes.sides.properties(causes.sides.address(change)))
            for text in texts:
                yield Risk("access", change.component, text, place_behind(causes, change, name))


def _widened(change: Change, old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[str, list[str]]:
    """The property, and what of it is wider."""
    name = "PermissionsBoundary" if change.resource_type in _BOUNDED else "CallbackURLs"
    before, after = old.get(name), new.get(name)
    if change.resource_type in _BOUNDED and before is not None and not same(before, after):
        way = "no boundary limits" if after is None else "another boundary limits"
        return name, [f"{way} what its role may do: {value_text(before)} → {value_text(after)}"]
    if change.resource_type == _CLIENT and isinstance(before, list) and isinstance(after, list):
        return name, [f"users may now be led back to {value_text(one)}" for one in after if one not in before]
    return name, []
