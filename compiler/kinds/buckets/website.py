"""A bucket as a website: its documents and redirects.

Source: S3 user guide, "Hosting a static website using Amazon S3" and "(Optional) Configuring a webpage redirect".
"""

from __future__ import annotations

from troposphere import s3

from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Redirect:
    """Requests that are answered with another address: those of all conditions that are set."""

    prefix: str | None
    error_status: int | None
    host: str | None
    replace_prefix: str | None
    replace_key: str | None
    status: int


@frozen()
class Website:
    """The documents and redirects of a website, or the host that has everything."""

    index: str
    error: str | None
    redirects: tuple[Redirect, ...]
    redirect_all_to: str | None


def website_configuration(website: Website) -> s3.WebsiteConfiguration:
    """S3 takes nothing beside the redirect of all requests."""
    if website.redirect_all_to:
        return s3.WebsiteConfiguration(RedirectAllRequestsTo=s3.RedirectAllRequestsTo(**_host(website.redirect_all_to)))
    more: dict[str, Json] = {"ErrorDocument": website.error} if website.error else {}
    if website.redirects:
        more["RoutingRules"] = [_routing_rule(one) for one in website.redirects]
    return s3.WebsiteConfiguration(IndexDocument=website.index, **more)


def _routing_rule(redirect: Redirect) -> s3.RoutingRule:
    target = {"ReplaceKeyPrefixWith": redirect.replace_prefix, "ReplaceKeyWith": redirect.replace_key}
    said = {name: value for name, value in target.items() if value is not None}
    host = _host(redirect.host) if redirect.host else {}
    rule = s3.RedirectRule(HttpRedirectCode=str(redirect.status), **host, **said)
    return s3.RoutingRule(RedirectRule=rule, **_condition(redirect))


def _condition(redirect: Redirect) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if redirect.prefix is not None:
        found["KeyPrefixEquals"] = redirect.prefix
    if redirect.error_status is not None:
        found["HttpErrorCodeReturnedEquals"] = str(redirect.error_status)
    return {"RoutingRuleCondition": s3.RoutingRuleCondition(**found)} if found else {}


def _host(address: str) -> dict[str, str]:
    protocol, _, host = address.partition("://")
    return {"HostName": host, "Protocol": protocol}
