"""Read the network out of resources: of one flat program, or of templates whose links were followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.reach.groups import acl_rules, egress, ingress
from compiler.reach.interfaces import FORMS, SUBNET_GROUPS, interfaces, members
from compiler.reach.topology import ANYWHERE, ANYWHERE_IPV6, Balanced, Endpoint, Subnet, Topology
from compiler.reach.values import Resources, each, name, names, number, objects, of_type
from compiler.source.json_value import Json

_TARGETS = (
    *("GatewayId", "NatGatewayId", "TransitGatewayId", "InstanceId", "NetworkInterfaceId"),
    *("VpcEndpointId", "VpcPeeringConnectionId", "CarrierGatewayId", "LocalGatewayId", "EgressOnlyInternetGatewayId"),
)
"""What a route may lead to (template reference, AWS::EC2::Route)."""
_CORE_NETWORK = "CoreNetworkArn"
_ELSEWHERE = "-"
"""What a route leads to that no template of the platform has: another stack's, or a core network."""
_REGION = re.compile(r"region|[a-z]{2,4}(-[a-z]+){1,2}-\d")
_INTERNET = "AWS::EC2::InternetGateway"
_UDP = "UDP"
_READ = (
    *("AWS::EC2::", "AWS::ECS::TaskDefinition", "AWS::EKS::Cluster", "AWS::ElasticLoadBalancingV2::"),
    *("AWS::ServiceDiscovery::", *SUBNET_GROUPS, *FORMS),
)
"""All types that are asked for: most resources of a platform have nothing to do with its network."""


def topology(every: Resources, owners: Mapping[str, str]) -> Topology:
    """The network; `owners` has the component of each resource."""
    resources = {name: body for name, body in every.items() if body["Type"].startswith(_READ)}
    found, endpoints = tuple(interfaces(resources, owners)), tuple(_endpoints(resources))
    taken = [group for one in found for group in one.groups]
    taken += [group for one in endpoints for group in one.groups]
    return Topology(
        subnets=_subnets(resources),
        ingress=ingress(resources),
        egress=egress(resources),
        nat=dict(_nat(resources)),
        endpoints=endpoints,
        interfaces=(*found, *members(resources, owners, taken)),
        balanced=tuple(_balanced(resources)),
        hosts=dict(_hosts(resources)),
    )


def _subnets(resources: Resources) -> dict[str, Subnet]:
    tables = _associated(resources, "AWS::EC2::SubnetRouteTableAssociation", "RouteTableId")
    acls = _associated(resources, "AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId")
    entries = acl_rules(resources)
    routes, attached = _routes(resources), _attached(resources)
    found = {}
    for subnet, properties in of_type(resources, "AWS::EC2::Subnet"):
        table, vpc, cidr = tables.get(subnet, ""), name(properties.get("VpcId")), properties.get("CidrBlock")
        acl = entries.get(acls[subnet], ()) if subnet in acls else None
        own = {
            cidr: to for cidr, to in routes.get(table, {}).items() if _is_there(resources, to, (to, vpc) in attached)
        }
        by_gateway = tuple(cidr for cidr, target in own.items() if (target, vpc) in attached)
        ways = own.get(ANYWHERE, ""), own.get(ANYWHERE_IPV6, "")
        found[subnet] = Subnet(vpc, str(cidr), table, ways[0], by_gateway, acl, ways[1])
    return found


def _nat(resources: Resources) -> Iterator[tuple[str, str]]:
    """Those in a subnet: a regional one has a way to the internet by itself (VPC user guide, regional NAT gateways)."""
    for nat, properties in of_type(resources, "AWS::EC2::NatGateway"):
        if "SubnetId" in properties:
            yield nat, name(properties["SubnetId"])


def _is_there(resources: Resources, target: str, attached: bool) -> bool:
    """Whether a route leads somewhere: to an attached gateway, to another resource, or to one that exists already."""
    if target not in resources:
        return "-" in target
    return attached or resources[target]["Type"] != _INTERNET


def _associated(resources: Resources, kind: str, what: str) -> dict[str, str]:
    return {name(one.get("SubnetId")): name(one.get(what)) for _, one in of_type(resources, kind)}


