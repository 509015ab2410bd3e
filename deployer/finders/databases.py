"""An existing instance or cluster of RDS."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound, check_port, first, maybe, secret_key

_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
"""The port of an engine where the spec sets none."""


def find(question: Question) -> Mapping[str, Json]:
    """An instance or a cluster of RDS, and the key of its secret."""
    attributes = dict(_of_rds(question)) if question.id else {}
    return attributes | {"key": secret_key(question, question.attributes.get("secret") or attributes.get("secret"))}


def _of_rds(question: Question) -> Mapping[str, Json]:
    name, client = question.id.split(":")[-1], question.client("rds")
    cluster = instance = None
    if ":db:" not in question.id:
        cluster = maybe(lambda: first(client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]))
    if ":cluster:" not in question.id:
        instance = maybe(lambda: first(client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]))
    if cluster and instance:
        raise Unfound(f"a cluster and an instance are called '{name}': set the ARN of one")
    if not cluster and not instance:
        raise Unfound(f"there is no database '{name}' in account {question.account}, {question.region}")
    return _cluster(question, cluster) if cluster else _instance(question, instance)


def _cluster(question: Question, described: Json) -> Mapping[str, Json]:
    hosts = {"host": described.get("Endpoint"), "reader": described.get("ReaderEndpoint")}
    return {"id": described["DBClusterArn"], **hosts, **_common(question, described, described.get("Port"))}


def _instance(question: Question, described: Json) -> Mapping[str, Json]:
    if described.get("DBClusterIdentifier"):
        cluster = described["DBClusterIdentifier"]
        raise Unfound(f"'{described['DBInstanceIdentifier']}' is a member of the cluster '{cluster}': set that one")
    endpoint = described.get("Endpoint", {})
    return {
        "id": described["DBInstanceArn"],
        "host": endpoint.get("Address"),
        **_common(question, described, endpoint.get("Port")),
    }


def _common(question: Question, described: Json, port: int | None) -> Mapping[str, Json]:
    settings = question.settings
    check_port(port, settings["port"] or _PORTS.get(settings["engine"]))
    groups = [group["VpcSecurityGroupId"] for group in described.get("VpcSecurityGroups", ())]
    secret = described.get("MasterUserSecret", {}).get("SecretArn")
    if not secret and question.wants("secret"):
        raise Unfound("RDS does not manage its password: set the ARN of a secret as 'secret'")
    return {"secret": secret, "security_group": question.one_group(groups)}
