"""Records that are some of several, their health checks, and what Route 53 refuses of both."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments:
  dev: {posture: development}
"""
SITE = "domain: example.com, zone: {create: true}"
A = "{type: A, name: www, values: [203.0.113.7]"
B = "{type: A, name: www, values: [203.0.113.8]"
ASKED = "health_checks: {up: {host: a.example.com}}"
SERVICE = """
load_balancer: {domain: site}
services:
  web: {image: public.ecr.aws/nginx/nginx-unprivileged:1.27, port: 8080, ingress: {public: true}}
"""
CERTIFIED = f"{SITE}, certificate: {{}}"


def built(settings: str, more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}domains: {{site: {{{settings}}}}}\n{more}", "dev")))


def codes(settings: str, more: str = "") -> list[str]:
    """Errors, or the warnings of a sound spec."""
    text = f"{HEAD}domains: {{site: {{{settings}}}}}\n{more}"
    return sorted(one.code for one in faults(text) or warnings(text))


@pytest.mark.parametrize(
    ("routing", "written"),
    [
        ("{weight: 0}", {"Weight": 0}),
        ("{latency: eu-central-1}", {"Region": "eu-central-1"}),
        ("{failover: secondary}", {"Failover": "SECONDARY"}),
        ("{geolocation: {continent: EU}}", {"GeoLocation": {"ContinentCode": "EU"}}),
        (
            "{geolocation: {country: US, subdivision: CA}}",
            {"GeoLocation": {"CountryCode": "US", "SubdivisionCode": "CA"}},
        ),
        ("{geolocation: {country: '*'}}", {"GeoLocation": {"CountryCode": "*"}}),
        ("{multivalue: true}", {"MultiValueAnswer": True}),
    ],
)
def test_a_policy_is_written_as_route_53_has_it(routing: str, written: dict[str, Json]) -> None:
    record = built(f"{SITE}, records: {{one: {A}, routing: {routing}}}}}")["SiteDomainOneRecord"]["Properties"]
    about = {"HostedZoneId", "Name", "ResourceRecords", "TTL", "Type"}
    assert {key: value for key, value in record.items() if key not in about} == {"SetIdentifier": "one", **written}


def test_a_record_has_the_health_check_with_its_word() -> None:
    found = built(f"{SITE}, {ASKED}, records: {{one: {A}, routing: {{weight: 1}}, health_check: up}}}}")
    assert found["SiteDomainOneRecord"]["Properties"]["HealthCheckId"] == {"Ref": "SiteDomainUpHealthCheck"}


def test_an_alias_has_no_ttl() -> None:
    alias = "{type: A, name: www, alias: {host: d1.cloudfront.net, zone: Z2FDTNDATAQYW2}}"
    record = built(f"{SITE}, records: {{one: {alias}}}")["SiteDomainOneRecord"]["Properties"]
    assert "TTL" not in record and "ResourceRecords" not in record
    target = {"DNSName": "d1.cloudfront.net", "HostedZoneId": "Z2FDTNDATAQYW2", "EvaluateTargetHealth": False}
    assert record["AliasTarget"] == target


@pytest.mark.parametrize(
    ("check", "written"),
    [
        (
            "{search: all good}",
            {
                "Type": "HTTPS_STR_MATCH",
                "SearchString": "all good",
                "FullyQualifiedDomainName": "example.com",
                "Port": 443,
                "ResourcePath": "/",
                "EnableSNI": True,
                "RequestInterval": 30,
                "FailureThreshold": 3,
            },
        ),
        (
            "{type: tcp, address: 52.94.76.1, port: 25, interval: 10, failures: 1, measure_latency: true, "
            "inverted: true, regions: [us-east-1, eu-west-1, us-west-2]}",
            {
                "Type": "TCP",
                "IPAddress": "52.94.76.1",
                "Port": 25,
                "RequestInterval": 10,
                "FailureThreshold": 1,
                "MeasureLatency": True,
                "Inverted": True,
                "Regions": ["eu-west-1", "us-east-1", "us-west-2"],
            },
        ),
        (
            "{type: calculated, checks: [up]}",
            {"Type": "CALCULATED", "ChildHealthChecks": [{"Ref": "SiteDomainUpHealthCheck"}], "HealthThreshold": 1},
        ),
        (
            "{type: alarm, alarm: {name: failing, region: eu-west-1, missing: unhealthy}}",
            {
                "Type": "CLOUDWATCH_METRIC",
                "AlarmIdentifier": {"Name": "failing", "Region": "eu-west-1"},
                "InsufficientDataHealthStatus": "Unhealthy",
            },
        ),
    ],
)
def test_a_health_check_is_written_as_route_53_has_it(check: str, written: dict[str, Json]) -> None:
    found = built(f"{SITE}, health_checks: {{up: {{host: a.example.com}}, tried: {check}}}")
    assert found["SiteDomainTriedHealthCheck"]["Properties"]["HealthCheckConfig"] == written


