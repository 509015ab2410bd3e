"""The role of a model's containers, with which SageMaker also fetches image and artifact and writes logs.

Source of the permissions: SageMaker developer guide, "How to use SageMaker AI execution roles", CreateModel API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troposphere import GetAtt, iam

from compiler.program.component import Grant
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role, trust

_LOG_ACTIONS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
_INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
_METRICS = {"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}}
_FOR_SERVICES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}

METRICS = Grant(("cloudwatch:PutMetricData",), ("*",), _METRICS)
"""It takes no resource; the namespace is that of the instances' metrics."""
INTERFACES = Grant(_INTERFACE_ACTIONS, ("*",))
VOLUMES = Grant(("kms:CreateGrant",), (KEY_ARN,), _FOR_SERVICES)
"""For EBS, which decrypts the storage volumes by a grant."""


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
