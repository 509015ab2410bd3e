"""Load balancers: none unless wanted, nothing but HTTPS from the internet, closed otherwise."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
INTERNAL = 'services: {web: {image: "example/web:1", port: 8080, ingress: {}}}\n'
PUBLIC = 'services: {web: {image: "example/web:1", port: 8080, ingress: {public: true}}}\n'
ARN = "arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"
OTHER = "arn:aws:acm:us-east-1:222222222222:certificate/87654321-4321-4321-4321-210987654321"
DOMAINS = """domains:
  shop: {domain: shop.example.com, zone: {id: Z0123456789ABCDEFGHIJ}, certificate: {}}
  blog: {domain: blog.example.com, zone: {id: Z0123456789ABCDEFGHIJ}, certificate: {names: [b.example.com]}}
"""
CERTIFICATE = f"load_balancer: {{certificate: '{ARN}'}}\n"


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(HEAD + text, environment)))


def ids(found: dict[str, Json], kind: str) -> set[str]:
    return {name for name, body in found.items() if body["Type"] == f"AWS::ElasticLoadBalancingV2::{kind}"}


def settings(balancer: Json) -> dict[str, Json]:
    return {one["Key"]: one["Value"] for one in balancer["Properties"]["LoadBalancerAttributes"]}


@pytest.mark.parametrize(
    ("text", "balancers", "listeners"),
    [
        ('services: {web: {image: "example/web:1"}}\n', set(), set()),
        (INTERNAL, {"InternalLoadBalancer"}, {"InternalListener"}),
        (INTERNAL + CERTIFICATE, {"InternalLoadBalancer"}, {"InternalListener"}),
        (PUBLIC + CERTIFICATE, {"PublicLoadBalancer"}, {"PublicListener", "PublicRedirectListener"}),
    ],
)
def test_there_is_what_services_need(text: str, balancers: set[str], listeners: set[str]) -> None:
    found = built(text)
    assert ids(found, "LoadBalancer") == balancers
    assert ids(found, "Listener") == listeners


def test_internal_stays_in_private_subnets_and_lets_nobody_in() -> None:
    found = built(INTERNAL)
    balancer = found["InternalLoadBalancer"]["Properties"]
    assert balancer["Scheme"] == "internal"
    assert balancer["Subnets"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    assert "SecurityGroupIngress" not in found["InternalLoadBalancerSecurityGroup"]["Properties"]
    entries = [body for body in found.values() if body["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert [one["Properties"]["GroupId"] for one in entries] == [{"Ref": "WebServiceSecurityGroup"}]


def test_public_takes_https_with_modern_tls() -> None:
    found = built(PUBLIC + CERTIFICATE)
    listener = found["PublicListener"]["Properties"]
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    assert listener["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    assert listener["Certificates"] == [{"CertificateArn": ARN}]
    assert found["PublicLoadBalancer"]["Properties"]["Subnets"] == [{"Ref": "PublicSubnet1"}, {"Ref": "PublicSubnet2"}]


@pytest.mark.parametrize(
    ("said", "default", "others"),
    [
        ("domain: shop", {"Ref": "ShopDomainCertificate"}, []),
        ("domain: [blog, shop]", {"Ref": "BlogDomainCertificate"}, [{"Ref": "ShopDomainCertificate"}]),
        (f"domain: [shop, blog], certificate: '{ARN}'", ARN, [{"Ref": "BlogDomainCertificate"}]),
        (f"certificate: '{ARN}', certificates: ['{OTHER}']", ARN, [OTHER]),
        ("domain: shop, certificate: '${shop.certificate_arn}'", {"Ref": "ShopDomainCertificate"}, []),
    ],
)
def test_certificates(said: str, default: Json, others: list[Json]) -> None:
    one = compiled(f"{HEAD}{PUBLIC}{DOMAINS}load_balancer: {{{said}}}\n")
    (compute,) = (child for child in one.children if child.name == "compute")
    found = compute.body["Resources"]
    assert found["PublicListener"]["Properties"]["Certificates"] == [{"CertificateArn": default}]
    more = [body for body in found.values() if body["Type"].endswith("::ListenerCertificate")]
    assert [body["Properties"]["Certificates"] for body in more] == [[{"CertificateArn": arn}] for arn in others]


def test_every_domain_has_its_records() -> None:
    found = built(f"{PUBLIC}{DOMAINS}load_balancer: {{domain: [shop, blog]}}\n")
    names = {one["Properties"]["Name"] for one in found.values() if one["Type"] == "AWS::Route53::RecordSet"}
    assert names == {"shop.example.com", "blog.example.com", "b.example.com"}


def test_a_domain_of_the_list_is_served_once() -> None:
    more = 'buckets: {site: {}}\ncdn: {front: {domain: blog, paths: {"/*": site}}}\n'
    found = faults(f"{HEAD}{PUBLIC}{DOMAINS}{more}load_balancer: {{domain: [shop, blog]}}\n")
    assert {one.code for one in found} == {"domain-taken"}


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        (PUBLIC + "load_balancer: {domain: shop, firewall: edge}", ["Public"]),
        (INTERNAL + "load_balancer: {firewall: edge}", []),
        (INTERNAL + "load_balancer: {internal_firewall: edge}", ["Internal"]),
    ],
)
def test_each_load_balancer_has_a_firewall_of_its_own(text: str, protected: list[str]) -> None:
    found = built(f"{DOMAINS}firewalls: {{edge: {{}}}}\n{text}\n")
    associations = [body for body in found.values() if body["Type"] == "AWS::WAFv2::WebACLAssociation"]
    arns = [one["Properties"]["ResourceArn"] for one in associations]
    assert arns == [{"Ref": f"{word}LoadBalancer"} for word in protected]


def test_a_firewall_without_a_load_balancer_is_refused() -> None:
    text = (
        f"{HEAD}{DOMAINS}firewalls: {{edge: {{}}}}\n{PUBLIC}load_balancer: {{domain: shop, internal_firewall: edge}}\n"
    )
    (found,) = faults(text)
    assert (found.code, found.place.line) == ("no-load-balancer", text.count("\n"))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (INTERNAL + "load_balancer: {firewall: edge}", ["idle-firewall"]),
        ("load_balancer: {firewall: edge}", ["idle-firewall"]),
        (PUBLIC + "load_balancer: {domain: shop, firewall: edge}", []),
        (INTERNAL + "load_balancer: {internal_firewall: edge}", []),
    ],
)
def test_a_firewall_of_no_internet_facing_load_balancer_is_told(text: str, codes: list[str]) -> None:
    whole = f"{HEAD}{DOMAINS}firewalls: {{edge: {{}}}}\n{text}\n"
    assert faults(whole) == ()
    found = [one for one in warnings(whole) if one.code == "idle-firewall"]
    assert [one.code for one in found] == codes
    assert all(one.place.line == whole.count("\n") for one in found)


def test_http_is_only_redirected() -> None:
    (action,) = built(PUBLIC + CERTIFICATE)["PublicRedirectListener"]["Properties"]["DefaultActions"]
    assert action["Type"] == "redirect"
    assert action["RedirectConfig"] == {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}


@pytest.mark.parametrize(("text", "listener"), [(INTERNAL, "InternalListener"), (PUBLIC, "PublicListener")])
def test_what_no_service_takes_is_not_found(text: str, listener: str) -> None:
    (action,) = built(text + CERTIFICATE)[listener]["Properties"]["DefaultActions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "404"


@pytest.mark.parametrize(
    ("more", "ranges"),
    [("", {"0.0.0.0/0"}), ("  allow_from: [203.0.113.0/24]\n", {"203.0.113.0/24"})],
)
def test_who_may_reach_the_public_one(more: str, ranges: set[str]) -> None:
    found = built(f"{PUBLIC}load_balancer:\n  certificate: {ARN}\n{more}")
    rules = found["PublicLoadBalancerSecurityGroup"]["Properties"]["SecurityGroupIngress"]
    assert {rule["CidrIp"] for rule in rules} == ranges
    assert {rule["FromPort"] for rule in rules} == {80, 443}


@pytest.mark.parametrize(("environment", "protected"), [("dev", "false"), ("prod", "true")])
def test_settings(environment: str, protected: str) -> None:
    assert settings(built(INTERNAL, environment)["InternalLoadBalancer"]) == {
        "deletion_protection.enabled": protected,
        "idle_timeout.timeout_seconds": "60",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }


def test_access_logs_wait_for_the_policy_of_their_bucket() -> None:
    one = compiled(f"{HEAD}{INTERNAL}buckets: {{logs: {{receives_logs: true}}}}\nload_balancer: {{logs_to: logs}}\n")
    found = settings(resources(one)["InternalLoadBalancer"])
    assert found["access_logs.s3.enabled"] == "true"
    assert found["access_logs.s3.bucket"] == {"Ref": "LogsBucket"}
    assert found["access_logs.s3.prefix"] == "alb"
    (compute,) = (child for child in one.children if child.name == "compute")
    assert "data" in compute.depends_on


@pytest.mark.parametrize(
    ("text", "code", "help_text"),
    [
        (PUBLIC, "certificate-needed", "or leave 'public' out"),
        (INTERNAL + "load_balancer: {allow_from: [10.0.0.1/24]}", "bad-cidr", "did you mean '10.0.0.0/24'?"),
        (INTERNAL + "load_balancer: {allow_from: [10.0.0.300/24]}", "bad-cidr", "write it as"),
        (INTERNAL + CERTIFICATE.replace("us-east-1", "eu-west-1"), "certificate-region", "in us-east-1"),
        (
            INTERNAL + CERTIFICATE.replace("certificate: '", "certificates: ['").replace("'}", "']}"),
            "certificate-needed",
            "make the first one",
        ),
        (
            PUBLIC + f"load_balancer: {{certificate: '{ARN}', certificates: ['{OTHER.replace('us-', 'eu-')}']}}",
            "certificate-region",
            "in us-east-1",
        ),
        (
            PUBLIC + DOMAINS.replace(", certificate: {}}", "}") + "load_balancer: {domain: shop}",
            "no-certificate",
            "shop",
        ),
        (INTERNAL + "load_balancer: {certificate: my-certificate}", "bad-value", ""),
        (INTERNAL + "load_balancer: {ssl_policy: ELBSecurityPolicy-2016-08}", "bad-value", ""),
        (INTERNAL + "load_balancer: {ssl_policy: ELBSecurityPolicy-TLS13-1-0-PQ-2025-09}", "bad-value", ""),
        (INTERNAL + "load_balancer: {ssl_policy: ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06}", "bad-value", ""),
        (INTERNAL + "buckets: {media: {}}\nload_balancer: {logs_to: media}", "not-a-log-bucket", "receives_logs"),
        (
            INTERNAL.replace("ingress: {}", "environment: {A: '${load_balancer.internal_dns}'}"),
            "no-load-balancer",
            "give",
        ),
        (
            INTERNAL.replace("ingress: {}", "ingress: {}, command: ['${load_balancer.public_dns}']"),
            "no-load-balancer",
            "give",
        ),
    ],
)
def test_faults(text: str, code: str, help_text: str) -> None:
    found = faults(f"{HEAD.replace('  prod: {posture: production}', '')}{text}")
    assert [one.code for one in found] == [code]
    assert help_text in found[0].suggestion


def test_the_missing_certificate_is_told_where_public_is_said() -> None:
    (found, *_) = faults(HEAD + PUBLIC)
    line = (HEAD + PUBLIC).splitlines()[found.place.line - 1]
    assert line[found.place.column - 1 :].startswith("true")


NETWORK = """network:
  existing:
    vpc: vpc-0123456789abcdef0
    public: [subnet-0ccc3333, subnet-0ddd4444]
    private: [subnet-0aaa1111, subnet-0bbb2222]
    ipv6: %s