def test_the_alarm_of_a_health_check_is_in_the_region_of_the_environment() -> None:
    found = built(f"{SITE}, health_checks: {{up: {{type: alarm, alarm: {{name: failing}}}}}}")
    config = found["SiteDomainUpHealthCheck"]["Properties"]["HealthCheckConfig"]
    assert (config["AlarmIdentifier"]["Region"], config["InsufficientDataHealthStatus"]) == (
        "us-east-1",
        "LastKnownStatus",
    )


def test_what_serves_a_domain_has_one_of_several_records() -> None:
    found = built(f"{CERTIFIED}, routing: {{latency: '${{region}}'}}, health_check: {{host: a.example.com}}", SERVICE)
    (record,) = [one["Properties"] for one in found.values() if "AliasTarget" in one.get("Properties", {})]
    assert (record["SetIdentifier"], record["Region"]) == ("demo-dev", "us-east-1")
    assert record["HealthCheckId"] == {"Ref": "SiteDomainHealthCheck"}
    assert record["AliasTarget"]["EvaluateTargetHealth"] is True


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (f"one: {A}, routing: {{weight: 1}}}}, two: {B}, routing: {{weight: 0}}}}", []),
        (f"one: {A}, routing: {{weight: 1}}}}, two: {B}}}", ["record-conflict"]),
        (f"one: {A}, routing: {{weight: 1}}}}, two: {B}, routing: {{latency: us-east-1}}}}", ["routing-group"]),
        (f"one: {A}, routing: {{weight: 1, latency: us-east-1}}}}", ["routing-choice"]),
        (f"one: {A}, routing: {{}}}}", ["routing-choice"]),
        (
            f"one: {A}, routing: {{latency: us-east-1}}}}, two: {B}, routing: {{latency: us-east-1}}}}",
            ["routing-group"],
        ),
        (f"one: {A}, routing: {{latency: us-east-1}}}}, two: {B}, routing: {{latency: us-east-2}}}}", []),
        (f"one: {A}, ttl: 60, routing: {{weight: 1}}}}, two: {B}, routing: {{weight: 2}}}}", ["routing-group"]),
        ("one: {type: A, values: [203.0.113.7, 203.0.113.8], routing: {weight: 1}}", ["routing-group"]),
        ("one: {type: A, values: [203.0.113.7, 203.0.113.8], routing: {geolocation: {country: '*'}}}", []),
        (f"one: {A}, routing: {{geolocation: {{country: DE}}}}}}", ["no-default-location"]),
        (f"one: {A}, routing: {{geolocation: {{country: DE, continent: EU}}}}}}", ["routing-choice"]),
        (
            f"one: {A}, routing: {{geolocation: {{country: '*'}}}}}}, "
            f"two: {B}, routing: {{geolocation: {{country: '*'}}}}}}",
            ["routing-group"],
        ),
        (
            f"one: {A}, routing: {{geolocation: {{country: '*'}}}}}}, "
            f"two: {B}, routing: {{geolocation: {{country: DE, subdivision: BE}}}}}}",
            ["routing-choice"],
        ),
        (
            f"one: {A}, routing: {{failover: primary}}, health_check: up}}, "
            f"two: {B}, routing: {{failover: secondary}}}}",
            [],
        ),
        (
            f"one: {A}, routing: {{failover: primary}}}}, two: {B}, routing: {{failover: secondary}}}}",
            ["failover-unchecked"],
        ),
        (f"one: {A}, routing: {{failover: secondary}}}}", ["failover-alone"]),
        (
            f"one: {A}, routing: {{failover: secondary}}}}, two: {B}, routing: {{failover: secondary}}}}",
            ["routing-group"],
        ),
        ("one: {type: CNAME, name: www, values: [a.example.net], routing: {multivalue: true}}", ["routing-group"]),
        (
            "one: {type: CNAME, name: www, values: [a.example.net], routing: {weight: 1}}, "
            "two: {type: CNAME, name: www, values: [b.example.net], routing: {weight: 1}}",
            [],
        ),
        ("one: {type: CNAME, values: [a.example.net], routing: {weight: 1}}", ["record-conflict"]),
        ("one: {type: A, name: www}", ["alias-record"]),
        (f"one: {A}, alias: {{host: d1.cloudfront.net, zone: Z2FDTNDATAQYW2}}}}", ["alias-record"]),
        ("one: {type: A, name: www, ttl: 60, alias: {host: d1.example.net, zone: Z1}}", ["alias-record"]),
        ("one: {type: NS, name: www, alias: {host: d1.example.net, zone: Z1}}", ["alias-record"]),
        (
            "one: {type: A, alias: {host: d1.cloudfront.net, zone: Z2FDTNDATAQYW2, evaluate_health: true}}",
            ["alias-record"],
        ),
        (f"one: {A}, health_check: up}}", ["unused-setting"]),
        (f"one: {A}, routing: {{weight: 1}}, health_check: upp}}", ["unknown-health-check"]),
        (
            "one: {type: A, name: a, values: [203.0.113.7], routing: {weight: 1}, health_check: up}",
            ["health-check-host"],
        ),
        (f"one: {{type: TXT, values: ['\"{'k' * 256}\"']}}", ["bad-record"]),
        ("one: {type: TXT, values: ['\"left open']}", ["bad-record"]),
        (f'one: {{type: TXT, values: [\'"{"k" * 255}" "more"\']}}', []),
    ],
)
def test_records_of_one_name_and_type(records: str, found: list[str]) -> None:
    assert codes(f"{SITE}, {ASKED}, records: {{{records}}}") == found


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("{type: tcp, search: good}", ["unused-setting"]),
        ("{address: 10.0.0.7}", ["health-check-private"]),
        ("{address: '100.64.0.1'}", ["health-check-private"]),
        ("{address: '224.0.0.1'}", ["health-check-private"]),
        ("{address: 'fd00::1'}", ["health-check-private"]),
        ("{address: '2600:9000::1'}", []),
        ("{host: 192.168.0.10}", ["health-check-private"]),
        ("{regions: [us-east-1, us-west-1]}", ["health-check"]),
        ("{checks: [up]}", ["unused-setting"]),
        ("{alarm: {name: failing}}", ["unused-setting"]),
        ("{type: alarm}", ["missing-property"]),
        ("{type: alarm, alarm: {name: failing}, port: 80}", ["unused-setting"]),
        ("{type: calculated}", ["missing-property"]),
        ("{type: calculated, checks: [up, down]}", ["unknown-health-check"]),
        ("{type: calculated, checks: [up, tried]}", ["health-check"]),
        ("{type: calculated, checks: [up], healthy: 2}", ["health-check"]),
        ("{type: calculated, checks: [up], healthy: 1, host: a.example.com}", ["unused-setting"]),
    ],
)
def test_what_a_health_check_can_not_be(check: str, found: list[str]) -> None:
    assert codes(f"{SITE}, health_checks: {{up: {{}}, tried: {check}}}") == found


def test_health_checks_that_count_each_other_are_refused() -> None:
    checks = "a: {type: calculated, checks: [b]}, b: {type: calculated, checks: [a]}"
    assert codes(f"{SITE}, health_checks: {{{checks}}}") == ["health-check", "health-check"]


@pytest.mark.parametrize(
    ("settings", "more", "found"),
    [
        ("routing: {weight: 1}", "", ["unused-setting"]),
        (
            "routing: {weight: 1}",
            "buckets: {b: {}}\ncdn: {front: {paths: {'/*': b}, domain: site}}\n",
            ["routing-group"],
        ),
        ("routing: {weight: 1, failover: primary}", SERVICE, ["routing-choice"]),
        ("routing: {weight: 1}, health_check: {}", SERVICE, ["health-check-host"]),
        ("routing: {weight: 1}, health_check: {host: a.example.com}", SERVICE, []),
    ],
)
def test_the_routing_of_a_domain(settings: str, more: str, found: list[str]) -> None:
    assert codes(f"{CERTIFIED}, {settings}", more) == found
