"""Which resources have network interfaces, and where in their properties subnets, groups and ports stand.

Sources: the CloudFormation template reference of each type; ports that a type does not set are those of its service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from compiler.reach.groups import cluster_group
from compiler.reach.ports import EVERY, HTTPS, NONE, Ports, ports, union
from compiler.reach.topology import Interface
from compiler.reach.values import Resources, at, each, name, names, number, of_type, properties_of
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_DEFAULT_PORTS = {"POSTGRESQL": 5432, "MYSQL": 3306, "SQLSERVER": 1433}
"""Of RDS Proxy, which listens where its engine family does (RDS user guide, RDS Proxy: connecting)."""
_NFS = ports(2049)
_DOCUMENTS = ports(27_017)
"""The port of elastic clusters, which their template can't set."""
_CLUSTER = "AWS::RDS::DBCluster"
Whose: TypeAlias = tuple[str, Mapping[str, str]]
"""A resource, and the components of all of them."""


@frozen(eq=True)
class Form:
    """Paths of properties of a resource type, one or another with a bar between them."""

    subnets: str
    groups: str
    port: str | Ports = EVERY
    """A path, or what it always listens on."""
    public: str = ""
    calls: bool = False


_TASK = "NetworkConfiguration.AwsvpcConfiguration"
_RULE_TASK = "Targets.*.EcsParameters.NetworkConfiguration.AwsVpcConfiguration"
_PIPE_TASK = f"TargetParameters.EcsTaskParameters.{_TASK}"
_SCHEDULED = f"Target.EcsParameters.{_TASK}"
_BALANCED = "Subnets|SubnetMappings.*.SubnetId"
_DOMAIN = "AmazonopensearchserviceDestinationConfiguration.VpcConfiguration"
_COLLECTION = "AmazonOpenSearchServerlessDestinationConfiguration.VpcConfiguration"

FORMS: Mapping[str, tuple[Form, ...]] = {
    "AWS::ApiGatewayV2::VpcLink": (Form("SubnetIds", "SecurityGroupIds", NONE),),
    "AWS::CodeBuild::Project": (Form("VpcConfig.Subnets", "VpcConfig.SecurityGroupIds", NONE, calls=True),),
    "AWS::DocDB::DBCluster": (Form("DBSubnetGroupName", "VpcSecurityGroupIds", "Port"),),
    "AWS::DocDBElastic::Cluster": (Form("SubnetIds", "VpcSecurityGroupIds", _DOCUMENTS),),
    "AWS::EC2::Instance": (Form("SubnetId", "SecurityGroupIds", calls=True),),
    "AWS::ECS::Service": (
        Form(f"{_TASK}.Subnets", f"{_TASK}.SecurityGroups", "TaskDefinition", f"{_TASK}.AssignPublicIp", True),
    ),
    "AWS::EFS::MountTarget": (Form("SubnetId", "SecurityGroups", _NFS),),
    "AWS::ElastiCache::ReplicationGroup": (Form("CacheSubnetGroupName", "SecurityGroupIds", "Port"),),
    "AWS::ElastiCache::ServerlessCache": (Form("SubnetIds", "SecurityGroupIds"),),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (Form(_BALANCED, "SecurityGroups", public="Scheme"),),
    "AWS::Events::Rule": (
        Form(f"{_RULE_TASK}.Subnets", f"{_RULE_TASK}.SecurityGroups", NONE, f"{_RULE_TASK}.AssignPublicIp", True),
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        Form(f"{_DOMAIN}.SubnetIds", f"{_DOMAIN}.SecurityGroupIds", NONE),
        Form(f"{_COLLECTION}.SubnetIds", f"{_COLLECTION}.SecurityGroupIds", NONE),
    ),
    "AWS::Lambda::Function": (Form("VpcConfig.SubnetIds", "VpcConfig.SecurityGroupIds", NONE, calls=True),),
    "AWS::OpenSearchServerless::VpcEndpoint": (Form("SubnetIds", "SecurityGroupIds", HTTPS),),
    "AWS::OpenSearchService::Domain": (Form("VPCOptions.SubnetIds", "VPCOptions.SecurityGroupIds", HTTPS),),
    "AWS::Pipes::Pipe": (
        Form(f"{_PIPE_TASK}.Subnets", f"{_PIPE_TASK}.SecurityGroups", NONE, f"{_PIPE_TASK}.AssignPublicIp", True),
    ),
    "AWS::RDS::DBCluster": (Form("DBSubnetGroupName", "VpcSecurityGroupIds", "Port"),),
    "AWS::RDS::DBInstance": (Form("DBSubnetGroupName", "VPCSecurityGroups", "Port", "PubliclyAccessible"),),
    "AWS::RDS::DBProxy": (Form("VpcSubnetIds", "VpcSecurityGroupIds", "EngineFamily"),),
    "AWS::SageMaker::Model": (Form("VpcConfig.Subnets", "VpcConfig.SecurityGroupIds", NONE, calls=True),),
    "AWS::Scheduler::Schedule": (
        Form(f"{_SCHEDULED}.Subnets", f"{_SCHEDULED}.SecurityGroups", NONE, f"{_SCHEDULED}.AssignPublicIp", True),
    ),
    "Custom::DeployStep": (Form("Task.Subnets", "Task.SecurityGroup", NONE, calls=True),),
}
"""Where code of the platform runs behind the interface, `calls` is set; the others only take or pass connections."""
_PUBLIC = (True, "true", "internet-facing", "ENABLED")
SUBNET_GROUPS = ("AWS::DocDB::DBSubnetGroup", "AWS::ElastiCache::SubnetGroup", "AWS::RDS::DBSubnetGroup")


