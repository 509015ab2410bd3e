"""Deploy actions of CodePipeline on one machine: what AWS does by their configuration, done in the sandbox.

Source: CodePipeline user guide, action reference of AWS CloudFormation, Amazon ECS, Amazon S3
deploy and AWS Lambda deploy. The sandbox runs no tasks, so nobody waits for them.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from compiler.source.json_value import Json
from tests.deployer.sandbox_account import Account


class Failed(Exception):
    """An action ended as failed; its text is what it wrote."""


@dataclass(frozen=True)
class Deployment:
    """One action: its configuration, all artefacts, and the one that it takes."""

    account: Account
    said: Mapping[str, str]
    artifacts: Mapping[str, Path]
    taken: Path | None

    @property
    def files(self) -> Iterator[tuple[str, bytes]]:
        assert self.taken
        for file in sorted(self.taken.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(self.taken)), file.read_bytes()


def to_stack(action: Deployment) -> None:
    {"CHANGE_SET_REPLACE": _make_change_set, "CHANGE_SET_EXECUTE": _execute}[action.said["ActionMode"]](action)


def _make_change_set(action: Deployment) -> None:
    """In place of one of the same name, for a stack that may not be there yet."""
    said, stacks = action.said, action.account.stacks
    name = {"StackName": said["StackName"], "ChangeSetName": said["ChangeSetName"]}
    parameters, tags = _template_configuration(action)
    there = _exists(action.account, said["StackName"])
    if there:
        stacks.delete_change_set(**name)
    stacks.create_change_set(
        **name,
        ChangeSetType="UPDATE" if there else "CREATE",
        TemplateURL=action.account.upload("packaged", json.loads(_file(action, said["TemplatePath"]))),
        Parameters=parameters,
        Tags=tags,
        Capabilities=said["Capabilities"].split(","),
        RoleARN=said["RoleArn"],
    )


def _execute(action: Deployment) -> None:
    said = action.said
    action.account.stacks.execute_change_set(StackName=said["StackName"], ChangeSetName=said["ChangeSetName"])
    status = action.account.settled(said["StackName"])["StackStatus"]
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise Failed(status)


def _template_configuration(action: Deployment) -> tuple[list[Json], list[Json]]:
    place = action.said.get("TemplateConfiguration")
    read = json.loads(_file(action, place)) if place else {}
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in read.get("Parameters", {}).items()]
    return parameters, [{"Key": key, "Value": value} for key, value in read.get("Tags", {}).items()]


def _file(action: Deployment, place: str) -> str:
    artifact, path = place.split("::")
    return (action.artifacts[artifact] / path).read_text()


def _exists(account: Account, stack: str) -> bool:
    listed = account.stacks.describe_stacks()["Stacks"]
    return any(one["StackName"] == stack and one["StackStatus"] != "REVIEW_IN_PROGRESS" for one in listed)


def to_bucket(action: Deployment) -> None:
    assert action.said["Extract"] == "true"
    cached = {"CacheControl": action.said["CacheControl"]} if "CacheControl" in action.said else {}
    for key, body in action.files:
        action.account.client("s3").put_object(Bucket=action.said["BucketName"], Key=key, Body=body, **cached)


def to_function(action: Deployment) -> None:
    """A version of the artefact, and the alias moved to it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, body in action.files:
            archive.writestr(name, body)
    client, function = action.account.client("lambda"), action.said["FunctionName"]
    code = {"ZipFile": packed.getvalue(), "Publish": True}
    version = client.update_function_code(FunctionName=function, **code)["Version"]
    if "FunctionAlias" in action.said:
        client.update_alias(FunctionName=function, Name=action.said["FunctionAlias"], FunctionVersion=version)


def to_service(action: Deployment) -> None:
    """A revision of the service's task definition with the images of the file, and the service with that."""
    client, said = action.account.client("ecs"), action.said
    (service,) = client.describe_services(cluster=said["ClusterName"], services=[said["ServiceName"]])["services"]
    last = client.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    images = {one["name"]: one["imageUri"] for one in json.loads(dict(action.files)[said["FileName"]])}
    containers = [{**one, "image": images.pop(one["name"], one["image"])} for one in last["containerDefinitions"]]
    assert not images, "a container of the file that the service does not have"
    kept = {key: last[key] for key in _REGISTERED if last.get(key)}
    made = client.register_task_definition(containerDefinitions=containers, **kept)["taskDefinition"]
    client.update_service(
        cluster=said["ClusterName"], service=said["ServiceName"], taskDefinition=made["taskDefinitionArn"]
    )


_REGISTERED = ("family", "taskRoleArn", "executionRoleArn", "networkMode", "cpu", "memory", "requiresCompatibilities")
DEPLOYS: Mapping[str, Callable[[Deployment], None]] = {
    "CloudFormation": to_stack,
    "ECS": to_service,
    "Lambda": to_function,
    "S3": to_bucket,
}
"""Provider → what it does."""
