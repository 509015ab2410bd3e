"""E9706: a secret that everybody with the template has."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import pattern


class LiteralSecret(OwnRule):
    id = "E9706"
    shortdesc = "No secrets in templates"
    description = (
        "The value of a secret stands in the template, in its repository and in the history of the stack, where "
        "anyone who may read those reads it."
    )
    source_url = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html"
    tags = (
        "secretsmanager",
        "secrets",
    )
    types = ("AWS::SecretsManager::Secret",)
    fix = "use 'GenerateSecretString', or a parameter with NoEcho"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        text = pattern(resource.get("SecretString"))
        if text and "${" not in text and "{{resolve:" not in text and text.strip() not in ("{}", '""'):
            yield ("Properties", "SecretString"), "'SecretString' is a literal"
