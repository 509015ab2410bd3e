"""Firewalls: WAFv2 web ACLs with their IP sets and logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GenericHelperFn, GetAtt, wafv2

from compiler.kinds.firewalls.log import FirewallLogs, LogPlace, request_log
from compiler.kinds.firewalls.rules import asked_in_order
from compiler.kinds.firewalls.statements import Countries, Group, RateLimit, addresses, kept_out, managed, rate
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Output, Platform, Value
from compiler.shared.global_region import GLOBAL_REGION
from compiler.shared.web_acl import CLOUDFRONT, REGIONAL, Scope, acl_id, scopes
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_OWN, _LIMITS, _MANAGED = 1000, 2000, 3000
"""Priorities from which on rules of a group stand, so that a neighbour never moves another group."""
_MANY = 1000
"""Blocked requests in five minutes that are worth an alarm."""


@frozen()
class Rule:
    """A rule of the spec's own; the statement is CloudFormation's."""

    statement: Mapping[str, Json]
    action: str
    units: int | None


@frozen(kw_only=True)
class Firewall(Component):
    """One set of rules, as a web ACL for each scope that it is needed in."""

    managed: Mapping[str, Group]
    rate_limits: Mapping[str, RateLimit]
    allow_ips: tuple[str, ...]
    block_ips: tuple[str, ...]
    client_ip_header: str | None
    countries: Countries | None
    rules: Mapping[str, Rule]
    otherwise: str
    samples: bool
    logs: FirewallLogs

    @property
    def main_id(self) -> str:
        return acl_id(self, REGIONAL)

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        for scope in scopes(platform, self):
            yield from self._ip_sets(scope)
            yield self._acl(platform, scope)
            if self.logs.requests != "none":
                yield from request_log(self._log_place(platform, scope), self.logs, platform)

    def elsewhere(self, platform: Platform) -> Mapping[str, str]:
        if platform.region == GLOBAL_REGION or CLOUDFRONT not in scopes(platform, self):
            return {}
        place = self._log_place(platform, CLOUDFRONT)
        logged = (place.group_id, place.configuration_id) if self.logs.requests != "none" else ()
        sets = (str(one.title) for one in self._ip_sets(CLOUDFRONT))
        return dict.fromkeys((acl_id(self, CLOUDFRONT), *sets, *logged), GLOBAL_REGION)

    def _log_place(self, platform: Platform, scope: Scope) -> LogPlace:
        words = (platform.name, platform.environment, self.name, *([scope.word.lower()] if scope.word else ()))
        abroad = scope is CLOUDFRONT and platform.region != GLOBAL_REGION
        return LogPlace(acl_id(self, scope), "-".join(words), abroad)

    def _ip_sets(self, scope: Scope) -> Iterator[wafv2.IPSet]:
        for word, blocks in (("Allow", self.allow_ips), ("Block", self.block_ips)):
            for version in ("IPV4", "IPV6"):
                found = sorted(one for one in blocks if (":" in one) == (version == "IPV6"))
                if found:
                    yield wafv2.IPSet(
                        f"{acl_id(self, scope)}{word}{version[2:]}",
                        Scope=scope.name,
                        IPAddressVersion=version,
                        Addresses=found,
                    )

    def _sets(self, scope: Scope, word: str) -> list[Value]:
        stem = f"{acl_id(self, scope)}{word}"
        return [GetAtt(one.title, "Arn") for one in self._ip_sets(scope) if str(one.title).startswith(stem)]

    def _acl(self, platform: Platform, scope: Scope) -> wafv2.WebACL:
        action = {"Allow": wafv2.AllowAction()} if self.otherwise == "allow" else {"Block": wafv2.BlockAction()}
        return wafv2.WebACL(
            acl_id(self, scope),
            # WAF takes no underscore in it
            Description=f"{platform.name} {platform.environment} {self.name}".replace("_", "-"),
            Scope=scope.name,
            DefaultAction=wafv2.DefaultAction(**action),
            Rules=list(self._rules(scope)),
            VisibilityConfig=self._seen(self._metric(platform)),
        )

    def _metric(self, platform: Platform) -> str:
        """CloudWatch's name for the web ACL; both scopes may have it, their metrics differ in the region."""
        return f"{platform.name}-{platform.environment}-{self.name}"

    def _seen(self, name: str) -> wafv2.VisibilityConfig:
        return wafv2.VisibilityConfig(
            CloudWatchMetricsEnabled=True, MetricName=name, SampledRequestsEnabled=self.samples
        )

    def _rules(self, scope: Scope) -> Iterator[wafv2.WebACLRule]:
        yield from self._visitors(scope)
        for number, (name, own) in enumerate(sorted(self.rules.items()), _OWN):
            yield self._acting(f"own-{name}", number, GenericHelperFn(dict(own.statement)), own.action)
        for number, (name, limit) in enumerate(sorted(self.rate_limits.items()), _LIMITS):
            yield self._acting(f"limit-{name}", number, rate(limit, self.client_ip_header), limit.action)
        for number, name in asked_in_order(self.managed):
            yield self._group(name, _MANAGED + number)

    def _visitors(self, scope: Scope) -> Iterator[wafv2.WebACLRule]:
        header = self.client_ip_header
        if self.allow_ips:
            statement = addresses(self._sets(scope, "Allow"), header, matched=False)
            yield self._acting("allow-ips", 0, statement, "allow")
        if self.block_ips:
            statement = addresses(self._sets(scope, "Block"), header, matched=True)
            yield self._acting("block-ips", 1, statement, "block")
        if self.countries:
            yield self._acting("countries", 2, kept_out(self.countries, header), "block")

    def _acting(self, name: str, priority: int, statement: wafv2.Statement, action: str) -> wafv2.WebACLRule:
        return wafv2.WebACLRule(
            Name=name,
            Priority=priority,
            Statement=statement,
            Action=_action(action),
            VisibilityConfig=self._seen(name),
        )

    def _group(self, name: str, priority: int) -> wafv2.WebACLRule:
        group = self.managed[name]
        return wafv2.WebACLRule(
            Name=f"managed-{name}",
            Priority=priority,
            Statement=managed(name, group),
            OverrideAction=wafv2.OverrideAction(**{"Count" if group.count_only else "None": {}}),
            VisibilityConfig=self._seen(f"managed-{name}"),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        logged = scopes(platform, self) if self.logs.requests != "none" else ()
        groups = tuple(self._log_place(platform, scope).group_id for scope in logged)
        return {"protect": Capability(), "logs": Capability(log_groups=groups)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        for scope in scopes(platform, self):
            if acl_id(self, scope) in self.elsewhere(platform):
                continue
            about = f"Web ACL of the firewall {self.name}{' for cdns' if scope is CLOUDFRONT else ''}"
            yield Output(f"{acl_id(self, scope)}Arn", GetAtt(acl_id(self, scope), "Arn"), about)

    def _metrics_of(self, platform: Platform) -> Iterator[tuple[Scope, dict[str, Value]]]:
        """Each web ACL whose metrics are in the platform's region, with their dimensions.

        Source: WAF developer guide, "AWS WAF metrics and dimensions": a distribution's have no region.
        """
        for scope in scopes(platform, self):
            if scope is REGIONAL or platform.region == GLOBAL_REGION:
                region = {"Region": platform.region} if scope is REGIONAL else {}
                yield scope, {"Rule": "ALL", "WebACL": self._metric(platform), **region}

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        for scope, dimensions in self._metrics_of(platform):
            named = [{"Name": key, "Value": value} for key, value in sorted(dimensions.items())]
            metric = {"Namespace": "AWS/WAFV2", "MetricName": "BlockedRequests", "Dimensions": named}
            what = "cdns" if scope is CLOUDFRONT else "what is in the region"
            yield AlarmSpec(
                name=f"{scope.word}Blocked",
                description=f"The firewall {self.name} blocks more than {_MANY} requests to {what} in five minutes",
                metrics=({"Id": "blocked", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}},),
                threshold=_MANY,
                evaluation_periods=3,
                datapoints=3,
            )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        for scope, dimensions in self._metrics_of(platform):
            pairs = tuple(word for pair in sorted(dimensions.items()) for word in pair)
            rows = tuple(("AWS/WAFV2", metric, *pairs) for metric in ("AllowedRequests", "BlockedRequests"))
            yield Chart(f"Firewall {self.name}{' for cdns' if scope is CLOUDFRONT else ''}", rows, "Sum")


def _action(word: str) -> wafv2.RuleAction:
    make = {
        "allow": ("Allow", wafv2.AllowAction),
        "block": ("Block", wafv2.BlockAction),
        "captcha": ("Captcha", wafv2.CaptchaAction),
        "challenge": ("Challenge", wafv2.ChallengeAction),
        "count": ("Count", wafv2.CountAction),
    }
    name, kind = make[word]
    return wafv2.RuleAction(**{name: kind()})


KIND = Firewall
