"""The image that a deployed resource has now, by its type.

Sources: Amazon ECS API reference, DescribeServices and DescribeTaskDefinition (of a family: its newest active
revision); AWS Lambda API reference, GetFunction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from botocore.exceptions import ClientError

from deployer.faults import error_code, read
from deployer.session import Aws

Reader: TypeAlias = Callable[[Aws, str, str], str]
_GONE = frozenset(
    ("ClientException", "ClusterNotFoundException", "ResourceNotFoundException", "ServiceNotFoundException")
)


def image_now(aws: Aws, resource_type: str, physical_id: str, part: str) -> str:
    """Address of the image; empty where the resource, or its container `part`, is not there any more."""
    try:
        return _READERS[resource_type](aws, physical_id, part)
    except ClientError as fault:
        if error_code(fault) not in _GONE:
            raise
        return ""


def _of_service(aws: Aws, arn: str, container: str) -> str:
    cluster = arn.split("/")[-2] if arn.count("/") > 1 else "default"
    ecs = aws.client("ecs", aws.region)
    found = read(lambda: ecs.describe_services(cluster=cluster, services=[arn]))["services"]
    return _of_definition(aws, found[0]["taskDefinition"], container) if found else ""


def _of_family(aws: Aws, arn: str, container: str) -> str:
    return _of_definition(aws, arn.rpartition("/")[2].partition(":")[0], container)


def _of_definition(aws: Aws, name: str, container: str) -> str:
    ecs = aws.client("ecs", aws.region)
    definition = read(lambda: ecs.describe_task_definition(taskDefinition=name))["taskDefinition"]
    images = {one["name"]: one["image"] for one in definition["containerDefinitions"]}
    return str(images.get(container, ""))


def _of_function(aws: Aws, name: str, part: str) -> str:
    answer = read(lambda: aws.client("lambda", aws.region).get_function(FunctionName=name))
    return str(answer.get("Code", {}).get("ImageUri", ""))


_READERS: Mapping[str, Reader] = {
    "AWS::ECS::Service": _of_service,
    "AWS::ECS::TaskDefinition": _of_family,
    "AWS::Lambda::Function": _of_function,
}