def _routes(resources: Resources) -> dict[str, dict[str, str]]:
    """Route table → range → what it leads to."""
    found: dict[str, dict[str, str]] = {}
    for _, route in of_type(resources, "AWS::EC2::Route"):
        cidr = str(route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock", ""))
        found.setdefault(name(route.get("RouteTableId")), {})[cidr] = _target(route)
    return found


def _target(route: Mapping[str, Json]) -> str:
    if _CORE_NETWORK in route:
        return _ELSEWHERE
    return next((name(route[key]) or _ELSEWHERE for key in _TARGETS if key in route), "")


def _attached(resources: Resources) -> set[tuple[str, str]]:
    """Internet gateways, each with the VPC that it is attached to."""
    attachments = (one for _, one in of_type(resources, "AWS::EC2::VPCGatewayAttachment"))
    return {(name(one.get("InternetGatewayId")), name(one.get("VpcId"))) for one in attachments}


def _endpoints(resources: Resources) -> Iterator[Endpoint]:
    vpcs = {vpc: _resolves(properties) for vpc, properties in of_type(resources, "AWS::EC2::VPC")}
    for _, one in of_type(resources, "AWS::EC2::VPCEndpoint"):
        named = str(one.get("PrivateDnsEnabled")).lower() == "true" and vpcs.get(name(one.get("VpcId")), True)
        tables, subnets, groups = (names(one.get(key)) for key in ("RouteTableIds", "SubnetIds", "SecurityGroupIds"))
        yield Endpoint(_short(one.get("ServiceName")), tables, subnets, groups, named or bool(tables))


def _resolves(vpc: Mapping[str, Json]) -> bool:
    """Whether private names are resolved: both switches must be on (VPC user guide, DNS attributes)."""
    switches = vpc.get("EnableDnsSupport", True), vpc.get("EnableDnsHostnames", False)
    return all(str(one).lower() == "true" for one in switches)


def _short(service: Json) -> str:
    """``com.amazonaws.${AWS::Region}.ecr.api``, in any of its forms, as ``ecr.api``; a global one has no region."""
    parts = _spelled(service).replace("${AWS::Region}", "region").split(".")
    before = next((index for index, part in enumerate(parts) if _REGION.fullmatch(part)), 1)
    return ".".join(parts[before + 1 :])


def _spelled(service: Json) -> str:
    match service:
        case {"Fn::Sub": str(text)} | str(text):
            return text
        case {"Fn::Join": [str(between), [*pieces]]}:
            return between.join(one if isinstance(one, str) else "region" for one in pieces)
        case _:
            return ""


def _balanced(resources: Resources) -> Iterator[Balanced]:
    """Each listener with the groups that it or one of its rules forwards to, and what is registered in them."""
    forwards = {one: set(_groups(properties)) for one, properties in _listeners(resources)}
    for _, rule in of_type(resources, "AWS::ElasticLoadBalancingV2::ListenerRule"):
        forwards.setdefault(name(rule.get("ListenerArn")), set()).update(_groups(rule))
    for group, target, port in _registered(resources):
        for listener, about in _listeners(resources):
            balancer, own = name(about.get("LoadBalancerArn")), number(about.get("Port"))
            if group in forwards[listener] and own and about.get("Protocol") != _UDP:
                yield Balanced(balancer, listener, own, target, port)


def _registered(resources: Resources) -> Iterator[tuple[str, str, int]]:
    """Target group, what is in it, and the port: services, and load balancers behind another one."""
    for service, properties in of_type(resources, "AWS::ECS::Service"):
        for one in objects(properties.get("LoadBalancers")):
            yield from _of_group(name(one.get("TargetGroupArn")), service, one.get("ContainerPort"))
    for group, properties in of_type(resources, "AWS::ElasticLoadBalancingV2::TargetGroup"):
        for one in objects(properties.get("Targets")) if properties.get("TargetType") == "alb" else ():
            yield from _of_group(group, name(one.get("Id")), one.get("Port"))


def _of_group(group: str, target: str, port: Json) -> Iterator[tuple[str, str, int]]:
    known = number(port)
    if known and target:
        yield group, target, known


def _listeners(resources: Resources) -> Iterator[tuple[str, Mapping[str, Json]]]:
    return of_type(resources, "AWS::ElasticLoadBalancingV2::Listener")


def _groups(properties: Mapping[str, Json]) -> Iterator[str]:
    for key in ("DefaultActions", "Actions"):
        for path in ("TargetGroupArn", "ForwardConfig.TargetGroups.*.TargetGroupArn"):
            yield from map(name, each(properties, (key, "*", *path.split("."))))


def _hosts(resources: Resources) -> Iterator[tuple[str, str]]:
    """Names of Cloud Map by which services are called, each with the ECS service that is registered under it."""
    found = of_type(resources, "AWS::ServiceDiscovery::PrivateDnsNamespace")
    zones = {zone: str(properties.get("Name")) for zone, properties in found}
    known = dict(of_type(resources, "AWS::ServiceDiscovery::Service"))
    for service, properties in of_type(resources, "AWS::ECS::Service"):
        for registry in each(properties, ("ServiceRegistries", "*", "RegistryArn")):
            entry = known.get(name(registry), {})
            zone = zones.get(name(entry.get("NamespaceId")))
            if zone:
                yield f"{entry.get('Name')}.{zone}", service
