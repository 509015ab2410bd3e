"""An existing SES identity."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    about = question.ask(lambda: question.client("sesv2").get_email_identity(EmailIdentity=question.id))
    return {"configuration_set": about.get("ConfigurationSetName")}
