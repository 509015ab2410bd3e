"""Domains: zones, certificates, records, who serves them, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.kinds.domains.dns_values import record_values
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
  far: {posture: production, region: eu-central-1}
"""
SITE = "domain: example.com, zone: {create: true}"
CERTIFIED = f"{SITE}, certificate: {{names: [www.example.com]}}"
THERE = "domain: api.example.com, zone: {id: Z0123456789ABCDEFGHIJ}"
API = """
functions: {job: {runtime: python3.13, code: job, handler: app.handler}}
apis: {public: {routes: {$default: job}, domain: site}}
"""
CDN = "buckets: {static: {}}\ncdn: {front: {paths: {'/*': static}, domain: site}}\n"
SERVICE = """
services:
  web: {image: public.ecr.aws/nginx/nginx-unprivileged:1.27, port: 8080, ingress: {public: true}}
"""
BALANCER = "load_balancer: {domain: site, certificate: '${site.certificate_arn}'}\n" + SERVICE


def built(settings: str, more: str = "", environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}domains: {{site: {{{settings}}}}}\n{more}", environment)))


def codes(settings: str, more: str = "") -> set[str]:
    return {one.code for one in faults(f"{HEAD}domains: {{site: {{{settings}}}}}\n{more}")}


def aliases(found: dict[str, Json]) -> list[tuple[str, str]]:
    records = [one["Properties"] for one in found.values() if one["Type"] == "AWS::Route53::RecordSet"]
    return sorted((one["Name"], one["Type"]) for one in records if "AliasTarget" in one)


def test_a_certificate_is_validated_in_the_zone_for_each_of_its_names() -> None:
    found = built(CERTIFIED)["SiteDomainCertificate"]["Properties"]
    assert (found["DomainName"], found["SubjectAlternativeNames"]) == ("example.com", ["www.example.com"])
    assert found["ValidationMethod"] == "DNS"
    zones = {one["DomainName"]: one["HostedZoneId"] for one in found["DomainValidationOptions"]}
    assert zones == {"example.com": {"Ref": "SiteDomainZone"}, "www.example.com": {"Ref": "SiteDomainZone"}}


def test_a_wildcard_has_the_validation_record_of_the_name_above_it() -> None:
    names = "certificate: {names: ['*.example.com', '*.eu.example.com']}"
    found = built(f"{SITE}, {names}")["SiteDomainCertificate"]["Properties"]
    assert found["SubjectAlternativeNames"] == ["*.eu.example.com", "*.example.com"]
    assert [one["DomainName"] for one in found["DomainValidationOptions"]] == ["example.com", "*.eu.example.com"]


def test_a_zone_that_is_there_is_not_made_again() -> None:
    found = built(f"{THERE}, certificate: {{}}")
    assert "AWS::Route53::HostedZone" not in {one["Type"] for one in found.values()}
    (option,) = found["SiteDomainCertificate"]["Properties"]["DomainValidationOptions"]
    assert option == {"DomainName": "api.example.com", "HostedZoneId": "Z0123456789ABCDEFGHIJ"}


