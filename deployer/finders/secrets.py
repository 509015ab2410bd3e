"""An existing secret."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    about = question.ask(lambda: question.client("secretsmanager").describe_secret(SecretId=question.id))
    if about.get("DeletedDate"):
        raise Unfound(f"the secret '{question.id}' is about to be deleted")
    return {"id": about["ARN"], "key": question.customer_key(about.get("KmsKeyId"))}
