"""W9708: a secret that is written into an environment when it is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linter.own.environments import TYPES, variables_of
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import texts_in

_RESOLVED = re.compile(r"\{\{\s*resolve:(secretsmanager|ssm-secure):")


class ResolvedSecret(OwnRule):
    id = "W9708"
    shortdesc = "No secrets resolved into environment variables"
    description = (
        "A dynamic reference keeps the secret out of the template, but CloudFormation writes its value into the "
        "function, task or build: anyone who may describe that reads it, and a rotated secret stays the old one."
    )
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html"
    tags = (
        "lambda",
        "ecs",
        "codebuild",
        "secrets",
    )
    types = TYPES
    fix = "pass the ARN and read the secret at run time, or use 'Secrets' of the container"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        for variable in variables_of(resource):
            if any(_RESOLVED.search(text) for _, text in texts_in(variable.value)):
                yield variable.path, f"'{variable.name}' is resolved to a secret when it is deployed"
