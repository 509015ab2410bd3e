"""W9707: a variable with a secret in it."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.variable_rules import variable_warnings
from linter.own.environments import TYPES, variables_of
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule


class SecretVariable(OwnRule):
    id = "W9707"
    shortdesc = "No secrets in environment variables"
    description = (
        "The variable looks like a password, key or token by its name or its value. It can be read in the template "
        "and by anyone who may describe the function, task or build."
    )
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"
    tags = (
        "lambda",
        "ecs",
        "codebuild",
        "secrets",
    )
    types = TYPES
    fix = "put it into Secrets Manager, and have the code or the service read it"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        for variable in variables_of(resource):
            text = variable.value if isinstance(variable.value, str) else ""
            if "{{resolve:" not in text and any(True for _ in variable_warnings({variable.name: text}, ())):
                yield variable.path, f"'{variable.name}' looks like a secret"
