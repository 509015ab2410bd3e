"""Hosts of a distribution that are redirected: at the edge, with path and query kept."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from compiler.kinds.cdn.edge_functions import to_other_hosts, to_root_object
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
domains:
  site: {domain: example.com, zone: {create: true}, certificate: {names: [www.example.com]}}
  old: {domain: example.org, zone: {create: true}, certificate: {names: ["*.example.org"]}}
buckets: {static: {}, media: {}}
"""
REDIRECTS = {"example.org": "https://www.example.com", "www.example.org": "https://www.example.com/shop"}


def built(settings: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}cdn: {{front: {{{settings}}}}}\n")))


def codes(settings: str) -> list[str]:
    return sorted(one.code for one in faults(f"{HEAD}cdn: {{front: {{{settings}}}}}\n"))


def functions(behavior: Json) -> list[str]:
    return [one["FunctionARN"]["Fn::GetAtt"][0] for one in behavior.get("FunctionAssociations", ())]


def test_a_site_of_redirects_alone_has_an_origin_that_is_never_asked() -> None:
    found = built(
        "domain: site, redirects: {example.com: 'https://example.net', www.example.com: 'https://example.net'}"
    )
    config = found["FrontDistribution"]["Properties"]["DistributionConfig"]
    (origin,) = config["Origins"]
    assert origin["DomainName"] == "example.net" and config["Aliases"] == ["example.com", "www.example.com"]
    assert functions(config["DefaultCacheBehavior"]) == ["FrontDistributionRedirectFunction"]
    assert "DefaultRootObject" not in config


@pytest.mark.parametrize(
    ("spa", "default"),
    [("false", "FrontDistributionRedirectFunction"), ("true", "FrontDistributionRootObjectFunction")],
)
def test_every_path_is_redirected(spa: str, default: str) -> None:
    paths = "paths: {'/media/*': media, '/*': static}"
    found = built(f"{paths}, domain: site, spa: {spa}, redirects: {{example.com: 'https://www.example.com'}}")
    config = found["FrontDistribution"]["Properties"]["DistributionConfig"]
    assert functions(config["DefaultCacheBehavior"]) == [default]
    assert [functions(one) for one in config["CacheBehaviors"]] == [["FrontDistributionRedirectFunction"]]
    assert "https://www.example.com" in found[default]["Properties"]["FunctionCode"]


def test_an_address_may_point_at_a_component() -> None:
    targets = "example.com: 'https://${static.domain}', www.example.com: 'https://${old.name}'"
    code = built(f"domain: site, redirects: {{{targets}}}")["FrontDistributionRedirectFunction"]["Properties"][
        "FunctionCode"
    ]
    assert '"https://example.org"' in code["Fn::Sub"] and "RegionalDomainName}" in code["Fn::Sub"]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("paths: {'/*': static}, domain: site, redirects: {example.com: 'https://www.example.com'}", []),
        ("paths: {'/*': static}, domain: old, redirects: {www.example.org: 'https://example.org'}", []),
        ("paths: {'/*': static}, domain: site, redirects: {example.org: 'https://www.example.com'}", ["unknown-host"]),
        ("paths: {'/*': static}, redirects: {example.org: 'https://www.example.com'}", ["unknown-host"]),
        ("paths: {'/*': static}, domain: site, redirects: {example.com: 'https://example.com/a'}", ["redirect-loop"]),
        (
            "domain: site, redirects: {example.com: 'https://www.example.com', www.example.com: 'https://example.com'}",
            ["redirect-loop", "redirect-loop"],
        ),
        ("domain: site, redirects: {example.com: 'https://example.net'}", ["no-default-path"]),
        ("domain: site", ["missing-property"]),
        ("domain: old, redirects: {'*.example.org': 'https://www.example.com'}", ["bad-name"]),
        ("domain: site, redirects: {example.com: 'http://example.net'}", ["bad-value"]),
        (
            "domain: site, spa: true, "
            "redirects: {example.com: 'https://example.net', www.example.com: 'https://example.net'}",
            ["unused-setting"],
        ),
    ],
)
def test_what_can_be_redirected(settings: str, found: list[str]) -> None:
    assert codes(settings) == found


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the function")
@pytest.mark.parametrize(
    ("code", "host", "uri", "query", "expected"),
    [
        (to_other_hosts(REDIRECTS, 301), "example.org", "/a/b", {}, "301 https://www.example.com/a/b"),
        (to_other_hosts(REDIRECTS, 308), "EXAMPLE.org", "/", {}, "308 https://www.example.com/"),
        (
            to_other_hosts(REDIRECTS, 301),
            "www.example.org",
            "/a",
            {"q": {"value": "x%20y"}, "n": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]}},
            "301 https://www.example.com/shop/a?q=x%20y&n=1&n=2",
        ),
        (to_other_hosts(REDIRECTS, 301), "www.example.com", "/a", {}, "/a"),
        (to_root_object("index.html", REDIRECTS, 302), "example.org", "/a", {}, "302 https://www.example.com/a"),
        (to_root_object("index.html", REDIRECTS, 302), "www.example.com", "/a", {}, "/index.html"),
        (to_root_object("index.html", {}, 301), "example.org", "/a.css", {}, "/a.css"),
    ],
)
def test_the_function_redirects(code: str, host: str, uri: str, query: Json, expected: str) -> None:
    event = {"request": {"uri": uri, "querystring": query, "headers": {"host": {"value": host}}}}
    shown = "found.statusCode ? found.statusCode + ' ' + found.headers.location.value : found.uri"
    script = f"{code}\nconst found = handler({json.dumps(event)}); console.log({shown});"
    result = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == expected
