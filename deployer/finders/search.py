"""An existing domain of OpenSearch Service or collection of OpenSearch Serverless."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound, first, maybe

_SERVERLESS = ":aoss:"


def find(question: Question) -> Mapping[str, Json]:
    """What AWS says of a domain or a collection, by its ARN or by a name that only one of the two has."""
    name = question.id.split("/")[-1]
    domain = collection = None
    if _SERVERLESS not in question.id:
        client = question.client("opensearch")
        domain = maybe(lambda: client.describe_domain(DomainName=name)["DomainStatus"])
    if not question.id.startswith("arn:") or _SERVERLESS in question.id:
        asked = "ids" if question.id.startswith("arn:") else "names"
        answer = question.client("opensearchserverless").batch_get_collection(**{asked: [name]})
        collection = first(answer["collectionDetails"])
    if domain and collection:
        raise Unfound(f"a domain and a collection are called '{name}': set the ARN of one")
    if not domain and not collection:
        raise Unfound(f"there is no domain or collection '{name}' in account {question.account}, {question.region}")
    return _domain(question, domain) if domain else _collection(collection)


def _domain(question: Question, about: Json) -> Mapping[str, Json]:
    if not about.get("DomainEndpointOptions", {}).get("EnforceHTTPS"):
        raise Unfound("it does not enforce HTTPS, and users connect with TLS only")
    inside = about.get("VPCOptions", {})
    if not inside.get("VPCId"):
        return {"id": about["ARN"], "endpoint": about.get("Endpoint")}
    group = question.one_group(inside.get("SecurityGroupIds", ()))
    return {"id": about["ARN"], "endpoint": about.get("Endpoints", {}).get("vpc"), "security_group": group}


def _collection(about: Json) -> Mapping[str, Json]:
    """Which VPC endpoints lead to it, its network policies say, that AWS can't be asked for by collection."""
    host = about.get("collectionEndpoint", "").removeprefix("https://")
    return {"id": about["arn"], "collection": about["name"], "endpoint": host or None}
