"""What `lookup` finds of existing domains and collections, from scripted answers of AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.question import Unfound
from tests.deployer.test_lookup_answers import ACCOUNT, found

NAMED = "search: {people: {existing: {id: people}}}\n"
DOMAIN_ARN = f"arn:aws:es:us-east-1:{ACCOUNT}:domain/people"
COLLECTION_ARN = f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/abc123"
COLLECTION = {
    "arn": COLLECTION_ARN,
    "name": "people",
    "collectionEndpoint": "https://abc123.us-east-1.aoss.amazonaws.com",
}
NONE: tuple[str, Json] = ("batch_get_collection", {"collectionDetails": []})
NO_DOMAIN = ("describe_domain", "ResourceNotFoundException")


def domain(**more: Json) -> tuple[str, Json]:
    about = {
        "DomainId": "1/people",
        "DomainName": "people",
        "ARN": DOMAIN_ARN,
        "ClusterConfig": {},
        "DomainEndpointOptions": {"EnforceHTTPS": True},
        **more,
    }
    return "describe_domain", {"DomainStatus": about}


def inside(*groups: str) -> Json:
    return {"VPCOptions": {"VPCId": "vpc-1", "SecurityGroupIds": [*groups]}, "Endpoints": {"vpc": "vpc-people.es"}}


def test_a_domain_in_a_network(tmp_path: Path) -> None:
    answers = {"opensearch": [domain(**inside("sg-10000000"))], "opensearchserverless": [NONE]}
    assert found(tmp_path, NAMED, answers) == {
        "id": DOMAIN_ARN,
        "endpoint": "vpc-people.es",
        "security_group": "sg-10000000",
    }


def test_a_domain_by_its_arn_and_outside_of_a_network(tmp_path: Path) -> None:
    text = f"search: {{people: {{network: false, existing: {{id: '{DOMAIN_ARN}'}}}}}}\n"
    assert found(tmp_path, text, {"opensearch": [domain(Endpoint="people.es")]}) == {
        "id": DOMAIN_ARN,
        "endpoint": "people.es",
    }


def test_a_collection_by_its_name(tmp_path: Path) -> None:
    answer = ("batch_get_collection", {"collectionDetails": [COLLECTION]})
    assert found(tmp_path, NAMED, {"opensearch": [NO_DOMAIN], "opensearchserverless": [answer]}) == {
        "id": COLLECTION_ARN,
        "collection": "people",
        "endpoint": "abc123.us-east-1.aoss.amazonaws.com",
    }


def test_a_collection_by_its_arn(tmp_path: Path) -> None:
    answer = ("batch_get_collection", {"collectionDetails": [COLLECTION]})
    text = f"search: {{people: {{existing: {{id: '{COLLECTION_ARN}'}}}}}}\n"
    assert found(tmp_path, text, {"opensearchserverless": [answer]})["collection"] == "people"


@pytest.mark.parametrize(
    ("of_domains", "of_collections", "told"),
    [
        (NO_DOMAIN, NONE, "there is no domain or collection 'people'"),
        (
            domain(),
            ("batch_get_collection", {"collectionDetails": [COLLECTION]}),
            "a domain and a collection are called 'people'",
        ),
        (domain(DomainEndpointOptions={"EnforceHTTPS": False}), NONE, "it does not enforce HTTPS"),
        (domain(**inside("sg-10000000", "sg-20000000")), NONE, "it has the security groups sg-10000000, sg-20000000"),
    ],
)
def test_what_can_not_be_told(
    tmp_path: Path, of_domains: tuple[str, Json], of_collections: tuple[str, Json], told: str
) -> None:
    with pytest.raises(Unfound) as caught:
        found(tmp_path, NAMED, {"opensearch": [of_domains], "opensearchserverless": [of_collections]})
    assert str(caught.value).startswith(told)
