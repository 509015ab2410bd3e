"""An existing instance or cluster of RDS."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound, check_port, first, maybe, secret_key

_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
"""What an engine listens on when the spec says no port."""


def find(question: Question) -> Mapping[str, Json]:
    """An instance or a cluster of RDS, and the key of its secret."""
    found = dict(_of_rds(question)) if question.id else {}
    return found | {"key": secret_key(question, question.thing.said.get("secret") or found.get("secret"))}


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
    check_port(port, settings["port"] or _PORTS.get(settings["engine"]))
    groups = [one["VpcSecurityGroupId"] for one in about.get("VpcSecurityGroups", ())]
    secret = about.get("MasterUserSecret", {}).get("SecretArn")
    if not secret and question.wants("secret"):
        raise Unfound("RDS does not manage its password: set the ARN of a secret as 'secret'")
    return {"secret": secret, "security_group": question.one_group(groups)}
