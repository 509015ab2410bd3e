"""What rules of a web ACL look for: addresses, countries, paths and AWS's rule groups."""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import wafv2

from compiler.kinds.firewalls.rules import group_of
from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_FIRST = "FIRST"
"""Countries and rates look at the first address of a header; so do IP sets here (API reference, ForwardedIPConfig)."""
_MATCH, _NO_MATCH = "MATCH", "NO_MATCH"


@frozen()
class Group:
    """How a rule group of AWS is used."""

    version: str | None
    count: tuple[str, ...]
    count_only: bool
    paths: tuple[str, ...]
    except_paths: tuple[str, ...]
    level: str | None


@frozen()
class RateLimit:
    """How many requests one address may make."""

    requests: int
    seconds: int
    paths: tuple[str, ...]
    except_paths: tuple[str, ...]
    action: str


@frozen()
class Countries:
    """ISO codes of the only countries let in, or of those kept out."""

    allow: tuple[str, ...]
    block: tuple[str, ...]


def addresses(sets: Sequence[Value], header: str | None, matched: bool) -> wafv2.Statement:
    """Any of the IP sets; `matched` is what a header without a valid address counts as."""
    forwarded: dict[str, Json] = {}
    if header:
        config = wafv2.IPSetForwardedIPConfiguration(
            HeaderName=header, FallbackBehavior=_MATCH if matched else _NO_MATCH, Position=_FIRST
        )
        forwarded["IPSetForwardedIPConfig"] = config
    found = [wafv2.IPSetReferenceStatement(Arn=arn, **forwarded) for arn in sets]
    return _any([wafv2.Statement(IPSetReferenceStatement=one) for one in found])


def kept_out(countries: Countries, header: str | None) -> wafv2.Statement:
    """Visitors of countries that are blocked, or of none that is allowed."""
    codes = sorted(countries.allow or countries.block)
    fallback = _NO_MATCH if countries.allow else _MATCH
    statement = wafv2.Statement(
        GeoMatchStatement=wafv2.GeoMatchStatement(CountryCodes=codes, **_forwarded(header, fallback))
    )
    return _not(statement) if countries.allow else statement


def rate(limit: RateLimit, header: str | None) -> wafv2.Statement:
    statement = wafv2.RateBasedStatement(
        AggregateKeyType="FORWARDED_IP" if header else "IP",
        Limit=limit.requests,
        EvaluationWindowSec=limit.seconds,
        **_forwarded(header, _MATCH),
        **_scope_down(limit.paths, limit.except_paths),
    )
    return wafv2.Statement(RateBasedStatement=statement)


def managed(name: str, group: Group) -> wafv2.Statement:
    found: dict[str, Json] = {"Version": group.version} if group.version else {}
    if group.count:
        count = wafv2.RuleAction(Count=wafv2.CountAction())
        found["RuleActionOverrides"] = [
            wafv2.RuleActionOverride(Name=rule, ActionToUse=count) for rule in sorted(group.count)
        ]
    if name == "bots":
        level = wafv2.AWSManagedRulesBotControlRuleSet(InspectionLevel=(group.level or "common").upper())
        found["ManagedRuleGroupConfigs"] = [wafv2.ManagedRuleGroupConfig(AWSManagedRulesBotControlRuleSet=level)]
    found |= _scope_down(group.paths, group.except_paths)
    statement = wafv2.ManagedRuleGroupStatement(VendorName="AWS", Name=group_of(name).name, **found)
    return wafv2.Statement(ManagedRuleGroupStatement=statement)


def _forwarded(header: str | None, fallback: str) -> dict[str, Json]:
    if not header:
        return {}
    return {"ForwardedIPConfig": wafv2.ForwardedIPConfiguration(HeaderName=header, FallbackBehavior=fallback)}


def _scope_down(paths: Sequence[str], but: Sequence[str]) -> dict[str, Json]:
    """Only `paths`, if there are any, and none of `but`."""
    found = [_any([_below(path) for path in paths])] if paths else []
    found += [_not(_any([_below(path) for path in but]))] if but else []
    if not found:
        return {}
    both = wafv2.Statement(AndStatement=wafv2.AndStatement(Statements=found)) if len(found) == 2 else found[0]
    return {"ScopeDownStatement": both}


def _below(path: str) -> wafv2.Statement:
    """Paths that start with `path`, however an attacker writes them (``/%6Cogin``, ``//login``)."""
    clean = [
        wafv2.TextTransformation(Priority=number, Type=kind)
        for number, kind in enumerate(("URL_DECODE", "NORMALIZE_PATH"))
    ]
    match = wafv2.ByteMatchStatement(
        FieldToMatch=wafv2.FieldToMatch(UriPath={}),
        PositionalConstraint="STARTS_WITH",
        SearchString=path,
        TextTransformations=clean,
    )
    return wafv2.Statement(ByteMatchStatement=match)


def _any(statements: list[wafv2.Statement]) -> wafv2.Statement:
    if len(statements) == 1:
        return statements[0]
    return wafv2.Statement(OrStatement=wafv2.OrStatement(Statements=statements))


def _not(statement: wafv2.Statement) -> wafv2.Statement:
    return wafv2.Statement(NotStatement=wafv2.NotStatement(Statement=statement))
