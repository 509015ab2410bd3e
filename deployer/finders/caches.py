"""An existing replication group, Memcached cluster or serverless cache of ElastiCache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.source.json_value import Json
from deployer.question import Question, Unfound, check_port, first, maybe, secret_key

_MEMCACHED = "memcached"
_PORTS = {"redis": 6379, "valkey": 6379, _MEMCACHED: 11211}
"""The port of an engine where the spec sets none."""


def find(question: Question) -> Mapping[str, Json]:
    """A replication group or a serverless cache, and the key of the secret that the spec sets."""
    attributes = dict(_of_elasticache(question)) if question.id else {}
    return attributes | {"key": secret_key(question, question.attributes.get("secret"))}


def _of_elasticache(question: Question) -> Mapping[str, Json]:
    client, name = question.client("elasticache"), question.id
    if question.settings["engine"] == _MEMCACHED:
        cluster = maybe(lambda: first(client.describe_cache_clusters(CacheClusterId=name)["CacheClusters"]))
        if cluster:
            return _memcached(question, cluster)
    group = maybe(lambda: first(client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]))
    serverless = maybe(lambda: first(client.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]))
    if group and serverless:
        raise Unfound(f"a replication group and a serverless cache are called '{name}': set 'host'")
    if not group and not serverless:
        raise Unfound(f"there is no cache '{name}' in account {question.account}, {question.region}")
    return _replication_group(question, group) if group else _serverless(question, serverless)


def _replication_group(question: Question, described: Json) -> Mapping[str, Json]:
    _check_tls(described)
    node = first(described.get("NodeGroups", ())) or {}
    main = described.get("ConfigurationEndpoint") or node.get("PrimaryEndpoint", {})
    reader = {} if described.get("ConfigurationEndpoint") else node.get("ReaderEndpoint", {})
    _check_port(question, main)
    groups = [group for name in described.get("MemberClusters", ()) for group in _groups_of_node(question, name)]
    return {
        "host": main.get("Address"),
        "reader": reader.get("Address"),
        "security_group": question.one_group(groups),
    }


def _memcached(question: Question, described: Json) -> Mapping[str, Json]:
    _check_tls(described)
    endpoint = described.get("ConfigurationEndpoint", {})
    _check_port(question, endpoint)
    groups = [group["SecurityGroupId"] for group in described.get("SecurityGroups", ())]
    return {"host": endpoint.get("Address"), "security_group": question.one_group(groups)}


def _check_tls(described: Json) -> None:
    if not described.get("TransitEncryptionEnabled"):
        raise Unfound("it has no encryption in transit, and users connect with TLS only")


def _check_port(question: Question, endpoint: Mapping[str, Json]) -> None:
    check_port(endpoint.get("Port"), question.settings["port"] or _PORTS.get(question.settings["engine"]))


def _groups_of_node(question: Question, name: str) -> Sequence[str]:
    (described,) = question.pages("elasticache", "describe_cache_clusters", "CacheClusters", CacheClusterId=name)
    return [group["SecurityGroupId"] for group in described.get("SecurityGroups", ())]


def _serverless(question: Question, described: Json) -> Mapping[str, Json]:
    """Its reader endpoint has the same name and another port, so that it is no `reader`."""
    endpoint = described.get("Endpoint", {})
    _check_port(question, endpoint)
    group = question.one_group(described.get("SecurityGroupIds", ()))
    return {"host": endpoint.get("Address"), "security_group": group}
