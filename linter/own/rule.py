"""The base of our own rules: resources of some types in, flaws out."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from compiler.source.document import Path
from compiler.source.json_value import Json
from linter.own.resource import TemplateResource, resources_of

Flaw = tuple[Path, str]
"""The path inside the resource, and what is wrong there."""

PRODUCTION = frozenset(("production", "prod", "live"))
_TAGS = frozenset(("environment", "env", "stage", "posture"))


class OwnRule(CloudFormationLintRule):  # type: ignore[misc] # cfn-lint has no types
    """A rule of Stackwright. cfn-lint itself loads it too, with `--append-rules`.

    A subclass without an id, such as this one, is no rule.
    """

    types: ClassVar[Sequence[str]] = ()
    """The resource types that it looks at; empty for all."""
    fix: ClassVar[str] = ""
    """The one thing to do, for the message and the page of the rules."""
    production_only: ClassVar[bool] = False
    asks_posture: ClassVar[bool] = False
    """Whether it is stricter in production."""
    replaces: ClassVar[str] = ""
    """A rule of cfn-lint that finds the same with less weight."""

    posture: str = ""
    """The posture of the environment, where the caller knows it."""

    def __init__(self) -> None:
        super().__init__()
        if self.production_only or self.asks_posture:
            self.config_definition = {"posture": {"default": "", "type": "string"}}
            self.configure()

    @abc.abstractmethod
    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        """What is wrong with a resource of one of the `types`."""

    def match(self, cfn: Json) -> list[RuleMatch]:
        """Called by cfn-lint with each template."""
        return [
            RuleMatch(["Resources", resource.name, *path], f"{message}: {self.fix}")
            for resource in resources_of(cfn.template)
            if self._is_about(resource)
            for path, message in self.flaws(resource)
        ]

    def _is_about(self, resource: TemplateResource) -> bool:
        if self.types and resource.type not in self.types:
            return False
        return not self.production_only or self.in_production(resource)

    def in_production(self, resource: TemplateResource) -> bool:
        """What says so first counts: the rule's configuration, the template, the caller, the resource's tags."""
        told = (self.config.get("posture"), _posture_of(resource.template), self.posture)
        posture = next((str(one) for one in told if one), "")
        return posture.lower() in PRODUCTION if posture else any(_tagged(resource))


def _posture_of(template: Mapping[str, Json]) -> str:
    metadata = template.get("Metadata")
    own = metadata.get("stackwright") if isinstance(metadata, Mapping) else None
    return str(own.get("posture") or "") if isinstance(own, Mapping) else ""


def _tagged(resource: TemplateResource) -> Iterator[bool]:
    for property_name in ("Tags", "UserPoolTags"):
        value = resource.get(property_name)
        pairs = list(value.items()) if isinstance(value, Mapping) else []
        for one in value if isinstance(value, list) else ():
            pairs += [(one.get("Key"), one.get("Value"))] if isinstance(one, Mapping) else []
        yield from (str(key).lower() in _TAGS and str(text).lower() in PRODUCTION for key, text in pairs)