@pytest.mark.parametrize(("environment", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_a_zone_stays_where_the_posture_says(environment: str, policy: str) -> None:
    zone = built(SITE, environment=environment)["SiteDomainZone"]
    assert (zone["DeletionPolicy"], zone["UpdateReplacePolicy"]) == (policy, "Retain")


def test_records_are_named_from_the_domain_on() -> None:
    found = built(
        f"{SITE}, records: {{a: {{type: A, name: old, values: [203.0.113.7]}}, t: {{type: TXT, values: [x y]}}}}"
    )
    assert found["SiteDomainARecord"]["Properties"]["Name"] == "old.example.com"
    text = found["SiteDomainTRecord"]["Properties"]
    assert (text["Name"], text["ResourceRecords"], text["TTL"]) == ("example.com", ['"x y"'], "300")


def test_the_certificate_waits_for_records_that_say_who_may_make_one() -> None:
    records = "records: {who: {type: CAA, values: ['0 issue \"amazon.com\"']}}"
    assert built(f"{CERTIFIED}, {records}")["SiteDomainCertificate"]["DependsOn"] == ["SiteDomainWhoRecord"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("v=spf1 -all", '"v=spf1 -all"'),
        ('"a" "b"', '"a" "b"'),
        ('say "x"', '"say \\"x\\""'),
        ("k" * 300, f'"{"k" * 255}" "{"k" * 45}"'),
    ],
)
def test_text_is_quoted_and_cut(value: str, written: str) -> None:
    assert record_values("TXT", [value]) == [written]
    assert record_values("A", [value]) == [value]


def test_a_health_check_asks_as_the_spec_says() -> None:
    config = built(f"{SITE}, health_check: {{path: /up}}")["SiteDomainHealthCheck"]["Properties"]["HealthCheckConfig"]
    assert (config["Type"], config["Port"], config["EnableSNI"]) == ("HTTPS", 443, True)
    assert (config["FullyQualifiedDomainName"], config["ResourcePath"]) == ("example.com", "/up")
    config = built(f"{SITE}, health_check: {{type: tcp}}")["SiteDomainHealthCheck"]["Properties"]["HealthCheckConfig"]
    assert "ResourcePath" not in config and "EnableSNI" not in config


@pytest.mark.parametrize(("environment", "there"), [("dev", True), ("far", False)])
def test_the_alarm_of_a_health_check_is_where_its_metric_is(environment: str, there: bool) -> None:
    more = "topics: {alerts: {}}\nmonitoring: {notify: alerts}\n"
    found = built(f"{CERTIFIED}, health_check: {{}}", more, environment)
    assert ("SiteDomainUnhealthyAlarm" in found) is there
    assert "SiteDomainCertificateExpiringAlarm" in found


@pytest.mark.parametrize(
    ("checks", "alarms"),
    [
        ("a: {host: a.example.net}", {"CheckUnhealthy"}),
        ("b: {host: a.example.net}, a: {type: calculated, checks: [b]}", {"CheckUnhealthy1", "CheckUnhealthy2"}),
        ("a: {type: alarm, alarm: {name: orders-failing}}", set()),
    ],
)
def test_each_check_with_a_word_has_an_alarm_but_one_that_follows_an_alarm(checks: str, alarms: set[str]) -> None:
    more = "topics: {alerts: {}}\nmonitoring: {notify: alerts}\n"
    found = built(f"{SITE}, health_checks: {{{checks}}}", more)
    assert {name for name in found if "Unhealthy" in name} == {f"SiteDomain{name}Alarm" for name in alarms}
    assert not any("Unhealthy" in name for name in built(f"{SITE}, health_checks: {{{checks}}}", more, "far"))


def test_a_cdn_takes_the_certificate_and_points_all_names_at_itself() -> None:
    found = built(CERTIFIED, CDN)
    config = found["FrontDistribution"]["Properties"]["DistributionConfig"]
    assert config["Aliases"] == ["example.com", "www.example.com"]
    assert config["ViewerCertificate"] == {
        "AcmCertificateArn": {"Ref": "SiteDomainCertificate"},
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    names = ("example.com", "www.example.com")
    assert aliases(found) == sorted((name, kind) for name in names for kind in ("A", "AAAA"))
    targets = [one["Properties"].get("AliasTarget") for one in found.values() if one["Type"].endswith("RecordSet")]
    assert all(one["HostedZoneId"] == "Z2FDTNDATAQYW2" for one in targets)
    assert all(one["DNSName"] == {"Fn::GetAtt": ["FrontDistribution", "DomainName"]} for one in targets)


def test_records_of_a_server_are_in_its_own_stack() -> None:
    one = compiled(f"{HEAD}domains: {{site: {{{CERTIFIED}}}}}\n{CDN}")
    records = [
        child.name for child in one.children for body in child.body["Resources"].values() if "RecordSet" in body["Type"]
    ]
    assert set(records) == {"edge"}


def test_an_api_answers_under_the_domain_itself() -> None:
    found = built(f"{THERE}, certificate: {{}}", API)
    domain = found["PublicApiDomain"]["Properties"]
    assert domain["DomainName"] == "api.example.com"
    (settings,) = domain["DomainNameConfigurations"]
    assert settings["CertificateArn"] == {"Ref": "SiteDomainCertificate"} and settings["SecurityPolicy"] == "TLS_1_2"
    (record,) = [one["Properties"] for one in found.values() if one["Type"] == "AWS::Route53::RecordSet"]
    assert (record["Name"], record["HostedZoneId"]) == ("api.example.com", "Z0123456789ABCDEFGHIJ")
    assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["PublicApiDomain", "RegionalDomainName"]}
    assert record["AliasTarget"]["HostedZoneId"] == {"Fn::GetAtt": ["PublicApiDomain", "RegionalHostedZoneId"]}


def test_a_load_balancer_has_records_that_point_at_the_public_one() -> None:
    found = built(CERTIFIED, BALANCER)
    (certificate,) = found["PublicListener"]["Properties"]["Certificates"]
    assert certificate == {"CertificateArn": {"Ref": "SiteDomainCertificate"}}
    assert aliases(found) == [("example.com", "A"), ("www.example.com", "A")]
    (target,) = {str(one["Properties"]["AliasTarget"]) for one in found.values() if one["Type"].endswith("RecordSet")}
    assert "PublicLoadBalancer" in target and "CanonicalHostedZoneID" in target


def test_domains_of_one_zone_name_it_once() -> None:
    more = "  api: {domain: api.example.com, zone: {id: '${site.zone_id}'}, certificate: {}}\n"
    text = f"{HEAD}domains:\n  site: {{{SITE}}}\n{more}"
    (option,) = resources(compiled(text))["ApiDomainCertificate"]["Properties"]["DomainValidationOptions"]
    assert option["HostedZoneId"] == {"Ref": "SiteDomainZone"}


@pytest.mark.parametrize(
    ("zone", "record", "found"),
    [
        ("id: '${site.zone_id}'", "{type: TXT, values: [b]}", {"record-conflict"}),
        ("id: '${site.zone_id}'", "{type: CNAME, values: [example.net]}", {"record-conflict"}),
        ("id: '${site.zone_id}'", "{type: MX, values: [10 mail.example.net]}", set()),
        ("id: '${site.zone_id}'", "{type: TXT, name: b, values: [b]}", set()),
        ("id: '${site.zone_id}'", "{type: A, values: [203.0.113.7]}", {"record-conflict"}),
        ("id: Z0123456789ABCDEFGHIJ", "{type: TXT, values: [b]}", set()),
        ("id: '${api.zone_id}'", "{type: TXT, values: [b]}", {"unknown-component"}),
    ],
)
def test_two_domains_of_one_zone_have_no_record_twice(zone: str, record: str, found: set[str]) -> None:
    api = f"api: {{domain: www.example.com, zone: {{{zone}}}, records: {{b: {record}}}}}"
    text = f"{CERTIFIED}, records: {{a: {{type: TXT, name: www, values: [a]}}}}}}, {api}, last: {{{THERE}"
    assert codes(text, API) == found


@pytest.mark.parametrize(
    ("settings", "more", "code"),
    [
        ("domain: example.com, zone: {}", "", "zone-choice"),
        ("domain: example.com, zone: {create: true, id: Z0123456789}", "", "zone-choice"),
        (f"{SITE}, certificate: {{names: [example.org]}}", "", "outside-zone"),
        (f"{SITE}, records: {{a: {{type: A, values: [example.com]}}}}", "", "bad-record"),
        (f"{SITE}, records: {{a: {{type: AAAA, values: [203.0.113.7]}}}}", "", "bad-record"),
        (f"{SITE}, records: {{a: {{type: MX, values: [mail.example.net]}}}}", "", "bad-record"),
        (f"{SITE}, records: {{a: {{type: CNAME, name: a, values: [a.example.net, b.example.net]}}}}", "", "bad-record"),
        (f"{SITE}, records: {{a: {{type: CNAME, values: [example.net]}}}}", "", "record-conflict"),
        (f"{SITE}, records: {{a: {{type: TXT, values: [a]}}, b: {{type: TXT, values: [b]}}}}", "", "record-conflict"),
        (f"{CERTIFIED}, records: {{a: {{type: CAA, values: ['0 issue \"ca.example\"']}}}}", "", "other-authority"),
        (f"{CERTIFIED}, records: {{a: {{type: A, values: [203.0.113.7]}}}}", API, "record-conflict"),
        (f"{CERTIFIED}", API + CDN.replace("domain: site", "domain: nobody"), "unknown-component"),
        (f"{CERTIFIED}", API + CDN, "domain-taken"),
        (SITE, API, "no-certificate"),
        (SITE, BALANCER, "no-certificate"),
        (CERTIFIED, CDN.replace("domain: site", "domain: site, domains: [a.example.com]"), "domain-twice"),
    ],
)
def test_what_a_domain_can_not_be(settings: str, more: str, code: str) -> None:
    assert code in codes(settings, more)


def test_the_name_servers_of_a_new_zone_are_an_output() -> None:
    one = compiled(f"{HEAD}domains: {{site: {{{SITE}}}}}\n")
    value = one.root.body["Outputs"]["SiteDomainNameServers"]["Value"]
    assert value == {"Fn::GetAtt": ["DomainStack", "Outputs.SiteDomainNameServers"]}
    (domain,) = (child for child in one.children if child.name == "domain")
    assert domain.body["Outputs"]["SiteDomainNameServers"]["Value"] == {
        "Fn::Join": [", ", {"Fn::GetAtt": ["SiteDomainZone", "NameServers"]}]
    }


def test_domains_that_are_there_have_zones_too() -> None:
    there = "domain: www.example.com, existing: {zone: Z1}"
    other = "domain: api.example.com, zone: {id: '${site.zone_id}'}, records: {note: {type: TXT, values: [hello]}}"
    assert faults(f"{HEAD}domains: {{site: {{{there}}}, other: {{{other}}}}}\n") == ()


@pytest.mark.parametrize("zone", ["{create: true}", "{id: Z0123456789ABCDEFGHIJ}"])
def test_who_manages_a_domain_changes_no_record_of_other_names(zone: str) -> None:
    user = "{trusted: {services: [ec2.amazonaws.com]}, uses: {site: manage}}"
    text = f"{HEAD}domains:\n  site: {{domain: app.example.com, zone: {zone}}}\nroles: {{dns: {user}}}\n"
    policy = resources(compiled(text))["DnsRoleAccess"]["Properties"]["PolicyDocument"]
    (change,) = [one for one in policy["Statement"] if one["Action"] == ["route53:ChangeResourceRecordSets"]]
    names = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": ["app.example.com", "*.app.example.com"]}
    assert change["Condition"] == {"ForAllValues:StringLike": names}
    (resource,) = change["Resource"]
    assert "hostedzone/" in str(resource)
