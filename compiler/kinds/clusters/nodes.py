"""Managed node groups: launch template, role and group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, Tags, ec2, eks, iam

from compiler.kinds.clusters.rules import on_graviton
from compiler.kinds.clusters.settings import ClusterSettings, Nodes, Taint, aws_policy
from compiler.program.component import Platform
from compiler.shared.subnets import private_subnets
from compiler.source.json_value import Json

_POLICIES = ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy")
"""Not AmazonEKS_CNI_Policy, which only the add-on needs (Amazon EKS user guide, "Amazon EKS node IAM role")."""
_EFFECTS = {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}
_SYSTEM, _DATA = "/dev/xvda", "/dev/xvdb"


def node_groups(cluster: ClusterSettings, platform: Platform, after: Sequence[str]) -> Iterator[AWSObject]:
    """The node groups, which wait for `after`: without its network a node never gets ready."""
    if cluster.nodes:
        yield iam.Role(
            cluster.part("NodeRole"),
            AssumeRolePolicyDocument=instance_trust(),
            ManagedPolicyArns=[aws_policy(name) for name in _POLICIES],
        )
    for name in sorted(cluster.nodes):
        yield _launch_template(cluster, platform, name)
        yield _group(cluster, platform, name, after)


def group_ids(cluster: ClusterSettings) -> list[str]:
    return [cluster.part(name, "Nodes") for name in sorted(cluster.nodes)]


def instance_trust() -> PolicyDocument:
    """Without aws:SourceAccount, which EC2 does not send; iam:PassRole keeps a role to its own account."""
    instances = Principal("Service", "ec2.amazonaws.com")
    statement = Statement(Effect=Allow, Principal=instances, Action=[Action("sts", "AssumeRole")])
    return PolicyDocument(Version="2012-10-17", Statement=[statement])


def _launch_template(cluster: ClusterSettings, platform: Platform, name: str) -> ec2.LaunchTemplate:
    """No pod reaches the metadata of its node; EKS adds image, user data and the cluster's security group."""
    label = Tags(Name=f"{platform.name}-{platform.environment}-{cluster.name}-{name}")
    return ec2.LaunchTemplate(
        cluster.part(name, "Template"),
        LaunchTemplateData=ec2.LaunchTemplateData(
            BlockDeviceMappings=_volumes(cluster.nodes[name]),
            MetadataOptions=ec2.MetadataOptions(
                HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1
            ),
            TagSpecifications=[ec2.TagSpecifications(ResourceType=kind, Tags=label) for kind in ("instance", "volume")],
        ),
    )


def _volumes(nodes: Nodes) -> list[ec2.LaunchTemplateBlockDeviceMapping]:
    """Bottlerocket has its system on a volume of its own (Bottlerocket guide, storage)."""
    if nodes.image.startswith("bottlerocket"):
        return [_volume(_SYSTEM), _volume(_DATA, nodes.storage)]
    return [_volume(_SYSTEM, nodes.storage)]


def _volume(device: str, size: int | None = None) -> ec2.LaunchTemplateBlockDeviceMapping:
    """With AWS's own key: another key's policy would have to name the service-linked role of Auto Scaling.

    Source: EC2 Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes".
    """
    sized = {"VolumeSize": size} if size else {}
    return ec2.LaunchTemplateBlockDeviceMapping(
        DeviceName=device, Ebs=ec2.EBSBlockDevice(DeleteOnTermination=True, Encrypted=True, VolumeType="gp3", **sized)
    )


def _group(cluster: ClusterSettings, platform: Platform, name: str, after: Sequence[str]) -> eks.Nodegroup:
    nodes, template = cluster.nodes[name], cluster.part(name, "Template")
    least = nodes.min if nodes.desired is None else nodes.desired
    return eks.Nodegroup(
        cluster.part(name, "Nodes"),
        ClusterName=Ref(cluster.main_id),
        Version=cluster.version,
        NodeRole=GetAtt(cluster.part("NodeRole"), "Arn"),
        Subnets=private_subnets(platform),
        AmiType=_image(nodes),
        CapacityType="SPOT" if nodes.spot else "ON_DEMAND",
        InstanceTypes=list(nodes.instances),
        LaunchTemplate=eks.LaunchTemplateSpecification(
            Id=Ref(template), Version=GetAtt(template, "LatestVersionNumber")
        ),
        ScalingConfig=eks.ScalingConfig(MinSize=nodes.min, MaxSize=nodes.max, DesiredSize=least),
        UpdateConfig=eks.UpdateConfig(MaxUnavailablePercentage=nodes.unavailable_percent),
        NodeRepairConfig=eks.NodeRepairConfig(Enabled=nodes.repair),
        DependsOn=list(after),
        **_marks(nodes),
    )


def _image(nodes: Nodes) -> str:
    family, _, gpu = nodes.image.partition("-")
    processor = "ARM_64" if on_graviton(nodes.instances[0]) else "x86_64"
    if family == "bottlerocket":
        return f"BOTTLEROCKET_{processor}{'_NVIDIA' if gpu else ''}"
    return f"AL2023_{processor}_{'NVIDIA' if gpu else 'STANDARD'}"


def _marks(nodes: Nodes) -> Mapping[str, Json]:
    found: dict[str, Json] = {"Labels": dict(nodes.labels)} if nodes.labels else {}
    if nodes.taints:
        found["Taints"] = [_taint(key, taint) for key, taint in sorted(nodes.taints.items())]
    return found


def _taint(key: str, taint: Taint) -> eks.Taint:
    value = {"Value": taint.value} if taint.value else {}
    return eks.Taint(Key=key, Effect=_EFFECTS[taint.effect], **value)
