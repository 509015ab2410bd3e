"""What `lookup` finds of an existing document database."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.question import Unfound
from tests.deployer.test_lookup_answers import ACCOUNT, GROUPS, Answers, found

SECRET = "arn:aws:secretsmanager:us-east-1:333333333333:secret:shop-AbCdEf"
ALONE = "documents: {main: {existing: {id: shop}}}\n"
TEXT = f"documents: {{main: {{existing: {{id: shop, secret: '{SECRET}'}}}}}}\n"
CLUSTER = {
    "DBClusterArn": f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:shop",
    "Engine": "docdb",
    "Endpoint": "shop.cluster-x",
    "ReaderEndpoint": "shop.cluster-ro-x",
    "Port": 27017,
    "VpcSecurityGroups": GROUPS[:1],
}


def test_a_cluster_by_its_name_or_its_arn(tmp_path: Path) -> None:
    for text in (TEXT, TEXT.replace("id: shop", f"id: '{CLUSTER['DBClusterArn']}'")):
        words = found(tmp_path, text, {"docdb": [("describe_db_clusters", {"DBClusters": [CLUSTER]})]})
        assert words == {
            "id": CLUSTER["DBClusterArn"],
            "host": "shop.cluster-x",
            "reader": "shop.cluster-ro-x",
            "security_group": "sg-10000000",
        }


def test_the_secret_that_documentdb_manages_and_its_key(tmp_path: Path) -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
    managed = {"MasterUserSecret": {"SecretArn": SECRET.replace("333333333333", ACCOUNT)}}
    answers: Answers = {
        "docdb": [("describe_db_clusters", {"DBClusters": [CLUSTER | managed]})],
        "secretsmanager": [("describe_secret", {"KmsKeyId": key})],
        "kms": [("describe_key", {"KeyMetadata": {"KeyId": "k", "Arn": key, "KeyManager": "CUSTOMER"}})],
    }
    words = found(tmp_path, ALONE, answers)
    assert (words["secret"], words["key"]) == (managed["MasterUserSecret"]["SecretArn"], key)


def test_a_cluster_with_a_password_of_its_own_has_no_secret_to_find(tmp_path: Path) -> None:
    with pytest.raises(Unfound, match="set the ARN of a secret as 'secret'"):
        found(tmp_path, ALONE, {"docdb": [("describe_db_clusters", {"DBClusters": [CLUSTER]})]})


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("DBClusterNotFoundFault", "there is no document database 'shop'"),
        ({"DBClusters": [CLUSTER | {"Engine": "neptune"}]}, "there is no document database 'shop'"),
        ({"DBClusters": [CLUSTER | {"Port": 27018}]}, "it listens on port 27018, not 27017"),
        ({"DBClusters": [CLUSTER | {"VpcSecurityGroups": GROUPS}]}, "it has the security groups sg-10000000"),
    ],
)
def test_a_cluster_of_which_not_all_is_told(tmp_path: Path, answer: Json, told: str) -> None:
    with pytest.raises(Unfound) as caught:
        found(tmp_path, TEXT, {"docdb": [("describe_db_clusters", answer)]})
    assert str(caught.value).startswith(told)
