"""The role of a model's containers, with which SageMaker also fetches image and artifact and writes logs.

Source of the permissions: SageMaker developer guide, "How to use SageMaker AI execution roles", CreateModel API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troposphere import GetAtt, Sub, iam

from compiler.program.component import Grant, Platform
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role, trust
from compiler.shared.subnets import private_subnets

_LOG_ACTIONS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
_LOOK = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
"""They take no resource (service authorization reference of EC2)."""
_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)
_METRICS = {"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}}
_FOR_SERVICES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}

METRICS = Grant(("cloudwatch:PutMetricData",), ("*",), _METRICS)
"""It takes no resource; the namespace is that of the instances' metrics."""
VOLUMES = Grant(("kms:CreateGrant",), (KEY_ARN,), _FOR_SERVICES)
"""For EBS, which decrypts the storage volumes by a grant."""


def interface_grants(platform: Platform, security_group_id: str) -> Iterator[tuple[str, Grant]]:
    """Network interfaces in the private subnets, with the model's own security group."""
    place = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}"
    subnets = [f"subnet/${{{one.data['Ref']}}}" for one in private_subnets(platform)]
    parts = ("network-interface/*", *subnets, f"security-group/${{{security_group_id}.GroupId}}")
    yield "NetworkInterfaces", Grant(_LOOK, ("*",))
    yield "NetworkInterfacesOfTheModel", Grant(_INTERFACES, tuple(Sub(f"{place}:{part}") for part in parts))


def execution_role(logical_id: str, log_group_id: str, grants: Iterable[tuple[str, Grant]]) -> iam.Role:
    """May write to its log group and do what `grants` say, by statement id."""
    log = Grant(_LOG_ACTIONS, (GetAtt(log_group_id, "Arn"),))
    return role(logical_id, trust("sagemaker.amazonaws.com"), [policy("run", [("Logs", log), *grants])])


def together(sid: str, grants: Iterable[Grant]) -> Iterator[tuple[str, Grant]]:
    """One statement for the grants with the same actions and conditions, numbered from the second on."""
    alike: list[Grant] = []
    for grant in grants:
        index = next((number for number, one in enumerate(alike) if _access(one) == _access(grant)), len(alike))
        known = alike[index].resources if index < len(alike) else ()
        resources = (*known, *(one for one in grant.resources if one not in known))
        alike[index : index + 1] = [Grant(grant.actions, resources, grant.conditions)]
    yield from ((f"{sid}{number if number > 1 else ''}", grant) for number, grant in enumerate(alike, 1))


def _access(grant: Grant) -> tuple[object, object]:
    return grant.actions, grant.conditions