"""


def with_ipv6(more: str, there: str = "true") -> str:
    return f"{PUBLIC}{NETWORK % there}{DOMAINS}load_balancer: {{domain: shop, {more}}}\n"


@pytest.mark.parametrize(
    ("more", "records", "opened"),
    [
        ("", {"A"}, {"0.0.0.0/0"}),
        ("ip_address_type: dualstack", {"A", "AAAA"}, {"0.0.0.0/0", "::/0"}),
        ("ip_address_type: dualstack-without-public-ipv4", {"AAAA"}, {"::/0"}),
        ("ip_address_type: dualstack, allow_from: [203.0.113.0/24]", {"A", "AAAA"}, {"203.0.113.0/24"}),
        (
            "ip_address_type: dualstack, allow_from: [203.0.113.0/24], allow_from_ipv6: ['2001:db8::/32']",
            {"A", "AAAA"},
            {"203.0.113.0/24", "2001:db8::/32"},
        ),
        ("ip_address_type: dualstack, allow_from_ipv6: []", {"A", "AAAA"}, {"0.0.0.0/0"}),
    ],
)
def test_ipv6_has_records_and_opens_no_more_than_ipv4(more: str, records: set[str], opened: set[str]) -> None:
    found = built(with_ipv6(more))
    group = found["PublicLoadBalancerSecurityGroup"]["Properties"]["SecurityGroupIngress"]
    assert {one.get("CidrIp", one.get("CidrIpv6")) for one in group} == opened
    aliases = [one["Properties"] for one in found.values() if one["Type"] == "AWS::Route53::RecordSet"]
    assert {one["Type"] for one in aliases} == records


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (with_ipv6("ip_address_type: dualstack", "false"), ["no-ipv6"]),
        (with_ipv6("allow_from_ipv6: ['2001:db8::/32']"), ["unused-setting"]),
        (with_ipv6("ip_address_type: dualstack, allow_from_ipv6: ['2001:db8::1/32']"), ["bad-cidr"]),
        (INTERNAL + NETWORK % "true" + "load_balancer: {ip_address_type: dualstack}\n", ["no-load-balancer"]),
        (PUBLIC + f"load_balancer: {{certificate: '{ARN}', ip_address_type: dualstack}}\n", ["no-ipv6"]),
    ],
)
def test_ipv6_needs_a_network_that_has_it(text: str, codes: list[str]) -> None:
    assert [one.code for one in faults(HEAD + text)] == codes


def test_a_network_with_ipv6_gives_it_to_what_faces_the_internet() -> None:
    text = f"{PUBLIC}network: {{ipv6: true}}\nload_balancer: {{certificate: '{ARN}', ip_address_type: dualstack}}\n"
    assert faults(HEAD + text) == ()
    assert built(text)["PublicLoadBalancer"]["Properties"]["IpAddressType"] == "dualstack"
