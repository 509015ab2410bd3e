"""An OpenSearch domain with its security group, its logs, and what CloudWatch Logs has to allow for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, Ref, Sub, iam, policies
from troposphere import opensearchservice as opensearch

from compiler.kinds.search.domain_logs import DELIVERY_ID, delivery, log_groups, published
from compiler.kinds.search.instances import has_own_disks
from compiler.kinds.search.search import Search
from compiler.kinds.search.settings import Domain, identity
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.security_groups import security_group
from compiler.shared.subnets import private_subnets
from compiler.source.json_value import Json

METHODS = ("Delete", "Get", "Head", "Patch", "Post", "Put")
_SERVICE = "opensearchservice.amazonaws.com"


def domain(search: Search, settings: Domain, platform: Platform) -> Iterator[AWSObject]:
    yield security_group(search.group_id, f"OpenSearch domain {search.name}")
    if settings.create_service_role:
        yield iam.ServiceLinkedRole(f"{search.stem}ServiceRole", AWSServiceName=_SERVICE)
    yield from log_groups(search, settings, platform)
    yield from delivery(search, platform)
    yield opensearch.Domain(
        search.main_id,
        DomainName=search.physical_name(platform),
        EngineVersion=f"OpenSearch_{settings.version}",
        ClusterConfig=_cluster(settings),
        EBSOptions=_volumes(settings),
        VPCOptions=opensearch.VPCOptions(
            SubnetIds=private_subnets(platform)[: settings.zones], SecurityGroupIds=[Ref(search.group_id)]
        ),
        AccessPolicies=_access(search.physical_name(platform)),
        DomainEndpointOptions=_endpoint(settings),
        EncryptionAtRestOptions=opensearch.EncryptionAtRestOptions(Enabled=True, KmsKeyId=settings.key or KEY_ARN),
        NodeToNodeEncryptionOptions=opensearch.NodeToNodeEncryptionOptions(Enabled=True),
        OffPeakWindowOptions=_off_peak(settings.off_peak),
        SoftwareUpdateOptions=opensearch.SoftwareUpdateOptions(AutoSoftwareUpdateEnabled=settings.auto_update),
        UpdatePolicy=policies.UpdatePolicy(EnableVersionUpgrade=True),
        **_optional(search, settings),
        **_after(search, settings),
        **deletion(search.keep),
    )


def _cluster(settings: Domain) -> opensearch.ClusterConfig:
    """A domain in one zone takes one subnet only if zone awareness is off (VPCOptions, SubnetIds)."""
    return opensearch.ClusterConfig(
        InstanceType=settings.instance,
        InstanceCount=settings.nodes,
        ZoneAwarenessEnabled=settings.zones > 1,
        MultiAZWithStandbyEnabled=settings.standby,
        DedicatedMasterEnabled=settings.masters > 0,
        WarmEnabled=settings.warm > 0,
        **_further_nodes(settings),
    )


def _further_nodes(settings: Domain) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    if settings.zones > 1:
        found["ZoneAwarenessConfig"] = opensearch.ZoneAwarenessConfig(AvailabilityZoneCount=settings.zones)
    if settings.masters:
        found |= {"DedicatedMasterType": settings.master_instance, "DedicatedMasterCount": settings.masters}
    if settings.warm:
        found |= {"WarmType": settings.warm_instance, "WarmCount": settings.warm}
        found["ColdStorageOptions"] = opensearch.ColdStorageOptions(Enabled=settings.cold)
    if settings.coordinators:
        nodes = opensearch.NodeConfig(Enabled=True, Type=settings.coordinator_instance, Count=settings.coordinators)
        found["NodeOptions"] = [opensearch.NodeOption(NodeType="coordinator", NodeConfig=nodes)]
    return found


def _volumes(settings: Domain) -> opensearch.EBSOptions:
    if has_own_disks(settings.instance):
        return opensearch.EBSOptions(EBSEnabled=False)
    more = {"Iops": settings.iops, "Throughput": settings.throughput}
    return opensearch.EBSOptions(
        EBSEnabled=True,
        VolumeType="gp3",
        VolumeSize=settings.storage,
        **{name: value for name, value in more.items() if value},
    )


def _access(name: str) -> Json:
    """The account's identities may come, each as far as its own policies go (OpenSearch developer guide, IAM).

    The domain's own ARN can't be read in its own properties.
    """
    allow = Statement(
        Sid="OwnAccount",
        Effect=Allow,
        Principal=Principal("AWS", Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")),
        Action=[Action("es", f"ESHttp{method}") for method in METHODS],
        Resource=[Sub(f"arn:${{AWS::Partition}}:es:${{AWS::Region}}:${{AWS::AccountId}}:domain/{name}/*")],
    )
    return PolicyDocument(Version="2012-10-17", Statement=[allow]).JSONrepr()


def _endpoint(settings: Domain) -> opensearch.DomainEndpointOptions:
    own = settings.custom_endpoint
    named = {"CustomEndpoint": own.host, "CustomEndpointCertificateArn": own.certificate} if own else {}
    return opensearch.DomainEndpointOptions(
        EnforceHTTPS=True,
        TLSSecurityPolicy=settings.tls_policy,
        CustomEndpointEnabled=bool(own),
        **named,
    )


def _off_peak(time: str) -> opensearch.OffPeakWindowOptions:
    hours, minutes = (int(part) for part in time.split(":"))
    start = opensearch.WindowStartTime(Hours=hours, Minutes=minutes)
    return opensearch.OffPeakWindowOptions(Enabled=True, OffPeakWindow=opensearch.OffPeakWindow(WindowStartTime=start))


def _optional(search: Search, settings: Domain) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    if settings.administrator:
        found["AdvancedSecurityOptions"] = opensearch.AdvancedSecurityOptionsInput(
            Enabled=True,
            InternalUserDatabaseEnabled=False,
            MasterUserOptions=opensearch.MasterUserOptions(MasterUserARN=identity(settings.administrator)),
        )
    if settings.written_logs:
        found["LogPublishingOptions"] = published(search, settings)
    if settings.advanced:
        found["AdvancedOptions"] = dict(settings.advanced)
    return found


def _after(search: Search, settings: Domain) -> Mapping[str, Json]:
    """OpenSearch Service checks that it may write its logs when a domain is made."""
    first = [f"{search.stem}ServiceRole"] if settings.create_service_role else []
    logs = [DELIVERY_ID] if settings.written_logs else []
    return {"DependsOn": [*first, *logs]} if first or logs else {}
