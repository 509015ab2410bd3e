"""Topics: their ARN, by their name."""

from __future__ import annotations

from deployer.session import Aws


def _topic(aws: Aws, name: str) -> str:
    if name.startswith("arn:"):
        return name
    return f"arn:{aws.s3.meta.partition}:sns:{aws.region}:{aws.account}:{name}"


NAMED = {"AWS::SNS::Topic": _topic}
