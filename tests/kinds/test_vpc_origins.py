"""Services in private subnets behind a cdn: CloudFront reaches the internal load balancer, and nobody else does."""

from __future__ import annotations

import pytest

from compiler.language.facts import fact
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = "platform: demo\nregion: {region}\nenvironments: {{dev: {{posture: development}}}}\nbuckets: {{static: {{}}}}\n"
WEB = "services: {web: {image: 'example/web:1', port: 8080, ingress: {path: '/*'%s}}}\n"
SITE = "cdn: {site: {paths: {'/app/*': web, '/*': static}}, other: {paths: {'/*': web}}}\n"
DOMAIN = """domains:
  inside: {domain: in.example.com, zone: {id: Z0123456789ABCDEFGHIJ}, certificate: {names: ["*.in.example.com"]}}
"""
SECURE = f"{DOMAIN}load_balancer: {{internal_domain: inside}}\n"
API = "apis: {api: {routes: {$default: web}, auth: iam}}\n"
ARN = "arn:aws:elasticloadbalancing:us-east-1:222222222222"
EXISTING = (
    f"load_balancer: {{existing: {{internal: {{arn: '{ARN}:loadbalancer/app/a/50dc6c495c0c9188', listener: "
    f"'{ARN}:listener/app/a/50dc6c495c0c9188/f2f7dc8efc522ab2', security_group: sg-0123456789abcdef0}}}}}}\n"
)


def spec(more: str = "", ingress: str = "", region: str = "us-east-1") -> str:
    return HEAD.format(region=region) + WEB % ingress + SITE + more


def built(more: str = "", ingress: str = "", region: str = "us-east-1") -> dict[str, Json]:
    return dict(resources(compiled(spec(more, ingress, region))))


def origins(found: dict[str, Json]) -> list[Json]:
    listed = [found[f"{name}Distribution"]["Properties"]["DistributionConfig"]["Origins"] for name in ("Site", "Other")]
    return [origin for one in listed for origin in one if origin["Id"] == "services.web"]


def only(found: dict[str, Json], kind: str) -> Json:
    (body,) = (body["Properties"] for body in found.values() if body["Type"] == kind)
    return body


def test_distributions_share_one_vpc_origin_on_the_internal_load_balancer() -> None:
    found = built()
    endpoint = only(found, "AWS::CloudFront::VpcOrigin")["VpcOriginEndpointConfig"]
    assert endpoint["Arn"] == {"Ref": "InternalLoadBalancer"}
    assert (endpoint["OriginProtocolPolicy"], endpoint["HTTPPort"]) == ("http-only", 80)
    assert len(origins(found)) == 2
    for origin in origins(found):
        assert origin.keys() == {"Id", "DomainName", "VpcOriginConfig"}
    assert found["InternalVpcOrigin"]["DependsOn"] == ["InternalListener", "InternalLoadBalancerFromCloudFront"]


def test_nothing_of_it_faces_the_internet() -> None:
    found = built()
    schemes = [one["Properties"]["Scheme"] for one in found.values() if one["Type"].endswith("V2::LoadBalancer")]
    assert schemes == ["internal"]
    rule = found["InternalLoadBalancerFromCloudFront"]["Properties"]
    assert rule["SourcePrefixListId"] == "pl-3b927c52" and rule["FromPort"] == rule["ToPort"] == 80
    assert not {"CidrIp", "CidrIpv6", "SourceSecurityGroupId"} & rule.keys()


def test_with_a_certificate_all_of_the_way_is_encrypted() -> None:
    found = built(SECURE + API)
    assert found["InternalListener"]["Properties"]["Protocol"] == "HTTPS"
    assert found["InternalListener"]["Properties"]["Certificates"] == [
        {"CertificateArn": {"Ref": "InsideDomainCertificate"}}
    ]
    endpoint = found["InternalHttpsVpcOrigin"]["Properties"]["VpcOriginEndpointConfig"]
    assert (endpoint["OriginProtocolPolicy"], endpoint["OriginSSLProtocols"]) == ("https-only", ["TLSv1.2"])
    assert {one["DomainName"] for one in origins(found)} == {"in.example.com"}
    assert found["InternalLoadBalancerFromCloudFront"]["Properties"]["FromPort"] == 443
    assert only(found, "AWS::ApiGatewayV2::Integration")["TlsConfig"] == {"ServerNameToVerify": "in.example.com"}
    assert not [one for one in found.values() if one["Type"] == "AWS::Route53::RecordSet"]


def test_a_changed_protocol_takes_a_new_vpc_origin_because_aws_changes_none_in_use() -> None:
    plain, secure = (
        {name for name, one in found.items() if one["Type"] == "AWS::CloudFront::VpcOrigin"}
        for found in (built(), built(SECURE))
    )
    assert len(plain) == len(secure) == 1 and not plain & secure


@pytest.mark.parametrize(
    ("more", "ingress", "name"),
    [
        ("", "", {"Ref": "InternalLoadBalancerDNSName"}),
        ("", ", host: ['*.a.example.com', b.example.com]", "b.example.com"),
        (SECURE, ", host: [b.example.com, c.in.example.com]", "c.in.example.com"),
        (SECURE, ", host: in.example.com", "in.example.com"),
    ],
)
def test_the_load_balancer_is_asked_by_a_name_that_it_has_a_rule_and_a_certificate_for(
    more: str, ingress: str, name: Json
) -> None:
    assert {str(one["DomainName"]) for one in origins(built(more, ingress))} == {str(name)}


def test_without_a_cdn_there_is_no_way_in() -> None:
    found = dict(resources(compiled(HEAD.format(region="us-east-1") + WEB % "" + API)))
    assert not [one for one in found.values() if "CloudFront" in one["Type"]]
    assert "InternalLoadBalancerFromCloudFront" not in found


@pytest.mark.parametrize(
    ("more", "ingress", "region", "codes"),
    [
        ("", "", "eu-central-1", []),
        ("", "", "eu-south-2", ["vpc-origin", "vpc-origin"]),
        ("load_balancer: {cloudfront_prefix_list: pl-0123456789abcdef0}\n", "", "eu-south-2", []),
        ("load_balancer: {cloudfront_prefix_list: pl-1}\n", "", "eu-south-2", ["bad-value"]),
        (EXISTING, "", "us-east-1", ["vpc-origin", "vpc-origin"]),
        ("", ", host: '*.example.com'", "us-east-1", ["no-ingress", "no-ingress"]),
        (SECURE, ", host: shop.example.com", "us-east-1", ["no-ingress", "no-ingress"]),
        (SECURE, ", host: a.b.in.example.com", "us-east-1", ["no-ingress", "no-ingress"]),
        (SECURE.replace('{names: ["*.in.example.com"]}', "null"), "", "us-east-1", ["no-certificate"]),
        ("load_balancer: {internal_domain: nothing}\n", "", "us-east-1", ["unknown-component"]),
    ],
)
def test_what_a_way_through_a_vpc_origin_can_get_wrong(more: str, ingress: str, region: str, codes: list[str]) -> None:
    assert [one.code for one in faults(spec(more, ingress, region))] == codes


def test_a_region_has_one_prefix_list() -> None:
    regions = [about["region"] for about in fact("cloudfront-prefix-lists").known().values()]
    assert len({*regions}) == len(regions)
