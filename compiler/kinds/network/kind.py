"""The VPC with its subnets, routes, NAT gateways, endpoints and flow logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network

from troposphere import AWSObject, GetAtt, GetAZs, Ref, Select, Tags, ec2

from compiler.kinds.network.subnets import TIERS, subnet_cidr
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Value
from compiler.program.frozen import frozen
from compiler.shared.endpoints import GATEWAYS, gateway_endpoint, interface_endpoints
from compiler.shared.logs import Logs, log_group
from compiler.shared.roles import policy, role, trust
from compiler.shared.security_groups import VPC_ID
from compiler.shared.subnets import GATEWAY_ID, ISOLATED_TABLE_ID, Subnets, private_subnets, subnet_tags
from compiler.source.json_value import Json

ATTACHMENT_ID = "InternetGatewayAttachment"
PUBLIC_TABLE_ID = "PublicRouteTable"

_FLOW_LOG_ACTIONS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


@frozen(kw_only=True)
class Network(Subnets):
    """One VPC for all that an environment runs."""

    cidr: str
    zones: int
    nat: str
    endpoints: tuple[str, ...]
    flow_logs: bool
    logs: Logs
    peered_with: tuple[str, ...]

    @property
    def main_id(self) -> str:
        return VPC_ID

    @property
    def nat_ids(self) -> tuple[str, ...]:
        """Logical ids of the NAT gateways, by zone."""
        count = {"none": 0, "single": 1, "per-zone": self.zones}[self.nat]
        return tuple(f"NatGateway{zone}" for zone in range(1, count + 1))

    def count(self, tier: str) -> int:
        """How many subnets a tier has; of an existing network that says none, one is asked for."""
        if self.existing is None:
            return self.zones
        own = "private" if tier == "Isolated" and not self.existing.get("isolated") else tier.lower()
        return len(self.existing.get(own) or ("unsaid",))

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield from self._vpc(platform)
        for tier in TIERS:
            yield from self._subnets(platform, tier)
        for zone, nat_id in enumerate(self.nat_ids, 1):
            yield from _nat_gateway(platform, zone, nat_id)
        yield from self._tables(platform)
        yield from self._endpoints(platform)
        if self.flow_logs:
            yield from self._flow_log(platform)

    def _vpc(self, platform: Platform) -> Iterator[AWSObject]:
        yield ec2.VPC(
            VPC_ID,
            CidrBlock=self.cidr,
            EnableDnsSupport=True,
            EnableDnsHostnames=True,
            Tags=_name(platform, ""),
        )
        yield ec2.InternetGateway(GATEWAY_ID, Tags=_name(platform, ""))
        yield ec2.VPCGatewayAttachment(ATTACHMENT_ID, VpcId=Ref(VPC_ID), InternetGatewayId=Ref(GATEWAY_ID))

    def _subnets(self, platform: Platform, tier: str) -> Iterator[AWSObject]:
        vpc = IPv4Network(self.cidr)
        for zone in range(self.zones):
            subnet_id = f"{tier}Subnet{zone + 1}"
            yield ec2.Subnet(
                subnet_id,
                VpcId=Ref(VPC_ID),
                AvailabilityZone=Select(zone, GetAZs("")),
                CidrBlock=subnet_cidr(vpc, tier, zone),
                MapPublicIpOnLaunch=False,
                Tags=_name(platform, f"{tier.lower()}-{zone + 1}") + Tags(**subnet_tags(platform, tier)),
            )
            table_id = f"PrivateRouteTable{zone + 1}" if tier == "Private" else f"{tier}RouteTable"
            yield ec2.SubnetRouteTableAssociation(
                f"{subnet_id}Routes", SubnetId=Ref(subnet_id), RouteTableId=Ref(table_id)
            )

    def _tables(self, platform: Platform) -> Iterator[AWSObject]:
        yield _table(platform, PUBLIC_TABLE_ID, "public")
        yield ec2.Route(
            "PublicRoute",
            RouteTableId=Ref(PUBLIC_TABLE_ID),
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=Ref(GATEWAY_ID),
            DependsOn=[ATTACHMENT_ID],
        )
        yield _table(platform, ISOLATED_TABLE_ID, "isolated")
        for zone in range(1, self.zones + 1):
            yield from self._private_table(platform, zone)

    def _private_table(self, platform: Platform, zone: int) -> Iterator[AWSObject]:
        """A table a zone even with one NAT gateway, so that a change of `nat` only changes routes."""
        table_id = f"PrivateRouteTable{zone}"
        yield _table(platform, table_id, f"private-{zone}")
        if self.nat_ids:
            yield ec2.Route(
                f"PrivateRoute{zone}",
                RouteTableId=Ref(table_id),
                DestinationCidrBlock="0.0.0.0/0",
                NatGatewayId=Ref(self.nat_ids[min(zone, len(self.nat_ids)) - 1]),
            )

    def _endpoints(self, platform: Platform) -> Iterator[AWSObject]:
        private = [Ref(f"PrivateRouteTable{zone}") for zone in range(1, self.zones + 1)]
        for service in GATEWAYS:
            if service in self.endpoints:
                yield gateway_endpoint(platform, service, [*private, Ref(ISOLATED_TABLE_ID)])
        others = sorted(service for service in self.endpoints if service not in GATEWAYS)
        yield from interface_endpoints(others, self.cidr, private_subnets(platform))

    def _flow_log(self, platform: Platform) -> Iterator[AWSObject]:
        group_id, role_id = self._flow_log_group_id, f"{self.stem}FlowLogRole"
        deliver = Grant(_FLOW_LOG_ACTIONS, (GetAtt(group_id, "Arn"),))
        yield log_group(group_id, self, self.logs, platform)
        yield role(role_id, trust("vpc-flow-logs.amazonaws.com"), [policy("deliver", [("Deliver", deliver)])])
        yield ec2.FlowLog(
            f"{self.stem}FlowLog",
            ResourceId=Ref(VPC_ID),
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref(group_id),
            DeliverLogsPermissionArn=GetAtt(role_id, "Arn"),
            Tags=_name(platform, ""),
        )

    @property
    def _flow_log_group_id(self) -> str:
        return f"{self.stem}FlowLogGroup"

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"logs": Capability(log_groups=(self._flow_log_group_id,) if self.flow_logs else ())}

    def way_out(self, services: Sequence[str]) -> str:
        listed = ", ".join((*self.endpoints, *services))
        by_endpoint = f"network: {{endpoints: [{listed}]}}, or " if services else ""
        return f"{by_endpoint}set 'network: {{nat: single}}'"

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        count = range(1, self.zones + 1)
        tiers = {tier.lower(): [Ref(f"{tier}Subnet{zone}") for zone in count] for tier in TIERS}
        return {"vpc": Ref(VPC_ID), "cidr": self.cidr, **tiers}

    def attributes(self) -> Mapping[str, Value]:
        return {"vpc_id": Ref(VPC_ID), "cidr": self.cidr if self.existing is None else GetAtt(VPC_ID, "CidrBlock")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}VpcId", Ref(VPC_ID), "Id of the VPC")
        for zone, nat_id in enumerate(self.nat_ids, 1):
            about = f"Address that others see of what runs behind NAT gateway {zone}"
            yield Output(f"{self.stem}NatAddress{zone}", Ref(f"{nat_id}Address"), about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        ids = [f"nat{zone}" for zone in range(1, len(self.nat_ids) + 1)]
        each = tuple(_port_errors(name, nat_id) for name, nat_id in zip(ids, self.nat_ids, strict=True))
        whole = {"Id": "value", "Expression": f"SUM([{','.join(ids)}])", "ReturnData": True}
        if each:
            yield AlarmSpec(
                name="NatPortsExhausted",
                description="A NAT gateway has no port left for new connections",
                metrics=(*each, whole),
                threshold=0,
            )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        rows = tuple(
            ("AWS/NATGateway", metric, "NatGatewayId", Ref(nat_id))
            for nat_id in self.nat_ids
            for metric in ("BytesOutToDestination", "BytesInFromDestination")
        )
        if rows:
            yield Chart("NAT gateway bytes", rows, "Sum")


def _port_errors(name: str, nat_id: str) -> Mapping[str, Json]:
    metric = {
        "Namespace": "AWS/NATGateway",
        "MetricName": "ErrorPortAllocation",
        "Dimensions": [{"Name": "NatGatewayId", "Value": Ref(nat_id)}],
    }
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}, "ReturnData": False}


def _table(platform: Platform, logical_id: str, name: str) -> ec2.RouteTable:
    return ec2.RouteTable(logical_id, VpcId=Ref(VPC_ID), Tags=_name(platform, name))


def _nat_gateway(platform: Platform, zone: int, nat_id: str) -> Iterator[AWSObject]:
    name = _name(platform, f"nat-{zone}")
    yield ec2.EIP(f"{nat_id}Address", Domain="vpc", Tags=name, DependsOn=[ATTACHMENT_ID])
    yield ec2.NatGateway(
        nat_id,
        AllocationId=GetAtt(f"{nat_id}Address", "AllocationId"),
        SubnetId=Ref(f"PublicSubnet{zone}"),
        Tags=name,
        DependsOn=[ATTACHMENT_ID],
    )


def _name(platform: Platform, part: str) -> Tags:
    """The ``Name`` tag, which the console shows instead of ids."""
    words = [platform.name, platform.environment, *([part] if part else [])]
    return Tags(Name="-".join(words))


KIND = Network
