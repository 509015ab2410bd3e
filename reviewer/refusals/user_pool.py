"""What of a user pool is decided when it is made: how users sign in, and the attributes that they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.differences import same
from reviewer.refusal import Rule, Subject
from reviewer.shapes import objects
from reviewer.values import joined

_SIGN_IN = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")
_WAY = "make a new user pool, and move the users to it"


def _find(subject: Subject) -> Iterator[str]:
    if not subject.stays:
        return
    changed = [name for name in _SIGN_IN if not same(*(_sorted(value) for value in subject.both(name)))]
    if changed:
        yield f"how users sign in can't be changed ({joined(changed)}): {_WAY}"
    before, after = (_attributes(value) for value in subject.both("Schema"))
    lost = [name for name, attribute in before.items() if not same(attribute, after.get(name))]
    if lost:
        told = joined([f"`{name}`" for name in lost])
        yield f"attributes of users can be added, and not be changed or removed ({told}): leave them as they are"


def _sorted(value: Json) -> Json:
    return sorted(map(str, value)) if isinstance(value, list) else value


def _attributes(schema: Json) -> Mapping[str, Json]:
    return {str(attribute.get("Name")): attribute for attribute in objects(schema)}


RULE = Rule(
    types=frozenset({"AWS::Cognito::UserPool"}),
    find=_find,
    source="https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html",
    properties=("Schema",),
)
