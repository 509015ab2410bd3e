"""What the Cluster Autoscaler may do: look at everything, and change the node groups of this cluster.

Source: Cluster Autoscaler on AWS, cluster-autoscaler/cloudprovider/aws/README.md, "Full Cluster Autoscaler Features
Policy". EKS tags the Auto Scaling group of a managed node group with the name of its cluster (Amazon EKS user guide,
"Simplify node lifecycle with managed node groups").
"""

from __future__ import annotations

from troposphere import Ref, Sub

from compiler.kinds.clusters.settings import ClusterSettings
from compiler.program.component import Capability, Grant

_LOOKED_AT = tuple(
    f"autoscaling:Describe{one}"
    for one in ("AutoScalingGroups", "AutoScalingInstances", "LaunchConfigurations", "ScalingActivities", "Tags")
) + tuple(
    f"ec2:{one}"
    for one in (
        *("DescribeImages", "DescribeInstanceTypes", "DescribeLaunchTemplateVersions"),
        "GetInstanceTypesFromInstanceRequirements",
    )
)
_CHANGES = ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup")


def scaling(cluster: ClusterSettings) -> Capability:
    name, place = Ref(cluster.main_id), "${AWS::Region}:${AWS::AccountId}"
    groups = Sub(f"arn:${{AWS::Partition}}:autoscaling:{place}:autoScalingGroup:*:autoScalingGroupName/*")
    nodes = Sub(f"arn:${{AWS::Partition}}:eks:{place}:nodegroup/${{Cluster}}/*", Cluster=name)
    own = {"StringEquals": {"aws:ResourceTag/eks:cluster-name": name}}
    grants = (Grant(_CHANGES, (groups,), own), Grant(("eks:DescribeNodegroup",), (nodes,)), Grant(_LOOKED_AT, ("*",)))
    return Capability(grants=grants, environment={"NAME": name})
