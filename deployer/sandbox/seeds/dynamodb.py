"""Tables. Their keys are not known to the spec: the stand-in has the key id."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _table(wanted: Wanted) -> Properties:
    stream = {"StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"}} if wanted.settings.get("stream") else {}
    return {
        "TableName": wanted.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        **stream,
    }


SEEDS = {"AWS::DynamoDB::Table": Seed(("dynamodb", "_tables"), _table, looks=arn("dynamodb", "table/"))}
