"""What `read`, `write` and `manage` give to whoever uses a domain or a collection."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import GetAtt, Ref, Sub

from compiler.kinds.search.collection import endpoint_group
from compiler.kinds.search.domain import METHODS
from compiler.kinds.search.domain_logs import log_group_ids
from compiler.kinds.search.search import Search
from compiler.program.component import Capability, Grant, Port, Value

HTTPS = 443
_QUERIES = ("_count", "_mget", "_msearch", "_search")
"""What clients ask by POST, as their questions have a body; of one index, several or all."""
_POSTED = ("_bulk", "_create/*", "_delete_by_query", "_doc", "_doc/*", "_refresh", "_update/*", "_update_by_query")
_STATE = (
    "_all/_settings",
    "_cluster/stats",
    "_nodes",
    "_nodes/*/stats",
    "_nodes/stats",
    "_stats",
    "*/_mapping/*",
    "*/_stats",
)
"""What Firehose looks at."""
_PUT = ("_bulk", "_create/*", "_doc/*")


def capabilities(search: Search) -> Mapping[str, Capability]:
    grants = _of_collection(search) if search.serverless else _of_domain(search)
    used = {verb: Capability(given, _ports(search), _environment(search)) for verb, given in grants.items()}
    return {**used, "logs": Capability(log_groups=log_group_ids(search))}


def _of_collection(search: Search) -> Mapping[str, tuple[Grant, ...]]:
    """IAM only opens the door; the data access policy tells the verbs apart (developer guide, data access control)."""
    door = (Grant(("aoss:APIAccessAll",), (search.arn,)),)
    return dict.fromkeys(("read", "write", "manage", "receive_logs"), door)


def _of_domain(search: Search) -> Mapping[str, tuple[Grant, ...]]:
    """Source: developer guide, "Identity and Access Management", sub-resources: a path may follow the domain's ARN."""
    read = (
        Grant(("es:ESHttpGet", "es:ESHttpHead"), _paths(search, "*")),
        Grant(
            ("es:ESHttpPost",), _paths(search, *_QUERIES, *(f"*/{one}" for one in _QUERIES), "_search/*", "*/_search/*")
        ),
    )
    write = (
        Grant(("es:ESHttpPost",), _paths(search, "_bulk", *(f"*/{one}" for one in _POSTED))),
        Grant(("es:ESHttpPut",), _paths(search, "_bulk", *(f"*/{one}" for one in _PUT))),
        Grant(("es:ESHttpDelete",), _paths(search, "*/_doc/*")),
    )
    manage = (Grant(tuple(f"es:ESHttp{method}" for method in METHODS), _paths(search, "*")),)
    return {"read": read, "write": write, "manage": manage, "receive_logs": _delivery(search)}


def _delivery(search: Search) -> tuple[Grant, ...]:
    """Source: Firehose developer guide, "Grant Firehose access to an OpenSearch Service destination in a VPC"."""
    known = ("es:DescribeDomain", "es:DescribeDomainConfig", "es:DescribeDomains")
    write = (*known, "es:ESHttpPost", "es:ESHttpPut")
    return (Grant(write, (search.arn, *_paths(search, "*"))), Grant(("es:ESHttpGet",), _paths(search, *_STATE)))


def _paths(search: Search, *paths: str) -> tuple[Value, ...]:
    return tuple(Sub(f"${{{search.main_id}.Arn}}/{path}") for path in paths)


def _ports(search: Search) -> tuple[Port, ...]:
    if not search.network:
        return ()
    if search.existing is not None or search.domain:
        return (Port(HTTPS, Ref(search.group_id)),)
    if not search.collection:
        return ()
    own = bool(search.collection.endpoint)
    behind = f"{search.name}-search-endpoint" if own else "search-endpoint"
    return (Port(HTTPS, endpoint_group(search.collection), behind=behind, existing=own),)


def _environment(search: Search) -> Mapping[str, Value]:
    return {"ENDPOINT": url(search), "SERVICE": "aoss" if search.serverless else "es"}


def url(search: Search) -> Value:
    if search.serverless:
        return GetAtt(search.main_id, "CollectionEndpoint")
    return Sub(f"https://${{{search.main_id}.DomainEndpoint}}")