def interfaces(resources: Resources, owners: Mapping[str, str]) -> Iterator[Interface]:
    """The interfaces of all resources; `owners` has the component of each.

    One is of the component that its security group is of: a schedule starts a task of another component.
    """
    shared = _subnet_groups(resources)
    for resource, body in resources.items():
        properties = properties_of(resources, resource)
        for form in FORMS.get(body["Type"], ()):
            found = _interface(resources, (resource, owners), form, properties)
            subnets = tuple(one for each in found.subnets for one in shared.get(each, (each,)))
            if subnets or found.groups:
                yield Interface(resource, found.component, subnets, *_rest(found))
    yield from _pods(resources, owners)


def members(resources: Resources, owners: Mapping[str, str], known: Iterable[str]) -> Iterator[Interface]:
    """Groups that no known interface has: of tasks that somebody starts by hand, in whichever subnets that chooses."""
    subnets: dict[str, list[str]] = {}
    for subnet, properties in of_type(resources, "AWS::EC2::Subnet"):
        subnets.setdefault(name(properties.get("VpcId")), []).append(subnet)
    taken = set(known)
    for group, properties in of_type(resources, "AWS::EC2::SecurityGroup"):
        if group not in taken:
            places = subnets.get(name(properties.get("VpcId")), ())
            yield Interface(group, owners.get(group, ""), tuple(places), (group,), EVERY)


def _rest(found: Interface) -> tuple[tuple[str, ...], Ports, bool, bool]:
    return found.groups, found.listens, found.public, found.calls


def _subnet_groups(resources: Resources) -> Mapping[str, tuple[str, ...]]:
    groups = (one for kind in SUBNET_GROUPS for one in of_type(resources, kind))
    return {resource: names(properties.get("SubnetIds")) for resource, properties in groups}


def _interface(resources: Resources, whose: Whose, form: Form, properties: Mapping[str, Json]) -> Interface:
    resource, owners = whose
    subnets, groups = (_all(properties, path) for path in (form.subnets, form.groups))
    component = next((owners[one] for one in groups if one in owners), owners.get(resource, ""))
    public = bool(form.public) and at(properties, form.public) in _PUBLIC
    public = public or (resources[resource]["Type"] == _CLUSTER and resource in _public_clusters(resources))
    listens = _listens(resources, resource, form, properties)
    return Interface(resource, component, subnets, groups, listens, public, form.calls)


def _public_clusters(resources: Resources) -> set[str]:
    """Clusters of Aurora with a public instance: those have the groups and subnets of their cluster."""
    instances = (one for _, one in of_type(resources, "AWS::RDS::DBInstance"))
    return {name(one.get("DBClusterIdentifier")) for one in instances if one.get("PubliclyAccessible") in _PUBLIC}


def _all(properties: Mapping[str, Json], path: str) -> tuple[str, ...]:
    ways = [each(properties, way.split(".")) for way in path.split("|")]
    return tuple(one for values in ways for value in values for one in names(value))


def _listens(resources: Resources, resource: str, form: Form, properties: Mapping[str, Json]) -> Ports:
    if not isinstance(form.port, str):
        return listeners(resources, resource) if form.public == "Scheme" else form.port
    said = at(properties, form.port)
    if form.port == "TaskDefinition":
        return _mapped(resources.get(name(said), {}))
    port = number(_DEFAULT_PORTS.get(str(said), said))
    return ports(port) if port else EVERY


def listeners(resources: Resources, balancer: str) -> Ports:
    """Where a load balancer takes TCP."""
    found = (one for _, one in of_type(resources, "AWS::ElasticLoadBalancingV2::Listener"))
    by_tcp = (one for one in found if one.get("Protocol") != "UDP")
    own = (number(one.get("Port")) for one in by_tcp if name(one.get("LoadBalancerArn")) == balancer)
    return union(ports(port) for port in own if port)


def _mapped(definition: Mapping[str, Json]) -> Ports:
    path = ("Properties", "ContainerDefinitions", "*", "PortMappings", "*", "ContainerPort")
    return union(ports(port) for port in map(number, each(definition, path)) if port)


def _pods(resources: Resources, owners: Mapping[str, str]) -> Iterator[Interface]:
    """A cluster's API, nodes and pods, all with the group that EKS makes; in Auto Mode EKS makes the nodes too."""
    for cluster, properties in of_type(resources, "AWS::EKS::Cluster"):
        subnets = names(at(properties, "ResourcesVpcConfig.SubnetIds"))
        groups = (cluster_group(cluster), *names(at(properties, "ResourcesVpcConfig.SecurityGroupIds")))
        yield Interface(cluster, owners.get(cluster, ""), subnets, groups, EVERY, False, True)
