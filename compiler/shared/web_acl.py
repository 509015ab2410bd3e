"""Web ACLs where they meet what they protect: scopes, logical ids and associations."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, wafv2

from compiler.language.names import pascal
from compiler.program.component import Component, Platform, Value
from compiler.source.frozen import frozen


@frozen(eq=True)
class Scope:
    """One of the two web ACLs that a firewall may become."""

    name: str
    """WAF's word for it."""
    word: str
    """What stands in logical ids; nothing for the regional one."""


REGIONAL = Scope("REGIONAL", "")
CLOUDFRONT = Scope("CLOUDFRONT", "Cdn")


def acl_id(firewall: Component, scope: Scope) -> str:
    """Logical id of the firewall's web ACL of a scope."""
    return f"{firewall.stem}{scope.word}WebAcl"


def scopes(platform: Platform, firewall: Component) -> tuple[Scope, ...]:
    """The web ACLs that are needed for what the firewall protects; the regional one where nothing names it."""
    protected = {
        scope_of(platform, platform.components[edge.source]) for edge in platform.edges_to(firewall, "protect")
    }
    return tuple(scope for scope in (REGIONAL, CLOUDFRONT) if scope in (protected or {REGIONAL}))


def scope_of(platform: Platform, component: Component) -> Scope:
    """The scope of the web ACL that protects a component, by its kind's ``x-web-acl-scope``."""
    name = platform.schema.kinds[component.section].get("x-web-acl-scope")
    return CLOUDFRONT if name == CLOUDFRONT.name else REGIONAL


def association(
    platform: Platform, component: Component, resource_arn: Value, setting: str = "firewall"
) -> Iterator[AWSObject]:
    """Puts a regional resource of `component` behind the firewall that its `setting` names, where it names one.

    A resource has one web ACL, and taking an association away asks only of what resource (WAF API reference,
    DisassociateWebACL): the old one stays when another replaces it, or the resource would be left without any.
    """
    for edge in platform.edges_from(component):
        if edge.verb == "protect" and edge.path[-1] == setting:
            firewall = platform.components[edge.target]
            yield wafv2.WebACLAssociation(
                f"{component.stem}{pascal(setting)}Association",
                ResourceArn=resource_arn,
                WebACLArn=GetAtt(acl_id(firewall, REGIONAL), "Arn"),
                DeletionPolicy="Delete",
                UpdateReplacePolicy="Retain",
            )


def acl_of_distribution(platform: Platform, component: Component, said: str | None) -> Value | None:
    """ARN of the web ACL of a distribution: of the firewall that it names, or the one that is written there."""
    for edge in platform.edges_from(component):
        if edge.verb == "protect":
            return GetAtt(acl_id(platform.components[edge.target], CLOUDFRONT), "Arn")
    return said
