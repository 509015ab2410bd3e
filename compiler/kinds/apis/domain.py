"""The host name of an API: one interface of API Gateway for all types."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, apigatewayv2

from compiler.kinds.apis.settings import ApiSettings, MutualTls
from compiler.program.component import Platform
from compiler.shared.aliases import Target, aliases
from compiler.shared.sites import Site, domain_of


def host_name(platform: Platform, api: ApiSettings) -> Iterator[AWSObject]:
    """The name with its certificate, its record where the platform has the zone, and what leads it to the stage."""
    site = domain_of(platform, api.domain) if isinstance(api.domain, str) else None
    yield _name(api, site)
    if site:
        zone = GetAtt(api.domain_id, "RegionalHostedZoneId")
        target = Target(GetAtt(api.domain_id, "RegionalDomainName"), zone)
        yield from aliases(api, site.alias_zone(platform), [site.domain], target)
    yield apigatewayv2.ApiMapping(
        f"{api.domain_id}Mapping",
        ApiId=Ref(api.main_id),
        DomainName=Ref(api.domain_id),
        Stage=api.stage_name,
        DependsOn=[api.stage_id],
    )


def _name(api: ApiSettings, site: Site | None) -> apigatewayv2.DomainName:
    settings = apigatewayv2.DomainNameConfiguration(
        CertificateArn=Ref(site.certificate_id) if site else api.domain["certificate"],
        EndpointType="REGIONAL",
        SecurityPolicy="TLS_1_2",
    )
    return apigatewayv2.DomainName(
        api.domain_id,
        DomainName=site.domain if site else api.domain["name"],
        DomainNameConfigurations=[settings],
        **({"MutualTlsAuthentication": _truststore(api.mutual_tls)} if api.mutual_tls else {}),
    )


def _truststore(tls: MutualTls) -> apigatewayv2.MutualTlsAuthentication:
    version = {"TruststoreVersion": tls.version} if tls.version else {}
    return apigatewayv2.MutualTlsAuthentication(TruststoreUri=tls.truststore, **version)
