"""Statements of the policies in a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from linter.own.resource import PROPERTIES, TemplateResource
from linter.own.values import listed, pattern


@frozen(eq=True)
class PolicyStatement:
    """One statement, and where it stands in its resource."""

    path: Path
    body: Mapping[str, Json]

    @property
    def allows(self) -> bool:
        return bool(self.body.get("Effect") == "Allow")

    @property
    def services(self) -> Iterator[str]:
        """The service principals, without region: `logs.amazonaws.com` of `logs.eu-west-1.amazonaws.com`."""
        principal = self.body.get("Principal")
        for one in listed(principal.get("Service")) if isinstance(principal, Mapping) else ():
            text = pattern(one) or ""
            name, _, domain = text.partition(".")
            yield f"{name}.amazonaws.com" if domain.startswith("${") else text

    @property
    def keys(self) -> frozenset[str]:
        """The condition keys, in small letters."""
        condition = self.body.get("Condition")
        tests = condition.values() if isinstance(condition, Mapping) else ()
        return frozenset(str(key).lower() for test in tests if isinstance(test, Mapping) for key in test)

    @property
    def for_anyone(self) -> bool:
        """Whether every caller on the internet is meant, and nothing limits it."""
        principal = self.body.get("Principal")
        named = listed(principal.get("AWS")) if isinstance(principal, Mapping) else listed(principal)
        return self.allows and "*" in named and not self.body.get("Condition")


def statements_of(resource: TemplateResource, *names: str) -> Iterator[PolicyStatement]:
    """The statements of the policies in the properties with these names."""
    for name in names:
        yield from _in((PROPERTIES, name), resource.get(name))


def _in(path: Path, document: Json) -> Iterator[PolicyStatement]:
    if not isinstance(document, Mapping):
        return
    found = document.get("Statement")
    if isinstance(found, Mapping):
        yield PolicyStatement((*path, "Statement"), found)
    for index, statement in enumerate(found if isinstance(found, list) else ()):
        if isinstance(statement, Mapping):
            yield PolicyStatement((*path, "Statement", index), statement)
