"""Conditions of listener rules as CloudFormation has them."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import elasticloadbalancingv2 as elb

from compiler.program.component import Platform
from compiler.shared.from_cdn import HEADER as ORIGIN_HEADER
from compiler.shared.from_cdn import header_value
from compiler.shared.ingress import Route, cdn_only
from compiler.shared.rule_conditions import HEADER, METHOD, QUERY, Further


def conditions(platform: Platform, route: Route) -> list[elb.Condition]:
    """All that a request must meet."""
    return [*_conditions(route), *_from_cdn(platform, route)]


def _from_cdn(platform: Platform, route: Route) -> Iterator[elb.Condition]:
    if route.public and cdn_only(platform.spec):
        header = elb.HttpHeaderConfig(HttpHeaderName=ORIGIN_HEADER, Values=[header_value()])
        yield elb.Condition(Field=HEADER, HttpHeaderConfig=header)


def _conditions(route: Route) -> Iterator[elb.Condition]:
    if route.paths:
        paths = elb.PathPatternConfig(Values=list(route.paths))
        yield elb.Condition(Field="path-pattern", PathPatternConfig=paths)
    if route.hosts:
        hosts = elb.HostHeaderConfig(Values=list(route.hosts))
        yield elb.Condition(Field="host-header", HostHeaderConfig=hosts)
    for one in route.more:
        yield elb.Condition(Field=one.field, **_config(one))


def _config(one: Further) -> dict[str, object]:
    values = list(one.values)
    if one.field == HEADER:
        return {"HttpHeaderConfig": elb.HttpHeaderConfig(HttpHeaderName=one.name, Values=values)}
    if one.field == METHOD:
        return {"HttpRequestMethodConfig": elb.HttpRequestMethodConfig(Values=values)}
    if one.field == QUERY:
        pairs = [elb.QueryStringKeyValue(Key=one.name, Value=value) for value in values]
        return {"QueryStringConfig": elb.QueryStringConfig(Values=pairs)}
    return {"SourceIpConfig": elb.SourceIpConfig(Values=values)}
