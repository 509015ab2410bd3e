"""Network Load Balancers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Tags, ec2
from troposphere import elasticloadbalancingv2 as elb

from compiler.kinds.network_load_balancers.endpoint_service import (
    EndpointService,
    endpoint_service,
    service_name,
    service_outputs,
)
from compiler.kinds.network_load_balancers.listener import Listener, balancer_port, rules_to_balancers, target_group
from compiler.kinds.network_load_balancers.ports import TRANSPORTS, port_of
from compiler.language.names import pascal, shout
from compiler.meaning.fault import Fault
from compiler.program import glue
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Port, Value
from compiler.shared.aliases import Target, aliases
from compiler.shared.cidr_rules import EVERYBODY, by_ipv6
from compiler.shared.digest import mark
from compiler.shared.metrics import query
from compiler.shared.rule_conditions import listed
from compiler.shared.security_groups import security_group
from compiler.shared.sites import Site, domain_of
from compiler.shared.streams import Stream, StreamBalancer
from compiler.shared.subnets import Subnets, internet, private_subnets, public_subnets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class NetworkLoadBalancer(StreamBalancer):
    """Takes connections and hands them on; it looks into none of them."""

    public: bool
    listeners: Mapping[str, Listener]
    domain: Json
    certificate: str | None
    ssl_policy: str
    static_addresses: Json
    """True, or allocation ids."""
    ip_address_type: str
    allow_from: tuple[str, ...] | None
    allow_from_ipv6: tuple[str, ...] | None
    cross_zone: bool
    deletion_protection: bool
    logs_to: str | None
    endpoint_service: EndpointService | None

    @property
    def security_group_id(self) -> str:
        return f"{self.stem}SecurityGroup"

    def _group_id(self, word: str) -> str:
        return f"{self.stem}{pascal(word)}TargetGroup"

    def _listener_id(self, word: str) -> str:
        return f"{self.stem}{pascal(word)}Listener"

    @property
    def _dual_stack(self) -> bool:
        return self.ip_address_type == "dualstack"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield self._security_group()
        if self.static_addresses is True:
            yield from self._addresses(platform)
        yield self._balancer(platform)
        for word, listener in self.listeners.items():
            yield target_group(platform, self._group_id(word), listener, self._port(platform, listener))
            yield from self._listener(platform, word, listener)
        yield from rules_to_balancers(platform, self, self.listeners.values())
        yield from self._records(platform)
        if self.endpoint_service:
            yield from endpoint_service(self, self.endpoint_service, self._dual_stack)

    def _security_group(self) -> ec2.SecurityGroup:
        group = security_group(self.security_group_id, f"Network load balancer {self.name}")
        by_ipv4 = ([EVERYBODY] if self.public else []) if self.allow_from is None else [*self.allow_from]
        ranges = [("CidrIp", cidr) for cidr in by_ipv4]
        ranges += [("CidrIpv6", cidr) for cidr in by_ipv6(self.allow_from_ipv6, by_ipv4) if self._dual_stack]
        rules = [rule for kind, cidr in ranges for rule in self._open_to(kind, cidr)]
        if rules:
            group.SecurityGroupIngress = rules
        return group

    def _open_to(self, kind: str, cidr: str) -> Iterator[ec2.SecurityGroupRule]:
        for word, one in self.listeners.items():
            for transport in TRANSPORTS[one.protocol]:
                yield ec2.SecurityGroupRule(
                    IpProtocol=transport, FromPort=one.port, ToPort=one.port, Description=word, **{kind: cidr}
                )

    def _addresses(self, platform: Platform) -> Iterator[ec2.EIP]:
        for zone in range(1, len(public_subnets(platform)) + 1):
            name = f"{platform.name}-{platform.environment}-{self.name}-{zone}"
            after = {"DependsOn": waits} if (waits := internet(platform)) else {}
            yield ec2.EIP(self._address_id(zone), Domain="vpc", Tags=Tags(Name=name), **after)

    def _address_id(self, zone: int) -> str:
        return f"{self.stem}Address{zone}"

    def _balancer(self, platform: Platform) -> elb.LoadBalancer:
        waits = [*glue.waits(platform, self), *(internet(platform) if self.public else ())]
        attributes = self._attributes(platform)
        return elb.LoadBalancer(
            self.main_id,
            Type="network",
            Scheme="internet-facing" if self.public else "internal",
            IpAddressType=self.ip_address_type,
            SecurityGroups=[Ref(self.security_group_id)],
            LoadBalancerAttributes=[
                elb.LoadBalancerAttributes(Key=key, Value=value) for key, value in attributes.items()
            ],
            **self._placed(platform),
            **self._filtered(),
            **({"DependsOn": waits} if waits else {}),
        )

    def _placed(self, platform: Platform) -> dict[str, Json]:
        subnets = public_subnets(platform) if self.public else private_subnets(platform)
        if not self.static_addresses:
            return {"Subnets": subnets}
        ids = self.static_addresses
        if ids is True:
            ids = [GetAtt(self._address_id(zone), "AllocationId") for zone in range(1, len(subnets) + 1)]
        pairs = zip(subnets, ids, strict=True)
        return {"SubnetMappings": [elb.SubnetMapping(SubnetId=one, AllocationId=address) for one, address in pairs]}

    def _filtered(self) -> dict[str, str]:
        """Source: Elastic Load Balancing user guide, "Update the security groups for your Network Load Balancer"."""
        if self.endpoint_service is None:
            return {}
        held = "on" if self.endpoint_service.filter else "off"
        return {"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": held}

    def _attributes(self, platform: Platform) -> dict[str, Value]:
        """Attributes of a load balancer, which are text by AWS's own definition."""
        found: dict[str, Value] = {
            "deletion_protection.enabled": str(self.deletion_protection).lower(),
            "load_balancing.cross_zone.enabled": str(self.cross_zone).lower(),
        }
        for edge in platform.edges_from(self):
            if edge.verb == "log":
                found["access_logs.s3.enabled"] = "true"
                found["access_logs.s3.bucket"] = platform.capability(edge).environment["NAME"]
                found["access_logs.s3.prefix"] = "nlb"
        return found

    def _port(self, platform: Platform, listener: Listener) -> int:
        """Where what gets the connections takes them."""
        if listener.scheme:
            return balancer_port(platform, listener, listener.scheme)
        service = platform.spec.at(str(listener.to)).settings
        return port_of(listener.target_port, listener.sidecar, service) or listener.port

    def _listener(self, platform: Platform, word: str, listener: Listener) -> Iterator[AWSObject]:
        found: dict[str, Json] = {}
        default, *others = self._certificates(platform) if listener.protocol == "tls" else [("", None)]
        if default[1] is not None:
            found |= {"SslPolicy": self.ssl_policy, "Certificates": [elb.Certificate(CertificateArn=default[1])]}
        if listener.alpn:
            found["AlpnPolicy"] = [listener.alpn]
        if listener.idle_seconds:
            idle = elb.ListenerAttribute(Key="tcp.idle_timeout.seconds", Value=str(listener.idle_seconds))
            found["ListenerAttributes"] = [idle]
        yield elb.Listener(
            self._listener_id(word),
            LoadBalancerArn=Ref(self.main_id),
            Port=listener.port,
            Protocol=listener.protocol.upper(),
            DefaultActions=[elb.Action(Type="forward", TargetGroupArn=Ref(self._group_id(word)))],
            **found,
        )
        for stem, arn in others:
            yield elb.ListenerCertificate(
                f"{self._listener_id(word)}{stem}Certificate",
                ListenerArn=Ref(self._listener_id(word)),
                Certificates=[elb.Certificate(CertificateArn=arn)],
            )

    def _certificates(self, platform: Platform) -> list[tuple[str, Value]]:
        """Word for a logical id and ARN of each certificate; the first is the default one."""
        found: list[tuple[str, Value]] = [(one.stem, Ref(one.certificate_id)) for one in self._sites(platform)]
        if self.certificate:
            found[:1] = [(mark(self.certificate), self.certificate)]
        return found

    def _sites(self, platform: Platform) -> list[Site]:
        found = (domain_of(platform, name) for name in listed(self.domain or ()))
        return [site for site in found if site]

    def _records(self, platform: Platform) -> Iterable[AWSObject]:
        types = ("A", "AAAA") if self._dual_stack else ("A",)
        for site in self._sites(platform):
            target = Target(GetAtt(self.main_id, "DNSName"), GetAtt(self.main_id, "CanonicalHostedZoneID"), types)
            yield from aliases(self, site.alias_zone(platform), site.hosts, target)

    def streams(self, platform: Platform, address: str) -> tuple[Stream, ...]:
        return tuple(
            Stream(
                balancer=self,
                group_id=self._group_id(word),
                listener_id=self._listener_id(word),
                sidecar=one.sidecar,
                port=self._port(platform, one),
                transports=TRANSPORTS[one.protocol],
                check_port=one.health_check.port,
                grace_seconds=one.grace_seconds,
            )
            for word, one in self.listeners.items()
            if one.to == address
        )

    def refused(self, platform: Platform) -> Iterable[Fault]:
        (network,) = platform.of(Subnets)
        ids, zones = self.static_addresses, network.count("Public")
        if isinstance(ids, tuple | list) and len(ids) != zones:
            message = f"{len(ids)} addresses are given, and there are {zones} public subnets, which take one each"
            yield Fault("static-addresses", message, ("static_addresses",), f"give {zones}, or write true")

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        group = Ref(self.security_group_id)
        ports = {
            (one.port, transport): Port(one.port, group, transport=transport)
            for one in self.listeners.values()
            for transport in TRANSPORTS[one.protocol]
        }
        several = len(self.listeners) > 1
        variables: dict[str, Value] = {"HOST": self._host(platform)}
        variables |= {f"{shout(word)}_PORT" if several else "PORT": str(one.port) for word, one in self._by_word()}
        return {"connect": Capability(ports=tuple(ports.values()), environment=variables)}

    def _by_word(self) -> list[tuple[str, Listener]]:
        return sorted(self.listeners.items(), key=lambda item: item[0])

    def _host(self, platform: Platform) -> Value:
        """A name that its certificates are for, or its own."""
        return next((one.domain for one in self._sites(platform)), GetAtt(self.main_id, "DNSName"))

    def attributes(self) -> Mapping[str, Value]:
        return {
            "dns": GetAtt(self.main_id, "DNSName"),
            "zone_id": GetAtt(self.main_id, "CanonicalHostedZoneID"),
            "arn": Ref(self.main_id),
            "security_group": Ref(self.security_group_id),
            "service_name": service_name(self),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Dns", GetAtt(self.main_id, "DNSName"), f"DNS name of {self.name}")
        if self.static_addresses is True:
            for zone in range(1, len(public_subnets(platform)) + 1):
                about = f"Address of {self.name} in zone {zone}"
                yield Output(self._address_id(zone), Ref(self._address_id(zone)), about)
        if self.endpoint_service:
            yield from service_outputs(self, self.endpoint_service)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        for number, (word, _) in enumerate(self._by_word(), 1):
            yield AlarmSpec(
                name=f"TargetsUnhealthy{number if len(self.listeners) > 1 else ''}",
                description=f"Targets of {self.name} ({word}) fail their health check",
                metrics=(query("AWS/NetworkELB", "UnHealthyHostCount", "Maximum", self._dimensions(word)),),
                threshold=0,
                evaluation_periods=5,
                datapoints=5,
            )

    def _dimensions(self, word: str) -> dict[str, Value]:
        return {
            "TargetGroup": GetAtt(self._group_id(word), "TargetGroupFullName"),
            "LoadBalancer": GetAtt(self.main_id, "LoadBalancerFullName"),
        }

    def charts(self, platform: Platform) -> Iterable[Chart]:
        full_name = GetAtt(self.main_id, "LoadBalancerFullName")
        for title, names in (("connections", ("NewFlowCount", "ActiveFlowCount")), ("bytes", ("ProcessedBytes",))):
            rows = tuple(("AWS/NetworkELB", name, "LoadBalancer", full_name) for name in names)
            yield Chart(f"Network load balancer {self.name}: {title}", rows, "Sum" if title == "bytes" else "Average")


KIND = NetworkLoadBalancer
