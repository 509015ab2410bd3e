"""What is wrong with a statement, held against what IAM has."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import yaml

from tests.access.emitted import Emitted
from tests.access.matching import like
from tests.access.reference import action, actions_of, may_name
from tests.access.statements import Statement

EXCEPTIONS = yaml.safe_load((Path(__file__).parent / "exceptions.yaml").read_text(encoding="utf-8"))
_WHOLE = {"AWS::KMS::Key KeyPolicy": "kms:*", "AWS::KMS::ReplicaKey KeyPolicy": "kms:*"}
"""The account's root may everything with its keys: KMS developer guide, "Default key policy"."""
_GATES = ("AWS::EC2::VPCEndpoint PolicyDocument",)
"""They grant nothing: what they let through, a role's policy has to allow."""


def faults(one: Emitted) -> Iterator[str]:
    """Each fault of a statement in a sentence."""
    statement = one.statement
    if statement.allow and (statement.actions.excluded or (statement.resources and statement.resources.excluded)):
        yield "an Allow with NotAction or NotResource"
    for text in statement.actions.texts:
        yield from _of_action(one, text)
    yield from _of_resources(one)


def _of_action(one: Emitted, text: str) -> Iterator[str]:
    if "*" not in text and "?" not in text:
        if action(text) is None:
            yield f"IAM has no action {text}"
    elif not matching(text):
        yield f"no action of IAM matches {text}"
    elif (
        one.statement.allow
        and one.holder not in _GATES
        and _WHOLE.get(one.holder) != text
        and not _of_a_trail(one, text)
    ):
        yield f"an Allow of {text}"
    for condition in one.statement.conditions:
        if not any(knows(name, condition.key, one.statement) for name in matching(text)):
            yield f"{text} has no condition key {condition.key}"


def _of_a_trail(one: Emitted, text: str) -> bool:
    """CloudTrail alone, for its one trail (CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail")."""
    trail = (("Service", "cloudtrail.amazonaws.com"),)
    bound = any(condition.key == "aws:SourceArn" for condition in one.statement.conditions)
    return one.holder in _WHOLE and text == "kms:GenerateDataKey*" and one.statement.principals == trail and bound


def _of_resources(one: Emitted) -> Iterator[str]:
    """Each action acts on one of the resources, and on each of them acts one of the actions."""
    statement = one.statement
    names = [*_named(statement)]
    texts = statement.resources.texts if statement.resources and not statement.resources.excluded else ()
    if "*" in texts:
        if one.identity and statement.allow:
            yield from (f"{name} on *, though it takes a resource" for name in names if not anywhere(name))
        return
    exact = [] if statement.actions.excluded else [text for text in statement.actions.texts if "*" not in text]
    yield from (f"{name} acts on none of {list(texts)}" for name in exact if texts and not _acts(name, texts))
    if one.identity and statement.allow and texts:
        yield from (f"{name} needs another resource than {list(texts)}" for name in exact if _lacks(name, texts))
    yield from (f"none of {exact or names[:3]} acts on {text}" for text in texts if not _acted(names, text))


def _named(statement: Statement) -> Iterator[str]:
    """Actions of the statement; with ``NotAction`` all others of the service."""
    said = [name for text in statement.actions.texts for name in matching(text)]
    if not statement.actions.excluded:
        yield from said
        return
    services = {text.split(":")[0] for text in statement.actions.texts}
    yield from (name for service in sorted(services) for name in actions_of(service) if name not in said)


def _acts(name: str, texts: Iterable[str]) -> bool:
    return any(takes(name, text) for text in texts)


def _lacks(name: str, texts: Collection[str]) -> bool:
    known = action(name)
    return known is not None and _acts(name, texts) and not known.has_required(texts)


def _acted(names: Iterable[str], text: str) -> bool:
    return any(takes(name, text) for name in names)


@functools.cache
def matching(text: str) -> tuple[str, ...]:
    """The actions of IAM that an element of a statement names."""
    if "*" not in text and "?" not in text:
        return (text,)
    return tuple(name for name in actions_of(text.split(":")[0]) if like(text, name, ignore_case=True))


@functools.cache
def takes(name: str, pattern: str) -> bool:
    """Whether a resource of a statement can be one that the action acts on."""
    known = action(name)
    if known is not None and known.takes(pattern):
        return True
    rows = _excepted("types", lambda row: name in row["actions"])
    return any(may_name(pattern, form) for row in rows for form in row["formats"])


def anywhere(name: str) -> bool:
    """Whether an action may be allowed on ``*``: it takes no resource, or stands among the exceptions."""
    known = action(name)
    return (known is not None and not known.types) or any(_excepted("anywhere", lambda row: name in row["actions"]))


def knows(name: str, key: str, statement: Statement) -> bool:
    """Whether a request for the action can have a condition key; a trust policy has those of its identity provider."""
    known = action(name)
    providers = [arn.split("oidc-provider/")[-1] for kind, arn in statement.principals or () if kind == "Federated"]
    if known is None or known.knows(key) or key.rpartition(":")[0] in providers:
        return True
    rows = _excepted("keys", lambda row: key in row["keys"])
    return any(like(text, name) for row in rows for text in row["actions"])


def _excepted(table: str, about: Callable[[dict[str, list[str]]], bool]) -> list[dict[str, list[str]]]:
    return [row for row in EXCEPTIONS[table] if about(row)]
