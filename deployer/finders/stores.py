"""Endpoints, secrets and security groups of databases, caches and file systems that are there already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from compiler.source.json_value import Json
from deployer.finders.question import Question, Unfound, maybe

_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
"""What an engine listens on when the spec says no port."""


def database(question: Question) -> Mapping[str, Json]:
    """An instance or a cluster of RDS, and the key of its secret."""
    found = dict(_of_rds(question)) if question.id else {}
    return found | {"key": secret_key(question, question.thing.said.get("secret") or found.get("secret"))}


def secret_key(question: Question, secret: str | None) -> str | None:
    """The customer's key of a secret, by its ARN. Raises `Unfound` when there is no such secret."""
    if not secret or not question.wants("key") or secret.split(":")[4] != question.aws.account:
        return None
    client = question.aws.client("secretsmanager", secret.split(":")[3])
    about = maybe(lambda: client.describe_secret(SecretId=secret))
    if about is None:
        raise Unfound(f"there is no secret '{secret}'")
    return question.customer_key(about.get("KmsKeyId"))


def _of_rds(question: Question) -> Mapping[str, Json]:
    name, client = question.id.split(":")[-1], question.client("rds")
    cluster = instance = None
    if ":db:" not in question.id:
        cluster = maybe(lambda: _first(client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]))
    if ":cluster:" not in question.id:
        instance = maybe(lambda: _first(client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]))
    if cluster and instance:
        raise Unfound(f"a cluster and an instance are called '{name}': set the ARN of one")
    if not cluster and not instance:
        raise Unfound(f"there is no database '{name}' in account {question.account}, {question.region}")
    return _cluster(question, cluster) if cluster else _instance(question, instance)


def _first(items: Sequence[Json]) -> Json:
    return items[0] if items else None


def _cluster(question: Question, about: Json) -> Mapping[str, Json]:
    hosts = {"host": about.get("Endpoint"), "reader": about.get("ReaderEndpoint")}
    return {"id": about["DBClusterArn"], **hosts, **_common(question, about, about.get("Port"))}


def _instance(question: Question, about: Json) -> Mapping[str, Json]:
    if about.get("DBClusterIdentifier"):
        cluster = about["DBClusterIdentifier"]
        raise Unfound(f"'{about['DBInstanceIdentifier']}' is a member of the cluster '{cluster}': set that one")
    endpoint = about.get("Endpoint", {})
    return {
        "id": about["DBInstanceArn"],
        "host": endpoint.get("Address"),
        **_common(question, about, endpoint.get("Port")),
    }


def _common(question: Question, about: Json, port: int | None) -> Mapping[str, Json]:
    settings = question.thing.settings
    _check_port(port, settings["port"] or _PORTS.get(settings["engine"]))
    groups = [one["VpcSecurityGroupId"] for one in about.get("VpcSecurityGroups", ())]
    secret = about.get("MasterUserSecret", {}).get("SecretArn")
    if not secret and question.wants("secret"):
        raise Unfound("RDS does not manage its password: set the ARN of a secret as 'secret'")
    return {"secret": secret, "security_group": question.one_group(groups)}


def _check_port(port: int | None, said: int | None) -> None:
    if port and said and port != said:
        raise Unfound(f"it listens on port {port}, not {said}: set 'port: {port}' beside 'existing'")


def cache(question: Question) -> Mapping[str, Json]:
    """A replication group or a serverless cache, and the key of the secret that the spec says."""
    found = dict(_of_elasticache(question)) if question.id else {}
    return found | {"key": secret_key(question, question.thing.said.get("secret"))}


def _of_elasticache(question: Question) -> Mapping[str, Json]:
    client, name = question.client("elasticache"), question.id
    group = maybe(lambda: _first(client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]))
    serverless = maybe(lambda: _first(client.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]))
    if group and serverless:
        raise Unfound(f"a replication group and a serverless cache are called '{name}': set 'host'")
    if not group and not serverless:
        raise Unfound(f"there is no cache '{name}' in account {question.account}, {question.region}")
    return _replication_group(question, group) if group else _serverless(question, serverless)


def _replication_group(question: Question, about: Json) -> Mapping[str, Json]:
    if not about.get("TransitEncryptionEnabled"):
        raise Unfound("it has no encryption in transit, and users connect with TLS only")
    node = _first(about.get("NodeGroups", ())) or {}
    main = about.get("ConfigurationEndpoint") or node.get("PrimaryEndpoint", {})
    reader = {} if about.get("ConfigurationEndpoint") else node.get("ReaderEndpoint", {})
    _check_port(main.get("Port"), question.thing.settings["port"])
    groups = [group for name in about.get("MemberClusters", ()) for group in _groups_of_node(question, name)]
    return {
        "host": main.get("Address"),
        "reader": reader.get("Address"),
        "security_group": question.one_group(groups),
    }


def _groups_of_node(question: Question, name: str) -> Sequence[str]:
    (about,) = question.pages("elasticache", "describe_cache_clusters", "CacheClusters", CacheClusterId=name)
    return [one["SecurityGroupId"] for one in about.get("SecurityGroups", ())]


def _serverless(question: Question, about: Json) -> Mapping[str, Json]:
    """Its reader endpoint has the same name and another port, so that it is no `reader`."""
    endpoint = about.get("Endpoint", {})
    _check_port(endpoint.get("Port"), question.thing.settings["port"])
    group = question.one_group(about.get("SecurityGroupIds", ()))
    return {"host": endpoint.get("Address"), "security_group": group}


def filesystem(question: Question) -> Mapping[str, Json]:
    """The security group of an EFS file system's mount targets, and its access points."""
    of_it = {"FileSystemId": question.id}
    targets = question.pages("efs", "describe_mount_targets", "MountTargets", **of_it)
    groups = [group for one in targets for group in _groups(question, one["MountTargetId"])]
    points = question.pages("efs", "describe_access_points", "AccessPoints", **of_it)
    return {"security_group": question.one_group(groups), "access_points": access_points(points)}


def _groups(question: Question, mount_target: str) -> list[str]:
    client = question.client("efs")
    answer = question.ask(lambda: client.describe_mount_target_security_groups(MountTargetId=mount_target))
    return list(answer["SecurityGroups"])


def access_points(points: Iterable[Json]) -> dict[str, str]:
    """Word → id: by name, else by the last folder of the path; by the id where two would have one word."""
    there = [one for one in points if one.get("LifeCycleState") == "available"]
    words = [_word(one) for one in there]
    return {
        word if word and words.count(word) == 1 else one["AccessPointId"]: one["AccessPointId"]
        for word, one in zip(words, there, strict=True)
    }


def _word(point: Json) -> str:
    """Lower-case words joined by hyphens, as names of components are; empty where nothing gives one."""
    folder = point.get("RootDirectory", {}).get("Path", "").rstrip("/").split("/")[-1]
    words = re.findall("[a-z0-9]+", (point.get("Name") or folder).lower())
    name = "-".join(words)[:32].rstrip("-")
    return name if re.match("[a-z]", name) else ""
