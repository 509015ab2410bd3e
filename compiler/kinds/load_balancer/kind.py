"""The Application Load Balancers in front of the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Parameter, Ref, ec2
from troposphere import elasticloadbalancingv2 as elb

from compiler.kinds.load_balancer.cdn_only import FORBIDDEN, from_cloudfront, header_secret
from compiler.kinds.load_balancer.mutual_tls import MutualTls
from compiler.kinds.load_balancer.rule import Rule, page
from compiler.kinds.load_balancer.rules import maintenance_rule, rule_resources
from compiler.kinds.load_balancer.vpc_origin import vpc_origin
from compiler.program import glue
from compiler.program.artifact import Artifact
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Output, Platform, Value
from compiler.shared.aliases import Target, aliases
from compiler.shared.balancers import INTERNAL, PUBLIC, Scheme, internal_port
from compiler.shared.cidr_rules import by_ipv6
from compiler.shared.digest import mark
from compiler.shared.ingress import fronted, rules, signs_in
from compiler.shared.metrics import query
from compiler.shared.rule_conditions import listed
from compiler.shared.security_groups import security_group
from compiler.shared.sites import Site, domain_of
from compiler.shared.subnets import internet, private_subnets, public_subnets
from compiler.shared.web_acl import association
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class LoadBalancer(Component):
    """An internal and an internet-facing load balancer, each there when a service needs it."""

    domain: Json
    certificate: str | None
    certificates: tuple[str, ...]
    internal_domain: str | None
    cloudfront_prefix_list: str | None
    firewall: str | None
    internal_firewall: str | None
    ssl_policy: str
    mutual_tls: MutualTls | None
    allow_from: tuple[str, ...]
    allow_from_ipv6: tuple[str, ...] | None
    ip_address_type: str
    cdn_only: bool
    rules: Mapping[str, Rule]
    maintenance: Json
    """True, or the page."""
    idle_seconds: int
    deletion_protection: bool
    logs_to: str | None

    @property
    def main_id(self) -> str:
        return PUBLIC.id if self.certificate or self.domain else INTERNAL.id

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        wanted = schemes(platform)
        if INTERNAL in wanted:
            yield from association(platform, self, Ref(INTERNAL.id), "internal_firewall")
            asks = False in signs_in(platform.spec)
            yield security_group(INTERNAL.security_group_id, "Internal load balancer", https_out=asks)
            yield self._balancer(INTERNAL, platform)
            yield self._internal_listener(platform)
            yield from vpc_origin(platform)
        if PUBLIC in wanted:
            yield self._open_group(platform)
            if self.cdn_only:
                yield header_secret(platform)
            yield self._balancer(PUBLIC, platform)
            default, *others = self._certificates(platform)
            yield from (one.store(platform) for one in (self.mutual_tls,) if one)
            yield self._https(PUBLIC, default[1], self.mutual_tls)
            for name, arn in others:
                certificate = elb.Certificate(CertificateArn=arn)
                yield elb.ListenerCertificate(
                    f"{PUBLIC.listener_id}{name}Certificate",
                    ListenerArn=Ref(PUBLIC.listener_id),
                    Certificates=[certificate],
                )
            if not self.cdn_only:
                yield _listener("PublicRedirectListener", PUBLIC, Port=80, Protocol="HTTP", action=_TO_HTTPS)
            yield from self._records(platform)
            yield from association(platform, self, Ref(PUBLIC.id))
        yield from rule_resources(platform, self.rules, rules(platform.spec), self)
        down = page(self.maintenance)
        if down:
            yield from (maintenance_rule(scheme, down) for scheme in wanted)

    def _balancer(self, scheme: Scheme, platform: Platform) -> elb.LoadBalancer:
        waits = [*glue.waits(platform, self), *([] if scheme == INTERNAL else internet(platform))]
        return elb.LoadBalancer(
            scheme.id,
            Type="application",
            Scheme="internal" if scheme == INTERNAL else "internet-facing",
            IpAddressType="ipv4" if scheme == INTERNAL else self.ip_address_type,
            SecurityGroups=[Ref(scheme.security_group_id)],
            Subnets=private_subnets(platform) if scheme == INTERNAL else public_subnets(platform),
            LoadBalancerAttributes=[
                elb.LoadBalancerAttributes(Key=key, Value=value) for key, value in self._settings(platform).items()
            ],
            **({"DependsOn": waits} if waits else {}),
        )

    def _settings(self, platform: Platform) -> dict[str, Value]:
        """Attributes of a load balancer, which are text by AWS's own definition."""
        found: dict[str, Value] = {
            "deletion_protection.enabled": str(self.deletion_protection).lower(),
            "idle_timeout.timeout_seconds": str(self.idle_seconds),
            "routing.http.desync_mitigation_mode": "defensive",
            "routing.http.drop_invalid_header_fields.enabled": "true",
        }
        for edge in platform.edges_from(self):
            if edge.verb == "log":
                found["access_logs.s3.enabled"] = "true"
                found["access_logs.s3.bucket"] = platform.capability(edge).environment["NAME"]
                found["access_logs.s3.prefix"] = "alb"
        return found

    def _open_group(self, platform: Platform) -> ec2.SecurityGroup:
        """Where users sign in the load balancer asks their provider, over the internet."""
        asks = True in signs_in(platform.spec)
        group = security_group(PUBLIC.security_group_id, "Internet-facing load balancer", https_out=asks)
        if self.cdn_only:
            group.SecurityGroupIngress = [from_cloudfront(platform)]
            return group
        group.SecurityGroupIngress = [
            ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, Description=about, **{kind: cidr})
            for kind, cidr in self._ranges()
            for port, about in ((443, "HTTPS"), (80, "HTTP, only to redirect it to HTTPS"))
        ]
        return group

    def _ranges(self) -> list[tuple[str, str]]:
        """By IPv6 nobody comes who may not by IPv4, unless the spec says so."""
        by_ipv4 = [("CidrIp", cidr) for cidr in self.allow_from]
        if self.ip_address_type == "ipv4":
            return by_ipv4
        others = [("CidrIpv6", cidr) for cidr in by_ipv6(self.allow_from_ipv6, self.allow_from)]
        return [*(by_ipv4 if self.ip_address_type == "dualstack" else []), *others]

    def _records(self, platform: Platform) -> Iterable[AWSObject]:
        for site in self._sites(platform):
            types = _RECORDS[self.ip_address_type]
            target = Target(GetAtt(PUBLIC.id, "DNSName"), GetAtt(PUBLIC.id, "CanonicalHostedZoneID"), types)
            yield from aliases(self, site.alias_zone(platform), site.hosts, target)

    def _sites(self, platform: Platform) -> list[Site]:
        found = (domain_of(platform, name) for name in listed(self.domain or ()))
        return [site for site in found if site]

    def _certificates(self, platform: Platform) -> list[tuple[str, Value]]:
        """Word for a logical id and ARN of each certificate; the first is the default one."""
        found: list[tuple[str, Value]] = [(one.stem, Ref(one.certificate_id)) for one in self._sites(platform)]
        if self.certificate:
            found[:1] = [("", self.certificate)]
        return [*found, *((mark(arn), arn) for arn in self.certificates)]

    def _internal_listener(self, platform: Platform) -> elb.Listener:
        site = domain_of(platform, self.internal_domain)
        if site:
            return self._https(INTERNAL, Ref(site.certificate_id))
        port = internal_port(platform.spec)
        return _listener(INTERNAL.listener_id, INTERNAL, Port=port, Protocol="HTTP", action=_NOT_FOUND)

    def _https(self, scheme: Scheme, certificate: Value, mutual: MutualTls | None = None) -> elb.Listener:
        return _listener(
            scheme.listener_id,
            scheme,
            Port=443,
            Protocol="HTTPS",
            SslPolicy=self.ssl_policy,
            Certificates=[elb.Certificate(CertificateArn=certificate)],
            action=FORBIDDEN if self.cdn_only and scheme == PUBLIC else _NOT_FOUND,
            **({"MutualAuthentication": mutual.of_listener()} if mutual else {}),
        )

    def parameters(self) -> Iterable[Parameter]:
        yield from (one.declared() for one in (self.mutual_tls,) if one)

    def artifacts(self) -> Iterable[Artifact]:
        yield from (one.artifact(self.path) for one in (self.mutual_tls,) if one)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"balance": Capability()}

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {
            scheme.word.lower(): {
                "arn": Ref(scheme.id),
                "listener": Ref(scheme.listener_id),
                "security_group": Ref(scheme.security_group_id),
                "dns": GetAtt(scheme.id, "DNSName"),
                "zone_id": GetAtt(scheme.id, "CanonicalHostedZoneID"),
            }
            for scheme in schemes(platform)
        }

    def attributes(self) -> Mapping[str, Value]:
        return {
            "internal_dns": GetAtt(INTERNAL.id, "DNSName"),
            "public_dns": GetAtt(PUBLIC.id, "DNSName"),
            "public_zone_id": GetAtt(PUBLIC.id, "CanonicalHostedZoneID"),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        for scheme in schemes(platform):
            about = f"DNS name of the {'internal' if scheme == INTERNAL else 'internet-facing'} load balancer"
            yield Output(f"{self.stem}{scheme.word}Dns", GetAtt(scheme.id, "DNSName"), about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        for scheme in schemes(platform):
            yield AlarmSpec(
                name=f"{scheme.word}Errors",
                description=f"The {scheme.word.lower()} load balancer itself answers with 5xx over 10 times a minute",
                metrics=(query("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", _dimension(scheme)),),
                threshold=10,
                evaluation_periods=3,
                datapoints=2,
            )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        for scheme in schemes(platform):
            names = ("RequestCount", "HTTPCode_ELB_5XX_Count", "RejectedConnectionCount")
            full_name = GetAtt(scheme.id, "LoadBalancerFullName")
            rows = tuple(("AWS/ApplicationELB", name, "LoadBalancer", full_name) for name in names)
            yield Chart(f"{scheme.word} load balancer", rows, "Sum")


def schemes(platform: Platform) -> tuple[Scheme, ...]:
    """The load balancers that the services' ingress and the rules ask for."""
    wanted = fronted(platform.spec)
    return tuple(scheme for scheme, public in ((INTERNAL, False), (PUBLIC, True)) if public in wanted)


_RECORDS = {"ipv4": ("A",), "dualstack": ("A", "AAAA"), "dualstack-without-public-ipv4": ("AAAA",)}
_NOT_FOUND = elb.Action(
    Type="fixed-response",
    FixedResponseConfig=elb.FixedResponseConfig(StatusCode="404", ContentType="text/plain", MessageBody="Not found"),
)
_TO_HTTPS = elb.Action(
    Type="redirect",
    RedirectConfig=elb.RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301"),
)


def _listener(logical_id: str, scheme: Scheme, action: elb.Action, **settings: object) -> elb.Listener:
    return elb.Listener(logical_id, LoadBalancerArn=Ref(scheme.id), DefaultActions=[action], **settings)


def _dimension(scheme: Scheme) -> dict[str, Value]:
    return {"LoadBalancer": GetAtt(scheme.id, "LoadBalancerFullName")}


KIND = LoadBalancer
