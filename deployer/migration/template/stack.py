"""A deployed stack as what is converted: its template, the values of its parameters, its physical ids."""

from __future__ import annotations

import json

from compiler.source.document import Document
from compiler.source.json_value import Json
from compiler.source.load import parsed
from deployer.deployed import find_stack, stack_resources
from deployer.errors import refused
from deployer.faults import explained, read
from deployer.migration.addons.short_forms import long_forms
from deployer.migration.template.given import Given, sound
from deployer.session import Aws


@explained("reading the stack")
def given_stack(aws: Aws, name: str, environment: str) -> tuple[Given, str]:
    """The stack, and its template as text, of which the report has the lines. Raises `DeployError` if there is none."""
    stack = find_stack(aws, name)
    if stack is None:
        raise refused(f"there is no stack '{name}' in {aws.region}", "name another one, or --region", "not-deployed")
    answer = read(lambda: aws.cloudformation.get_template(StackName=stack.id, TemplateStage="Processed"))
    text = _text(answer["TemplateBody"])
    physical = {one.logical_id: one.physical_id for one in stack_resources(aws, stack.id) if one.physical_id}
    document = sound(_document(f"{stack.name}.template", text))
    given = Given(document, stack.name, environment, aws.region, stack.parameters, physical, aws.account)
    return given, text


def _text(body: Json) -> str:
    """As it was written: boto3 has parsed what is JSON."""
    return body if isinstance(body, str) else json.dumps(body, indent=2) + "\n"


def _document(file: str, text: str) -> Document:
    return parsed(file, text, long_forms)
