"""An existing KMS key."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    """The ARN of a key. An alias may come to stand for another key: what is written down is the key itself."""
    about = question.ask(lambda: question.client("kms").describe_key(KeyId=question.id))["KeyMetadata"]
    if about.get("KeyManager") != "CUSTOMER":
        raise Unfound(f"'{question.id}' is an AWS managed key, whose policy can't be changed")
    if about.get("KeyState") != "Enabled":
        raise Unfound(f"the key is {about.get('KeyState')}, not Enabled")
    return {"id": about["Arn"]}
