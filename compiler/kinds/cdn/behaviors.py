"""What is different for a path: its cache policy, methods, functions, signatures and second origin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import Ref, cloudfront

from compiler.kinds.cdn.origins import ALL_METHODS, READ_METHODS, origin_id
from compiler.shared.digest import mark
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

METHODS = {"read": READ_METHODS, "options": [*READ_METHODS, "OPTIONS"], "all": ALL_METHODS}


@frozen()
class Cache:
    """Times and key of a cache policy."""

    seconds: int
    min_seconds: int
    max_seconds: int
    query: Json
    headers: tuple[str, ...]
    cookies: Json


@frozen()
class Failover:
    """The origin that is asked for some statuses of the first one."""

    to: str
    status: tuple[int, ...]


@frozen()
class Behavior:
    """Settings of one path."""

    cache: Cache | None
    methods: str | None
    functions: Mapping[str, str | None]
    signed: bool
    failover: Failover | None


@frozen(eq=True)
class Ids:
    """Logical ids of what behaviours point at."""

    stem: str

    def cache(self, path: str) -> str:
        return f"{self.stem}Cache{mark(path)}"

    @property
    def keys(self) -> str:
        return f"{self.stem}KeyGroup"


def changed(path: str, target: str, said: Behavior, ids: Ids) -> dict[str, Json]:
    """Properties of the cache behaviour of a path that leads to `target`, in the place of the usual ones."""
    found: dict[str, Json] = {}
    if said.cache:
        found["CachePolicyId"] = Ref(ids.cache(path))
    if said.methods or said.failover:
        found["AllowedMethods"] = METHODS[said.methods or "options"]
    if said.signed:
        found["TrustedKeyGroups"] = [Ref(ids.keys)]
    if said.failover:
        found["TargetOriginId"] = _group_id(target, said.failover)
    return found


def cache_policy(logical_id: str, name: str, cache: Cache) -> cloudfront.CachePolicy:
    """The policy; its `name` must be unique in the account."""
    key = cloudfront.ParametersInCacheKeyAndForwardedToOrigin(
        EnableAcceptEncodingBrotli=True,
        EnableAcceptEncodingGzip=True,
        QueryStringsConfig=cloudfront.CacheQueryStringsConfig(**_chosen("QueryString", cache.query)),
        HeadersConfig=cloudfront.CacheHeadersConfig(**_chosen("Header", list(cache.headers) or "none")),
        CookiesConfig=cloudfront.CacheCookiesConfig(**_chosen("Cookie", cache.cookies)),
    )
    config = cloudfront.CachePolicyConfig(
        Name=name,
        DefaultTTL=cache.seconds,
        MinTTL=cache.min_seconds,
        MaxTTL=cache.max_seconds,
        ParametersInCacheKeyAndForwardedToOrigin=key,
    )
    return cloudfront.CachePolicy(logical_id, CachePolicyConfig=config)


def _chosen(word: str, said: Json) -> dict[str, Json]:
    """A behaviour of a cache policy: all, none, or the named ones."""
    if isinstance(said, str):
        return {f"{word}Behavior": said}
    return {f"{word}Behavior": "whitelist", f"{word}s": sorted(said)}


def origin_groups(pairs: Iterable[tuple[str, Failover]]) -> dict[str, Json]:
    """Two origins each, of which the second is asked when the first fails."""
    groups = {_group_id(target, failover): _group(target, failover) for target, failover in pairs}
    if not groups:
        return {}
    return {"OriginGroups": cloudfront.OriginGroups(Quantity=len(groups), Items=list(groups.values()))}


def _group_id(target: str, failover: Failover) -> str:
    statuses = ",".join(map(str, sorted(failover.status)))
    return f"failover-{mark(f'{target} {failover.to} {statuses}').lower()}"


def _group(target: str, failover: Failover) -> cloudfront.OriginGroup:
    members = [cloudfront.OriginGroupMember(OriginId=origin_id(one)) for one in (target, failover.to)]
    codes = cloudfront.StatusCodes(Quantity=len(failover.status), Items=sorted(failover.status))
    return cloudfront.OriginGroup(
        Id=_group_id(target, failover),
        FailoverCriteria=cloudfront.OriginGroupFailoverCriteria(StatusCodes=codes),
        Members=cloudfront.OriginGroupMembers(Quantity=len(members), Items=members),
    )


def used_functions(said: Behavior | None) -> Iterator[tuple[str, str]]:
    """Event and function of each that a behaviour runs."""
    for event, name in said.functions.items() if said else ():
        if name:
            yield event, name
