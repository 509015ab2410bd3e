"""`AWS::SNS::Topic` as a component of `topics`, where it has nothing else."""

from __future__ import annotations

from compiler.source.json_value import Json

TYPE = "AWS::SNS::Topic"
SECTION = "topics"
ATTRIBUTES = {"": "arn", "TopicArn": "arn", "TopicName": "name"}
POLICY = ("AWS::SNS::TopicPolicy", "Topics")


def native(properties: dict[str, Json]) -> dict[str, Json] | None:
    """The settings; None where a property has no setting."""
    known = {"TopicName", "DisplayName", "FifoTopic", "ContentBasedDeduplication", "Subscription"}
    if not properties.keys() <= known:
        return None
    settings: dict[str, Json] = {}
    if str(properties.get("FifoTopic")).lower() == "true":
        settings["fifo"] = True
        settings["content_deduplication"] = str(properties.get("ContentBasedDeduplication")).lower() == "true"
    if properties.get("DisplayName"):
        settings["display_name"] = str(properties["DisplayName"])
    addresses = [_address(one) for one in properties.get("Subscription", ())]
    if not all(addresses):
        return None
    return {**settings, "email": addresses} if addresses else settings


def _address(subscription: Json) -> str:
    """Of a subscription by email; empty for any other one."""
    endpoint = subscription.get("Endpoint")
    return endpoint if subscription.get("Protocol") == "email" and isinstance(endpoint, str) else ""
