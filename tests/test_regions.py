"""Roots in several regions: what lies where, in which order, and which values go from one to the next."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from compiler.program.program import build
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import render
from compiler.stacks.regions import divide, regions_of
from tests.kinds.building import faults, platform, resources, roots

HEAD = "platform: demo\nregion: eu-central-1\nenvironments: {dev: {posture: development}}\n"
ZONE = "domains: {site: {domain: example.com, zone: {create: true}, certificate: {}, records: {%s}}}\n"
SITE = ZONE % "mail: {type: MX, values: [10 mail.example.com]}"
CDN = "buckets: {static: {}}\ncdn: {front: {paths: {'/*': static}, domain: site}}\n"
API = """
functions: {job: {runtime: python3.13, code: job, handler: app.handler}}
apis: {public: {routes: {$default: job}, domain: site}}
"""

LOGIN = "auth: {people: {domain: {name: example.com, certificate: '${site.certificate_arn}'}}}\n"
ARN = "arn:aws:acm:%s:111111111111:certificate/12345678-1234-1234-1234-123456789012"
OWN_NAME = "domain: {name: api.example.com, certificate: '%s'}"


def places(found: tuple[Compiled, ...]) -> dict[str, str]:
    return {name: one.region for one in found for name in resources(one)}


def test_one_region_is_one_root() -> None:
    (one,) = roots(HEAD + SITE.replace("zone: {create: true}", "zone: {id: Z0123456789}") + API)
    assert (one.region, one.regions, one.takes) == ("eu-central-1", ("eu-central-1",), {})


def test_cloudfronts_certificate_lies_in_virginia_whatever_the_region() -> None:
    found = roots(HEAD + SITE + CDN)
    assert [one.region for one in found] == ["us-east-1", "eu-central-1"]
    where = places(found)
    assert {where["SiteDomainCertificate"], where["SiteDomainZone"]} == {"us-east-1"}
    assert where["FrontDistribution"] == where["SiteDomainMailRecord"] == "eu-central-1"


def test_an_apis_certificate_lies_in_the_apis_region() -> None:
    where = places(roots(HEAD + SITE + API))
    assert (where["SiteDomainZone"], where["SiteDomainCertificate"]) == ("us-east-1", "eu-central-1")


def test_the_certificate_of_sign_in_pages_lies_in_virginia_whatever_the_region() -> None:
    where = places(roots(HEAD + SITE + LOGIN))
    assert (where["SiteDomainCertificate"], where["PeopleUserPoolDomain"]) == ("us-east-1", "eu-central-1")


@pytest.mark.parametrize(
    "text",
    [
        SITE + CDN + API.replace("domain: site", OWN_NAME % "${site.certificate_arn}"),
        SITE + LOGIN + API,
    ],
)
def test_one_certificate_does_not_serve_two_regions(text: str) -> None:
    assert [one.code for one in faults(HEAD + text)] == ["certificate-region"]
    assert faults(HEAD.replace("eu-central-1", "us-east-1") + text) == ()


@pytest.mark.parametrize(
    ("user", "region"), [(CDN, "us-east-1"), (LOGIN, "us-east-1"), (API, "eu-central-1")], ids=["cdn", "auth", "api"]
)
def test_a_certificate_that_is_there_is_where_it_is_needed(user: str, region: str) -> None:
    site = "domains: {site: {domain: example.com, existing: {zone: Z0123456789, certificate: '%s'}}}\n"
    for other in ("us-east-1", "eu-central-1", "eu-west-1"):
        expected = [] if other == region else ["certificate-region"]
        assert [one.code for one in faults(HEAD + site % (ARN % other) + user)] == expected


def test_the_certificate_of_an_apis_own_name_is_in_the_apis_region() -> None:
    text = HEAD + API.replace("domain: site", OWN_NAME % ARN)
    assert faults(text % "eu-central-1") == ()
    assert [one.code for one in faults(text % "us-east-1")] == ["certificate-region"]


def test_values_go_from_root_to_root() -> None:
    first, last = roots(HEAD + SITE + CDN)
    assert last.takes == {"SiteDomainCertificate": "us-east-1", "SiteDomainZone": "us-east-1"}
    assert first.takes == {}
    assert set(last.takes) <= set(first.root.body["Outputs"])
    assert set(last.takes) <= set(last.root.body["Parameters"])
    distribution = resources(last)["FrontDistribution"]["Properties"]["DistributionConfig"]
    assert distribution["ViewerCertificate"]["AcmCertificateArn"] == {"Ref": "SiteDomainCertificate"}
    edge = next(child for child in last.children if child.name == "edge")
    assert edge.body["Parameters"]["SiteDomainCertificate"]["Type"] == "String"
    assert last.root.body["Resources"]["EdgeStack"]["Properties"]["Parameters"]["SiteDomainCertificate"] == {
        "Ref": "SiteDomainCertificate"
    }
    assert first.root.body["Outputs"]["SiteDomainCertificate"]["Value"] == {
        "Fn::GetAtt": ["DomainStack", "Outputs.SiteDomainCertificate"]
    }


def test_outputs_stand_where_lies_what_they_tell() -> None:
    first, last = roots(HEAD + SITE + CDN)
    assert {"SiteDomainZoneId", "SiteDomainCertificateArn", "SiteDomainNameServers"} <= set(first.root.body["Outputs"])
    assert not {"SiteDomainZoneId", "SiteDomainCertificateArn"} & set(last.root.body["Outputs"])


def test_order_across_regions_is_the_order_of_the_roots() -> None:
    text = HEAD + ZONE % "who: {type: CAA, values: ['0 issue \"amazon.com\"']}" + CDN
    first, last = roots(text)
    assert "DependsOn" not in resources(first)["SiteDomainCertificate"]
    assert resources(last)["SiteDomainWhoRecord"]["Properties"]["HostedZoneId"] == {"Ref": "SiteDomainZone"}


def test_the_manifest_says_order_and_handover() -> None:
    files = render(roots(HEAD + SITE + CDN))
    manifest: Json = json.loads(files["demo/dev/manifest.json"])
    assert [one["region"] for one in manifest["roots"]] == ["us-east-1", "eu-central-1"]
    assert manifest["roots"][0]["takes"] == {}
    assert manifest["roots"][1]["takes"]["SiteDomainZone"] == {"region": "us-east-1", "output": "SiteDomainZone"}
    for root in manifest["roots"]:
        assert f"demo/dev/{root['template']}" in files
        assert all(f"demo/dev/{stack['template']}" in files for stack in root["stacks"])


def test_regions_that_need_each_other_are_told() -> None:
    raw = "resources: {other: {Type: 'AWS::Route53::HostedZone', Properties: {Name: example.com}}}\n"
    text = HEAD + SITE.replace("zone: {create: true}", "zone: {id: '${other.ref}'}") + CDN + raw
    with pytest.raises(Exception, match="depend on each other") as caught:
        roots(text)
    assert "us-east-1" in str(caught.value)
    assert faults(text) == ()


def test_an_output_of_two_regions_takes_what_lies_in_the_other() -> None:
    one = platform(HEAD + SITE + CDN)
    program = build(one, ())
    both = {"Fn::Sub": "${SiteDomainZone} and ${StaticBucket}"}
    mixed = replace(program, outputs={**program.outputs, "Both": {"Value": both, "Description": "both"}})
    last = divide(mixed, one.region, regions_of(one, program))[-1]
    assert last.program.outputs["Both"]["Value"] == {"Fn::Sub": "${SiteDomainZone} and ${StaticBucket}"}
    assert last.takes["SiteDomainZone"] == "us-east-1"
    assert "SiteDomainZone" in last.program.parameters
