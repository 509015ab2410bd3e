"""The VPC with its subnets, routes, NAT gateways, endpoints and flow logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from awacs.aws import PolicyDocument
from troposphere import AWSObject, GetAtt, Ref, Tags, ec2

from compiler.kinds.network import flow_logs, layout
from compiler.kinds.network.dns_firewall import dns_firewall
from compiler.kinds.network.egress import ways_out
from compiler.kinds.network.endpoint_policy import endpoint_policy
from compiler.kinds.network.routes import Table, attachment, gateway_routes, peering, peering_id, peering_routes
from compiler.kinds.network.settings import Egress, EndpointPolicy, FlowLogsTo, Peering, TransitGateway
from compiler.kinds.network.subnets import TIERS
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Value
from compiler.shared.endpoints import GATEWAYS, endpoints_group, gateway_endpoint, interface_endpoint
from compiler.shared.flow_logs import SendsFlowLogs
from compiler.shared.logs import Logs
from compiler.shared.security_groups import VPC_ID
from compiler.shared.subnets import (
    ATTACHMENT_ID,
    GATEWAY_ID,
    ISOLATED_TABLE_ID,
    Subnets,
    further_subnet_id,
    private_subnets,
    subnet_tags,
)
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

PUBLIC_TABLE_ID = "PublicRouteTable"


@frozen(kw_only=True)
class Network(Subnets, SendsFlowLogs):
    """One VPC for all that an environment runs."""

    cidr: str
    more_cidrs: tuple[str, ...]
    ipv6: bool
    zones: int
    nat: str
    endpoints: tuple[str, ...]
    endpoint_policy: EndpointPolicy | None
    egress: Egress | None
    flow_logs: bool
    flow_logs_to: FlowLogsTo | None
    logs: Logs
    peerings: Mapping[str, Peering]
    transit_gateways: Mapping[str, TransitGateway]
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
        yield from layout.vpc(self.cidr, _name(platform, ""))
        yield from map(layout.further_range, self.more_cidrs)
        yield from layout.ipv6(_name(platform, "")) if self.ipv6 else ()
        for tier in TIERS:
            yield from self._subnets(platform, tier)
        for number in range(len(self.more_cidrs)):
            yield from self._further_subnets(platform, number)
        for zone, nat_id in enumerate(self.nat_ids, 1):
            yield from _nat_gateway(platform, zone, nat_id)
        yield from self._tables(platform)
        yield from self._endpoints(platform)
        yield from self._to_others(platform)
        if self.egress and self.egress.domains is not None:
            yield from dns_firewall(self, self.egress.domains, platform, _name(platform, ""))
        if self.flow_logs:
            yield from self._flow_log(platform)

    def _subnets(self, platform: Platform, tier: str) -> Iterator[AWSObject]:
        for zone in range(self.zones):
            tags = _name(platform, f"{tier.lower()}-{zone + 1}") + Tags(**subnet_tags(platform, tier))
            place = layout.main_place(self.cidr, tier, zone, self.ipv6)
            table_id = f"PrivateRouteTable{zone + 1}" if tier == "Private" else f"{tier}RouteTable"
            yield from layout.subnet(layout.Place(**place, tags=tags, private=tier == "Private"), table_id)

    def _further_subnets(self, platform: Platform, number: int) -> Iterator[AWSObject]:
        for zone in range(self.zones):
            tags = _name(platform, f"private-{zone + 1}-{number + 2}") + Tags(**subnet_tags(platform, "Private"))
            place = layout.further_place(self.more_cidrs, number, zone, self.ipv6)
            yield from layout.subnet(layout.Place(**place, tags=tags, private=True), f"PrivateRouteTable{zone + 1}")

    def further(self) -> Sequence[str]:
        made = self.more_cidrs if self.existing is None else ()
        return [further_subnet_id(cidr, zone) for cidr in made for zone in self._zones]

    def ways_out(self) -> Sequence[ec2.SecurityGroupRule]:
        made = self.existing is None
        interfaces = any(service not in GATEWAYS for service in self.endpoints)
        return [*ways_out(self.egress if made else None, self.dual_stack, interfaces)]

    @property
    def dual_stack(self) -> bool:
        return self.existing is None and self.ipv6

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
        for zone in self._zones:
            yield from self._private_table(platform, zone)
        if self.ipv6:
            yield from layout.ipv6_routes(PUBLIC_TABLE_ID, [f"PrivateRouteTable{zone}" for zone in self._zones])

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
        private = [Ref(f"PrivateRouteTable{zone}") for zone in self._zones]
        for service in GATEWAYS:
            if service in self.endpoints:
                tables = [*private, Ref(ISOLATED_TABLE_ID)]
                yield gateway_endpoint(platform, service, tables, self._policy(platform, service))
        others = sorted(service for service in self.endpoints if service not in GATEWAYS)
        yield from endpoints_group(self.ranges) if others else ()
        for service in others:
            yield interface_endpoint(service, private_subnets(platform), self._policy(platform, service))

    def _policy(self, platform: Platform, service: str) -> PolicyDocument | None:
        return endpoint_policy(self.endpoint_policy, service, platform.region) if self.endpoint_policy else None

    @property
    def ranges(self) -> tuple[str, ...]:
        """All IPv4 ranges of the VPC, the main one first."""
        return (self.cidr, *self.more_cidrs)

    @property
    def flow_log_account(self) -> str:
        hive = self.flow_logs_to is not None and self.flow_logs_to.hive
        return f"{'aws-account-id=' if hive else ''}${{AWS::AccountId}}"

    def flow_log_into(self, platform: Platform, bucket_id: str, after: str) -> Iterable[AWSObject]:
        if self.flow_logs and self.flow_logs_to:
            bucket = f"${{{bucket_id}.Arn}}"
            log = flow_logs.to_bucket(self, self.flow_logs_to, bucket, _name(platform, ""))
            log.resource["DependsOn"] = [after]
            yield log

    def _flow_log(self, platform: Platform) -> Iterator[AWSObject]:
        to, name = self.flow_logs_to, _name(platform, "")
        if to is None:
            yield from flow_logs.to_group(self, self.logs, platform, name)
        elif not to.own:
            yield flow_logs.to_bucket(self, to, to.bucket, name)

    def _to_others(self, platform: Platform) -> Iterator[AWSObject]:
        """Peering connections, attachments, and their routes in all tables of the wanted tiers."""
        private = [Table("private", f"PrivateRouteTable{zone}", f"PrivateRoute{zone}") for zone in self._zones]
        tables = [Table("public", PUBLIC_TABLE_ID, "PublicRoute"), *private]
        tables.append(Table("isolated", ISOLATED_TABLE_ID, "IsolatedRoute"))
        for name, peer in sorted(self.peerings.items()):
            yield from peering((self.stem, name), peer, _name(platform, name))
            yield from peering_routes((self.stem, name), peer, tables)
        for name, gateway in sorted(self.transit_gateways.items()):
            yield attachment((self.stem, name), gateway, private_subnets(platform), _name(platform, name))
            yield from gateway_routes((self.stem, name), gateway, tables)

    @property
    def _zones(self) -> range:
        return range(1, self.zones + 1)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        written = self.flow_logs and self.flow_logs_to is None
        groups = (flow_logs.group_id(self),) if written else ()
        return {"logs": Capability(log_groups=groups), "subnets": Capability()}

    def way_out(self, services: Sequence[str]) -> str:
        missing = [one for one in services if one not in self.endpoints]
        listed = ", ".join((*self.endpoints, *missing))
        by_endpoint = f"network: {{endpoints: [{listed}]}}, or " if missing else ""
        if not self._closed:
            return f"{by_endpoint}set 'network: {{nat: single}}'"
        lists = [one for one in services if one in GATEWAYS and one in self.endpoints]
        what = f"the prefix list of {' and '.join(lists)}" if lists else "where it may go"
        return f"{by_endpoint}add {what} to 'network.egress.to'"

    def closed_by(self) -> str:
        return "with 'https_anywhere: false' of network.egress" if self._closed else "without NAT"

    @property
    def _closed(self) -> bool:
        return self.egress is not None and not self.egress.https_anywhere

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        count = range(1, self.zones + 1)
        tiers = {tier.lower(): [Ref(f"{tier}Subnet{zone}") for zone in count] for tier in TIERS}
        return {"vpc": Ref(VPC_ID), "cidr": self.cidr, "ipv6": self.ipv6, **tiers}

    def attributes(self) -> Mapping[str, Value]:
        return {"vpc_id": Ref(VPC_ID), "cidr": self.cidr if self.existing is None else GetAtt(VPC_ID, "CidrBlock")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}VpcId", Ref(VPC_ID), "Id of the VPC")
        for zone, nat_id in enumerate(self.nat_ids, 1):
            about = f"Address that others see of what runs behind NAT gateway {zone}"
            yield Output(f"{self.stem}NatAddress{zone}", Ref(f"{nat_id}Address"), about)
        for name in sorted(name for name, one in self.peerings.items() if one.vpc):
            about = f"Peering connection {name}, which routes of the other VPC to {self.cidr} need"
            yield Output(peering_id((self.stem, name)), Ref(peering_id((self.stem, name))), about)

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
