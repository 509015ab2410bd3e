"""W9714: a rule of which nobody knows why it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import computed, missing

_LISTS = ("SecurityGroupIngress", "SecurityGroupEgress")


class RuleDescription(OwnRule):
    id = "W9714"
    shortdesc = "Rules of security groups with a description"
    description = (
        "A rule opens a port, and years later nobody dares to close it, because nobody knows what it is for. The "
        "description is the one place that the console, the API and an audit show."
    )
    source_url = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
    tags = (
        "ec2",
        "security groups",
    )
    types = ("AWS::EC2::SecurityGroup", *(f"AWS::EC2::{name}" for name in _LISTS))
    fix = "write what it is for"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        if resource.type != "AWS::EC2::SecurityGroup":
            if missing(resource.get("Description")):
                yield ("Properties",), "the rule has no 'Description'"
            return
        for name in _LISTS:
            for path, rule in resource.each(name):
                if isinstance(rule, Mapping) and not computed(rule) and missing(rule.get("Description")):
                    yield ("Properties", *path), "the rule has no 'Description'"
