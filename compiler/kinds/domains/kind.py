"""Route 53 zones, ACM certificates, records and health checks of domains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Join, Ref, Sub, Tags, certificatemanager, route53

from compiler.kinds.domains.health_checks import HealthCheck, NamedCheck, check_id, endpoint_check, named_check
from compiler.kinds.domains.record_sets import Record, record_id, record_set
from compiler.kinds.domains.routing import Routing, among
from compiler.kinds.domains.zones import Zone, delegation, delegation_id, networks
from compiler.program.component import AlarmSpec, Capability, Grant, Output, Platform, Value
from compiler.shared.aliases import AliasZone
from compiler.shared.certificate_regions import fixed_region
from compiler.shared.global_region import GLOBAL_REGION
from compiler.shared.keep import deletion
from compiler.shared.sites import Site
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_DAY = 86_400


@frozen()
class Certificate:
    """What the certificate is for beside the domain itself."""

    names: tuple[str, ...]
    key: str


@frozen(kw_only=True)
class Domain(Site):
    """One domain name. What serves it adds its own records."""

    zone: Zone | None
    """None where it is there already."""
    certificate: Certificate | None
    records: Mapping[str, Record]
    health_check: HealthCheck | None
    health_checks: Mapping[str, NamedCheck]
    routing: Routing | None
    keep: str

    @property
    def main_id(self) -> str:
        return self.zone_logical_id if self._makes_zone else self.certificate_id

    @property
    def zone_logical_id(self) -> str:
        return f"{self.stem}Zone"

    @property
    def certificate_id(self) -> str:
        return f"{self.stem}Certificate"

    @property
    def zone_id(self) -> Value:
        return (self.zone and self.zone.id) or Ref(self.zone_logical_id)

    @property
    def _makes_zone(self) -> bool:
        return self.zone is not None and self.zone.create

    @property
    def _private(self) -> bool:
        return self.zone is not None and self.zone.private

    @property
    def hosts(self) -> tuple[str, ...]:
        """All names that the certificate is for, in an order that the spec's does not change: AWS would replace it."""
        return (self.domain, *sorted({*self._names} - {self.domain}))

    @property
    def _names(self) -> tuple[str, ...]:
        if self.existing is not None:
            return tuple(self.existing["names"])
        return self.certificate.names if self.certificate else ()

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        if self.zone and self.zone.create:
            yield from self._zone(platform, self.zone)
        for label, record in self.records.items():
            yield record_set(self, label, record)
        if self.certificate:
            yield self._certificate(platform, self.certificate)
        if self.health_check:
            yield endpoint_check(self, self.health_check, self.domain, platform)
        for named in self.health_checks.items():
            yield named_check(self, named, self.domain, platform)

    def _zone(self, platform: Platform, zone: Zone) -> Iterator[AWSObject]:
        about = route53.HostedZoneConfiguration(Comment=f"{platform.name} {platform.environment} {self.name}")
        settings = {"HostedZoneConfig": about, **networks(zone, platform), **deletion(self.keep)}
        yield route53.HostedZone(self.zone_logical_id, Name=self.domain, **settings)
        if zone.delegated_in:
            yield delegation(self, self.zone_logical_id, zone.delegated_in)

    def elsewhere(self, platform: Platform) -> Mapping[str, str]:
        """A public zone that is made, so that it need never move, and a certificate for a cdn or for sign-in pages."""
        found = {} if self._private else dict.fromkeys((self.zone_logical_id, delegation_id(self)), GLOBAL_REGION)
        return found | {self.certificate_id: self._certificate_region(platform)}

    def _certificate_region(self, platform: Platform) -> str:
        """CloudFront, which a user pool's own domain goes through too, takes certificates of one region."""
        users = [edge.source for edge in platform.edges_to(self, "serve")]
        reads = platform.spec.reads(platform.spec.sections[self.section][self.name])
        users += [address for address, attribute in reads if attribute == "certificate_arn"]
        fixed = (fixed_region(address, platform.spec) for address in users)
        return next((region for region in fixed if region), platform.region)

    def alias_zone(self, platform: Platform) -> AliasZone:
        if not self.routing:
            return AliasZone(self.zone_id)
        check = {"HealthCheckId": Ref(check_id(self))} if self.health_check else {}
        return AliasZone(self.zone_id, among(self.routing, f"{platform.name}-{platform.environment}") | check)

    def _certificate(self, platform: Platform, certificate: Certificate) -> certificatemanager.Certificate:
        """CloudFormation writes the validation records into the zone, and waits until ACM has seen them.

        A wildcard has the record of the name above it, which is made once (AWS CDK, getUniqueDnsDomainNames).
        """
        others = {"SubjectAlternativeNames": list(self.hosts[1:])} if self.hosts[1:] else {}
        return certificatemanager.Certificate(
            self.certificate_id,
            DomainName=self.domain,
            KeyAlgorithm=certificate.key,
            ValidationMethod="DNS",
            DomainValidationOptions=[
                certificatemanager.DomainValidationOption(DomainName=host, HostedZoneId=self.zone_id)
                for host in self.hosts
                if host.removeprefix("*.") == host or host[2:] not in self.hosts
            ],
            Tags=Tags(Name=f"{platform.name}-{platform.environment}-{self.name}"),
            **self._after(platform),
            **others,
        )

    def _after(self, platform: Platform) -> dict[str, list[str]]:
        """ACM asks who may make certificates before it makes one; one in another region comes before any record."""
        if self._certificate_region(platform) != platform.region:
            return {}
        here = self.zone is not None and self.zone.delegated_in and platform.region == GLOBAL_REGION
        delegated = [delegation_id(self)] if here else []
        found = [record_id(self, label) for label, one in self.records.items() if one.type == "CAA"]
        return {"DependsOn": [*delegated, *found]} if delegated or found else {}

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        manage = Capability(grants=self._managing(), environment={"NAME": self.domain, "ZONE_ID": self.zone_id})
        return {"manage": manage, "serve": Capability(), "record": Capability()}

    def _managing(self) -> tuple[Grant, ...]:
        """What ExternalDNS and cert-manager ask for, with names held to the domain: its zone may be that of a parent.

        Source: Route 53 developer guide, "Using IAM policy conditions for fine-grained access control"; ExternalDNS,
        tutorial for AWS; cert-manager, DNS01 with Route 53.
        """
        place = "arn:${AWS::Partition}:route53:::"
        zone, change = (Sub(f"{place}hostedzone/${{Zone}}", Zone=self.zone_id),), (Sub(f"{place}change/*"),)
        names = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [self.domain, f"*.{self.domain}"]}
        return (
            Grant(("route53:ChangeResourceRecordSets",), zone, {"ForAllValues:StringLike": names}),
            Grant(("route53:ListResourceRecordSets", "route53:ListTagsForResources"), zone),
            Grant(("route53:GetChange",), change),
            Grant(("route53:ListHostedZones", "route53:ListHostedZonesByName"), ("*",)),
        )

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        certificate = {"certificate": Ref(self.certificate_id)} if self.certificate else {}
        return {"zone": self.zone_id, **certificate, "names": list(self._names)}

    def attributes(self) -> Mapping[str, Value]:
        return {"zone_id": self.zone_id, "certificate_arn": Ref(self.certificate_id), "name": self.domain}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        if self._makes_zone:
            yield Output(f"{self.stem}ZoneId", self.zone_id, f"Zone of {self.domain}")
        if self._makes_zone and not self._private:
            servers = Join(", ", GetAtt(self.zone_logical_id, "NameServers"))
            yield Output(f"{self.stem}NameServers", servers, f"Name servers that the registrar of {self.domain} needs")
        if self.certificate:
            yield Output(f"{self.stem}CertificateArn", Ref(self.certificate_id), f"Certificate of {self.domain}")

    def alarms(self, platform: Platform) -> Iterator[AlarmSpec]:
        if self.certificate and self._certificate_region(platform) == platform.region:
            left = _minimum(
                "AWS/CertificateManager", "DaysToExpiry", {"CertificateArn": Ref(self.certificate_id)}, _DAY
            )
            yield AlarmSpec(
                name="CertificateExpiring",
                description=f"The certificate of {self.domain} ends in less than 30 days: ACM could not renew it",
                metrics=(left,),
                threshold=30,
                comparison="LessThanThreshold",
            )
        if platform.region == GLOBAL_REGION:
            yield from self._unhealthy()

    def _unhealthy(self) -> Iterator[AlarmSpec]:
        """A check that follows an alarm has that one already."""
        if self.health_check:
            yield _failing("Unhealthy", f"{self.domain} does not answer the health check", check_id(self))
        asked = sorted(label for label, check in self.health_checks.items() if check.alarm is None)
        for number, label in enumerate(asked, 1):
            word = f"CheckUnhealthy{number if len(asked) > 1 else ''}"
            yield _failing(word, f"The health check {label} of {self.domain} fails", check_id(self, label))


def _failing(name: str, about: str, check: str) -> AlarmSpec:
    status = _minimum("AWS/Route53", "HealthCheckStatus", {"HealthCheckId": Ref(check)}, 60)
    return AlarmSpec(name=name, description=about, metrics=(status,), threshold=1, comparison="LessThanThreshold")


def _minimum(namespace: str, name: str, dimension: Mapping[str, Value], seconds: int) -> Mapping[str, Json]:
    named = [{"Name": key, "Value": value} for key, value in dimension.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": named}
    return {"Id": "value", "MetricStat": {"Metric": metric, "Period": seconds, "Stat": "Minimum"}}


KIND = Domain
