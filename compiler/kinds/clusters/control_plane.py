"""The control plane: cluster, its role, the log group before it, and the provider of its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, ArnLike, Condition, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, eks, iam

from compiler.kinds.clusters.nodes import instance_trust
from compiler.kinds.clusters.settings import ClusterSettings, aws_policy
from compiler.program.component import Platform
from compiler.shared.logs import Logs, log_group
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.subnets import private_subnets
from compiler.source.json_value import Json

_POLICY = "AmazonEKSClusterPolicy"
_AUTO_POLICIES = (
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
"""Beside the other one. Source: Amazon EKS user guide, "Amazon EKS Auto Mode cluster IAM role"."""
_AUTO_NODE_POLICIES = ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy")
_POOLS = ["general-purpose", "system"]
_AUDIENCE = "sts.amazonaws.com"


def control_plane(cluster: ClusterSettings, platform: Platform) -> Iterator[AWSObject]:
    """All that is there before a pod can run."""
    yield log_group(log_group_id(cluster), cluster, _logs(cluster, platform), platform)
    yield _role(cluster, platform)
    if cluster.auto:
        yield iam.Role(
            cluster.part("AutoNodeRole"),
            AssumeRolePolicyDocument=instance_trust(),
            ManagedPolicyArns=[aws_policy(name) for name in _AUTO_NODE_POLICIES],
        )
    yield _cluster(cluster, platform)
    if cluster.trusts_tokens:
        yield iam.OIDCProvider(
            cluster.part("OidcProvider"),
            Url=GetAtt(cluster.main_id, "OpenIdConnectIssuerUrl"),
            ClientIdList=[_AUDIENCE],
        )


def log_group_id(cluster: ClusterSettings) -> str:
    return cluster.part("LogGroup")


def _logs(cluster: ClusterSettings, platform: Platform) -> Logs:
    """EKS writes nowhere else, and makes the group itself, for ever and with no key, if it comes too late."""
    return Logs(f"/aws/eks/{cluster.physical(platform)}/cluster", cluster.log_days)


def _role(cluster: ClusterSettings, platform: Platform) -> iam.Role:
    """Source: Amazon EKS user guide, "Amazon EKS cluster IAM role" and "Cross-service confused deputy prevention"."""
    policies = (*(_AUTO_POLICIES if cluster.auto else ()), _POLICY)
    actions = [Action("sts", "AssumeRole"), *([Action("sts", "TagSession")] if cluster.auto else [])]
    own = ArnLike({"aws:SourceArn": cluster.arn(platform)})
    service = Principal("Service", "eks.amazonaws.com")
    trusted = Statement(Effect=Allow, Principal=service, Action=actions, Condition=Condition(own))
    return iam.Role(
        cluster.part("Role"),
        AssumeRolePolicyDocument=PolicyDocument(Version="2012-10-17", Statement=[trusted]),
        ManagedPolicyArns=[aws_policy(name) for name in policies],
    )


def _cluster(cluster: ClusterSettings, platform: Platform) -> eks.Cluster:
    """Without add-ons that nobody manages: EKS would else install some before ours."""
    return eks.Cluster(
        cluster.main_id,
        Name=cluster.physical(platform),
        Version=cluster.version,
        RoleArn=GetAtt(cluster.part("Role"), "Arn"),
        ResourcesVpcConfig=_network(cluster, platform),
        AccessConfig=eks.AccessConfig(AuthenticationMode="API", BootstrapClusterCreatorAdminPermissions=False),
        EncryptionConfig=[
            eks.EncryptionConfig(Provider=eks.Provider(KeyArn=cluster.key or KEY_ARN), Resources=["secrets"])
        ],
        UpgradePolicy=eks.UpgradePolicy(SupportType=cluster.support.upper()),
        ZonalShiftConfig=eks.ZonalShiftConfig(Enabled=cluster.zonal_shift),
        DeletionProtection=cluster.protect,
        BootstrapSelfManagedAddons=False,
        DependsOn=[log_group_id(cluster)],
        **_logging(cluster),
        **_auto(cluster),
        **_waived(cluster),
    )


def _network(cluster: ClusterSettings, platform: Platform) -> eks.ResourcesVpcConfig:
    public = {"PublicAccessCidrs": sorted(cluster.public["from"])} if cluster.public else {}
    return eks.ResourcesVpcConfig(
        SubnetIds=private_subnets(platform),
        EndpointPrivateAccess=True,
        EndpointPublicAccess=bool(cluster.public),
        **public,
    )


def _logging(cluster: ClusterSettings) -> Mapping[str, Json]:
    if not cluster.control_plane_logs:
        return {}
    types = [eks.LoggingTypeConfig(Type=one) for one in sorted(cluster.control_plane_logs)]
    return {"Logging": eks.Logging(ClusterLogging=eks.ClusterLogging(EnabledTypes=types))}


def _auto(cluster: ClusterSettings) -> Mapping[str, Json]:
    """The three are all on or all off, and said even so: EKS keeps on what is only left out.

    Source: Amazon EKS API reference, CreateCluster and UpdateClusterConfig.
    """
    role = {"NodeRoleArn": GetAtt(cluster.part("AutoNodeRole"), "Arn"), "NodePools": _POOLS} if cluster.auto else {}
    services = {"ServiceIpv4Cidr": cluster.service_cidr} if cluster.service_cidr else {}
    balancing = eks.ElasticLoadBalancing(Enabled=cluster.auto)
    return {
        "ComputeConfig": eks.ComputeConfig(Enabled=cluster.auto, **role),
        "KubernetesNetworkConfig": eks.KubernetesNetworkConfig(ElasticLoadBalancing=balancing, **services),
        "StorageConfig": eks.StorageConfig(BlockStorage=eks.BlockStorage(Enabled=cluster.auto)),
    }


def _waived(cluster: ClusterSettings) -> Mapping[str, Json]:
    """Why scanners should let pass a public endpoint. Rule ids: checkov's list of policies."""
    if not cluster.public:
        return {}
    return {"Metadata": {"checkov": {"skip": [{"id": "CKV_AWS_39", "comment": cluster.public["reason"]}]}}}
