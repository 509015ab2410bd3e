"""Private zones and the networks that resolve them, and zones that a zone above delegates to."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, roots, warnings

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  far: {posture: development, region: eu-central-1}
"""
SITE = "site: {domain: example.com, zone: {create: true}}"
LAB = "lab: {domain: lab.example.com, zone: {create: true, delegated_in: '${site.zone_id}'}, certificate: {}}"
INSIDE = "inside: {domain: inside.example.com, zone: {create: true, private: true"


def built(domains: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}domains: {{{domains}}}\n", "dev")))


def codes(domains: str, more: str = "") -> list[str]:
    """Errors, or the warnings of a sound spec."""
    text = f"{HEAD}domains: {{{domains}}}\n{more}"
    return sorted(one.code for one in faults(text) or warnings(text))


def test_a_zone_above_delegates_to_the_name_servers_of_the_new_one() -> None:
    found = built(f"{SITE}, {LAB}")
    assert found["LabDomainDelegation"]["Properties"] == {
        "HostedZoneId": {"Ref": "SiteDomainZone"},
        "Name": "lab.example.com",
        "Type": "NS",
        "TTL": "172800",
        "ResourceRecords": {"Fn::GetAtt": ["LabDomainZone", "NameServers"]},
    }
    assert found["LabDomainCertificate"]["DependsOn"] == ["LabDomainDelegation"]


def test_a_delegation_is_beside_its_zone_in_every_region() -> None:
    first, last = roots(f"{HEAD}domains: {{{SITE}, {LAB}}}\n", "far")
    assert (first.region, last.region) == ("us-east-1", "eu-central-1")
    assert {"LabDomainZone", "LabDomainDelegation"} <= resources(first).keys()
    assert "DependsOn" not in resources(last)["LabDomainCertificate"]


def test_a_private_zone_is_resolved_by_the_network_and_further_ones() -> None:
    found = built(f"{INSIDE}, vpcs: [{{id: vpc-0123456789abcdef0, region: eu-west-1}}]}}}}")
    assert "Vpc" in found and "Vpc" not in built(SITE)
    assert found["InsideDomainZone"]["Properties"]["VPCs"] == [
        {"VPCId": {"Ref": "Vpc"}, "VPCRegion": "us-east-1"},
        {"VPCId": "vpc-0123456789abcdef0", "VPCRegion": "eu-west-1"},
    ]


def test_a_private_zone_is_where_its_network_is_and_shows_no_name_servers() -> None:
    one = compiled(f"{HEAD}domains: {{{INSIDE}}}}}}}\n", "far")
    assert one.region == "eu-central-1" and "InsideDomainZone" in resources(one)
    assert "InsideDomainNameServers" not in one.root.body["Outputs"]


@pytest.mark.parametrize(
    ("domains", "found"),
    [
        (f"{SITE}, {LAB}", []),
        ("lab: {domain: lab.example.com, zone: {create: true, delegated_in: Z0123456789}}", []),
        (f"{SITE}, {LAB.replace('lab.example.com', 'example.org')}", ["outside-zone"]),
        (f"{SITE}, {LAB.replace('lab.example.com', 'badexample.com')}", ["outside-zone"]),
        ("lab: {domain: lab.example.com, zone: {id: Z0123456789, delegated_in: Z9876543210}}", ["unused-setting"]),
        (
            f"{SITE[:-1]}, records: {{a: {{type: TXT, name: a.lab, values: [a]}}}}}}, {LAB}",
            ["record-conflict"],
        ),
        (
            f"{SITE[:-1]}, records: {{a: {{type: NS, name: lab, values: [ns.example.net]}}}}}}, {LAB}",
            ["record-conflict"],
        ),
        (f"{SITE[:-1]}, records: {{a: {{type: TXT, name: collab, values: [a]}}}}}}, {LAB}", []),
        (f"{INSIDE}}}}}", []),
        (f"{INSIDE}, delegated_in: Z0123456789}}}}", ["private-zone"]),
        (f"{INSIDE}}}, certificate: {{}}}}", ["private-zone"]),
        (f"{INSIDE}}}, health_check: {{}}}}", ["health-check-private"]),
        (f"{INSIDE}}}, health_check: {{host: www.example.com}}}}", []),
        (f"{INSIDE}}}, health_checks: {{a: {{host: a.inside.example.com}}}}}}", ["health-check-private"]),
        (f"{INSIDE}}}, health_checks: {{a: {{type: alarm, alarm: {{name: failing}}}}}}}}", []),
        (f"{INSIDE}}}}}, {INSIDE.replace('inside:', 'again:')}}}}}", ["private-zone"]),
        (f"{INSIDE}}}}}, public: {{domain: inside.example.com, zone: {{create: true}}}}", []),
        ("site: {domain: example.com, zone: {id: Z0123456789, private: true}}", ["unused-setting"]),
        ("site: {domain: example.com, zone: {create: true, vpcs: [{id: vpc-01234567}]}}", ["unused-setting"]),
    ],
)
def test_what_a_zone_can_be(domains: str, found: list[str]) -> None:
    assert codes(domains) == found


@pytest.mark.parametrize(
    ("network", "found"),
    [
        ("{}", []),
        ("{properties: {EnableDnsSupport: false}}", ["private-zone"]),
        ("{properties: {EnableDnsHostnames: false}}", ["private-zone"]),
        ("{properties: {EnableDnsHostnames: true}}", []),
    ],
)
def test_a_private_zone_needs_the_dns_of_its_network(network: str, found: list[str]) -> None:
    assert codes(f"{INSIDE}}}}}", f"network: {network}\n") == found
