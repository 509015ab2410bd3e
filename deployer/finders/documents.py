"""An existing cluster of DocumentDB."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound, check_port, first, maybe, secret_key

_ENGINE = "docdb"


def find(question: Question) -> Mapping[str, Json]:
    """A cluster of instances, and the key of its secret."""
    found = dict(_cluster(question)) if question.id else {}
    return found | {"key": secret_key(question, question.attributes.get("secret") or found.get("secret"))}


def _cluster(question: Question) -> Mapping[str, Json]:
    """The API answers for clusters of RDS and Neptune too."""
    client, name = question.client("docdb"), question.name
    about = maybe(lambda: first(client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]))
    if not about or about.get("Engine") != _ENGINE:
        raise Unfound(f"there is no document database '{name}' in account {question.account}, {question.region}")
    check_port(about.get("Port"), question.settings["port"])
    groups = [one["VpcSecurityGroupId"] for one in about.get("VpcSecurityGroups", ())]
    secret = about.get("MasterUserSecret", {}).get("SecretArn")
    if not secret and question.wants("secret"):
        raise Unfound("DocumentDB does not manage its password: set the ARN of a secret as 'secret'")
    return {
        "id": about["DBClusterArn"],
        "host": about.get("Endpoint"),
        "reader": about.get("ReaderEndpoint"),
        "secret": secret,
        "security_group": question.one_group(groups),
    }
