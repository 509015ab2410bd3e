"""Lists that AWS extends lock nobody out: what is known is data with a date, what is not passes with a warning."""

from __future__ import annotations

import dataclasses
import gzip
import importlib.util
import json
import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from compiler.language.editor_form import WHOLE, Shaper
from compiler.language.facts import fact, fact_names
from compiler.language.schema import load_schema, schema_folder
from compiler.source.json_value import Json
from linter.facts.refresh import refreshed
from linter.lint import lint
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = "platform: shop\nenvironments: {dev: {posture: development}}\n"
SCHEMA = load_schema()
STAGES = ("ended", "closed", "deprecated", "extra_cost")
DATE = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def database(settings: str) -> str:
    return f"{HEAD}databases: {{main: {{{settings}}}}}\n"


def cache(settings: str) -> str:
    return f"{HEAD}caches: {{main: {{{settings}}}}}\n"


def function(runtime: str) -> str:
    return f"{HEAD}functions: {{main: {{runtime: {runtime}, code: ./f, handler: a.b}}}}\n"


def region(name: str) -> str:
    return f"platform: shop\nregion: {name}\nenvironments: {{dev: {{posture: development}}}}\nqueues: {{jobs: {{}}}}\n"


SERVICE = "image: 'nginx:1.27', port: 80"
MADE_UP = (
    (database("engine: postgres, version: '19'"), "'19' is not a major version of postgres known on", "known: "),
    (database("engine: postgres, version: '15', instance: db.m10g.large"), "'db.m10g.large' is not an instance", ""),
    (database("engine: postgres, version: '15', instance: db.t4g.meduim"), "'db.t4g.meduim'", "'db.t4g.medium'"),
    (database("engine: aurora-postgresql, version: '19', instance: db.r10g.large"), "'19' is not", "17, 18"),
    (database("engine: mariadb, version: '13.2'"), "'13.2' is not a major version of mariadb", "12.3"),
    (database("engine: postgres, version: '15', log_exports: [upgrades]"), "is not a log of postgres", "'upgrade'"),
    (
        database("engine: postgres, version: '15', ca: rds-ca-rsa2048-g2"),
        "certificate authority",
        "'rds-ca-rsa2048-g1'",
    ),
    (cache("engine: redis, version: '6.3'"), "'6.3' is not a version of redis known on 2", "did you mean '6.2'?"),
    (cache("engine: valkey, version: '12.0'"), "'12.0' is not a version of valkey", "9.1"),
    (cache("engine: valkey, version: '8.2', node: cache.r12g.large"), "'cache.r12g.large' is not a node type", ""),
    (function("python3.99"), "'python3.99' is not a runtime of Lambda", "'python3.9'"),
    (region("eu-new-1"), "'eu-new-1' is not a region known on", ""),
    (region("eu-centrl-1"), "'eu-centrl-1' is not a region", "did you mean 'eu-central-1'?"),
    (f"{HEAD}bastion: {{instance: t9g.nano, uses: {{jobs: send}}}}\nqueues: {{jobs: {{}}}}", "t9g.nano", "'t4g.nano'"),
    (f"{HEAD}services: {{web: {{{SERVICE}, cpu: 65536, memory: 262144}}}}", "'65536' is not a CPU size", "32768"),
    (f"{HEAD}firewalls: {{edge: {{managed: {{AWSManagedRulesNewRuleSet: {{}}}}}}}}", "not a rule group", "known: "),
    (
        f"{HEAD}load_balancer: {{ssl_policy: ELBSecurityPolicy-TLS13-1-3-PQ-2099-01}}\n"
        f"services: {{web: {{{SERVICE}, ingress: {{}}}}}}",
        "is not a security policy of load balancers known on",
        "'ELBSecurityPolicy-TLS13-1-3-PQ-2025-09'",
    ),
)


@pytest.mark.parametrize(("text", "message", "help_text"), MADE_UP)
def test_a_value_that_is_not_known_is_passed_with_a_warning(text: str, message: str, help_text: str) -> None:
    assert faults(text) == ()
    first = warnings(text)[0]
    assert (first.code, first.severity) == ("unknown-value", "warning")
    assert message in first.message
    assert first.message.endswith("; passed as written")
    assert help_text in first.suggestion
    assert first.place.line > 1
    assert compiled(text).templates


@pytest.mark.parametrize(
    ("text", "code", "message", "successor"),
    [
        (database("engine: mysql, version: '8.0'"), "extra-cost", "mysql 8.0 ended on 2026-07-31", "'8.4'"),
        (database("engine: mysql, version: '5.7', performance_insights: false"), "extra-cost", "2024-02-29", "'8.4'"),
        (database("engine: postgres, version: '13'"), "extra-cost", "2026-02-28: AWS bills RDS Extended", "'18'"),
        (database("engine: mariadb, version: '10.6'"), "deprecated-value", "no Extended Support", "'11.8'"),
        (function("nodejs16.x"), "deprecated-value", "AWS deprecated nodejs16.x on 2024-06-12", "'nodejs24.x'"),
        (function("go1.x"), "deprecated-value", "no new function with go1.x since 2024-02-08", "'provided.al2023'"),
    ],
)
def test_what_costs_extra_or_is_deprecated_is_a_warning(text: str, code: str, message: str, successor: str) -> None:
    assert faults(text) == ()
    (found,) = warnings(text)
    assert (found.code, found.severity) == (code, "warning")
    assert message in found.message
    assert found.suggestion == f"move to {successor}"


@pytest.mark.parametrize(
    ("text", "message", "successor"),
    [
        (database("engine: postgres, version: '9.6'"), "AWS ended postgres 9.6 on 2022-04-30", "'18'"),
        (database("engine: mysql, version: '5.6'"), "AWS ended mysql 5.6 on 2022-03-01", "'8.4'"),
        (database("engine: mariadb, version: '10.4'"), "AWS ended mariadb 10.4 on 2025-02-28", "'11.8'"),
        (database("engine: postgres, version: '15', ca: rds-ca-2019"), "expired on 2024-08-22", "'rds-ca-rsa2048-g1'"),
        (function("python2.7"), "AWS ended python2.7 on 2022-05-30", "'python3.14'"),
    ],
)
def test_what_aws_ended_is_an_error_with_date_and_successor(text: str, message: str, successor: str) -> None:
    (found,) = faults(text)
    assert found.code == "ended-value"
    assert message in found.message
    assert found.suggestion == f"move to {successor}"


@pytest.mark.parametrize(
    ("text", "code", "help_text"),
    [
        (database("engine: postgres, version: latest"), "bad-value", ""),
        (database("engine: postgres, version: '15', instance: m5.large"), "bad-value", "'db.m5.large'"),
        (cache("engine: redis, version: '6.2x'"), "bad-value", "'6.2'"),
        (function("Python 3"), "bad-value", ""),
        (region("us-east1"), "bad-value", "'us-east-1'"),
        (f"{HEAD}firewalls: {{edge: {{managed: {{comon: {{}}}}}}}}", "bad-name", "'common'"),
        (f"{HEAD}firewalls: {{edge: {{managed: {{AWSManagedRulesCommonRuleSet: {{}}}}}}}}", "not-allowed", "'common'"),
        (f"{HEAD}firewalls: {{edge: {{managed: {{AWSManagedRulesATPRuleSet: {{}}}}}}}}", "not-allowed", "'resources'"),
    ],
)
def test_a_value_that_can_not_be_one_is_an_error(text: str, code: str, help_text: str) -> None:
    (found,) = faults(text)
    assert found.code == code
    assert help_text in found.suggestion


@pytest.mark.parametrize(
    "text",
    [
        database("engine: postgres, version: '18', instance: db.m9g.large"),
        database("engine: mariadb, version: '12.3'"),
        database("engine: mysql, version: '8.4', log_exports: [iam-db-auth-error]"),
        cache("engine: redis, version: '6.2'"),
        cache("engine: valkey, version: '9.1', node: cache.r8g.large"),
        function("python3.15"),
        region("eusc-de-east-1"),
        f"{HEAD}services: {{web: {{{SERVICE}, cpu: 32768, memory: 249856}}}}",
    ],
)
def test_of_what_is_known_and_offered_nothing_is_said(text: str) -> None:
    assert [one.message for one in warnings(text)] == []


def test_a_warning_is_told_once_over_environments_and_each() -> None:
    text = HEAD.replace("}}", "}, prod: {posture: production}}") + "databases:\n  '{of}': "
    text += "{each: {of: [a, b]}, engine: postgres, version: '19'}\n"
    assert [one.code for one in warnings(text)] == ["unknown-value"]


def test_a_value_of_one_environment_is_judged_at_its_place() -> None:
    text = "platform: shop\nenvironments:\n  dev: {posture: development, region: eu-new-1}\n"
    text += "  prod: {posture: production, databases: {main: {version: '19'}}}\n"
    text += "databases: {main: {engine: postgres, version: '17'}}\n"
    assert [(one.place.line, one.message.split(" ")[0]) for one in warnings(text)] == [(3, "'eu-new-1'"), (4, "'19'")]


def test_the_date_of_the_data_counts_and_no_clock() -> None:
    known = fact("database-versions")
    mysql = known.known("mysql")["8.0"]
    for date, reached in (("2026-07-30", False), ("2026-07-31", True), ("2099-01-01", True)):
        assert dataclasses.replace(known, date=date).reached(mysql, "extra_cost") is reached
    assert "5.7" in dataclasses.replace(known, date="2026-01-01").offered("mysql")
    assert "5.7" not in dataclasses.replace(known, date="2027-03-01").offered("mysql")


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("redis", "6.0", "redis6.x"),
        ("redis", "6.2", "redis6.x"),
        ("redis", "7.1", "redis7"),
        ("valkey", "7.2", "valkey7"),
        ("valkey", "12.0", "valkey12"),
    ],
)
def test_the_parameter_group_family_of_a_cache_follows_from_its_version(engine: str, version: str, family: str) -> None:
    found = resources(compiled(cache(f"engine: {engine}, version: '{version}'")))
    assert found["MainCacheParameters"]["Properties"]["CacheParameterGroupFamily"] == family
    group = found["MainCache"]["Properties"]
    assert group["TransitEncryptionEnabled"] is True
    assert ("TransitEncryptionMode" in group) is (family != "redis6.x")


NEWER = """
platform: shop
region: eu-new-1
environments: {dev: {posture: development}}
databases:
  instance: {engine: postgres, version: "19", instance: db.m10g.large}
  cluster: {engine: aurora-postgresql, version: "19", instance: db.r10g.large}
  old: {engine: postgres, version: "13"}
  dear: {engine: mysql, version: "8.0", instance: db.m10g.large}
caches:
  sessions: {engine: valkey, version: "12.0", node: cache.r12g.large}
functions:
  next: {runtime: python3.99, code: ./f, handler: a.b}
  late: {runtime: nodejs14.x, code: ./f, handler: a.b}
services:
  web: {image: "public.ecr.aws/nginx/nginx:1", port: 80, cpu: 65536, memory: 262144}
bastion: {instance: t9g.nano, uses: {instance: connect}}
"""


@pytest.mark.slow
def test_cfn_lint_is_not_asked_about_what_a_warning_told(tmp_path: Path) -> None:
    """Its own lists would keep `plan` and `apply` from what AWS has added since."""
    assert lint([compiled(NEWER)], tmp_path) == ()


@pytest.mark.slow
def test_cfn_lint_judges_what_no_warning_was_given_of(tmp_path: Path) -> None:
    settings = "engine: postgres, version: '13', properties: {DBInstanceClass: db.m1}"
    assert "E3025" in {one.code for one in lint([compiled(database(settings))], tmp_path)}


@pytest.mark.parametrize("file", sorted(refreshed()), ids=lambda file: file.stem)
def test_a_refresh_from_the_locked_packages_changes_nothing(file: Path) -> None:
    assert refreshed()[file] == file.read_text(encoding="utf-8"), "run: make facts"


@pytest.mark.parametrize("name", fact_names())
def test_a_fact_names_its_source_and_date_and_says_what_its_stages_mean(name: str) -> None:
    data = json.loads((schema_folder() / "facts" / f"{name}.json").read_bytes())
    assert data["about"] and data["source"] and DATE.fullmatch(data["date"])
    assert "curated" not in data or (data["curated"]["source"] and DATE.fullmatch(data["curated"]["date"]))
    known = fact(name)
    for of, values in known.lists.items():
        assert values, of
        for value, about in values.items():
            for stage in {*STAGES} & about.keys():
                assert DATE.fullmatch(about[stage]), value
                words = {word for _, word, *_ in string.Formatter().parse(known.says[stage]) if word}
                assert words <= {*about, "of", "value", "date"}, value
            assert "successor" not in about or about["successor"] in known.current(of), value


def marked(schema: Json, path: str = "") -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Each property that refers to a fact."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("x-known"), str):
            yield path, schema
        for key, child in schema.items():
            yield from marked(child, f"{path}.{key}")


MARKED = [*marked({"base": SCHEMA.base, "kinds": SCHEMA.kinds})]


def test_every_fact_is_of_a_setting() -> None:
    assert {about["x-known"] for _, about in MARKED} == {*fact_names()}


@pytest.mark.parametrize(("path", "about"), MARKED, ids=[path for path, _ in MARKED])
def test_defaults_and_examples_are_current_values_and_others_have_a_form(path: str, about: Mapping[str, Json]) -> None:
    assert "enum" not in about
    assert "pattern" in about or about["type"] == "integer"
    known = fact(about["x-known"])
    current = {value for of in known.lists for value in known.current(of)}
    defaults = [about.get("default"), *about.get("x-posture", {}).values()]
    said = {str(value) for value in (*defaults, *about.get("examples", ())) if value is not None}
    assert said <= current
    every = {value for of in known.lists.values() for value in of}
    assert all(Draft202012Validator({"pattern": about.get("pattern", "")}).is_valid(value) for value in every)


def test_editors_offer_what_is_known_and_take_anything_else() -> None:
    shaper = Shaper(SCHEMA, {})
    runtime = shaper.setting(SCHEMA.kinds["functions"]["properties"]["runtime"], WHOLE)
    assert "python3.13" in runtime["anyOf"][0]["enum"]
    assert "python2.7" not in runtime["anyOf"][0]["enum"]
    assert Draft7Validator(runtime).is_valid("python3.99")
    assert 32768 in shaper.setting(SCHEMA.kinds["services"]["properties"]["cpu"], WHOLE)["anyOf"][0]["enum"]


def shape(service: str, name: str) -> list[str]:
    """An enumeration of the newest API that botocore ships of a service."""
    package = importlib.util.find_spec("botocore")
    assert package and package.origin
    file = sorted((Path(package.origin).parent / "data" / service).glob("*/service-2.json.gz"))[-1]
    values: list[str] = json.loads(gzip.decompress(file.read_bytes()))["shapes"][name]["enum"]
    return values


def property_enum(resource_type: str, name: str) -> list[Json]:
    """An enumeration of cfn-lint's schema of a resource type."""
    package = importlib.util.find_spec("cfnlint")
    assert package and package.origin
    schemas = Path(package.origin).parent / "data" / "schemas"
    file = json.loads((schemas / "providers" / "us-east-1.json").read_bytes())[resource_type]
    values: list[Json] = json.loads((schemas / "resources" / f"{file}.json").read_bytes())["properties"][name]["enum"]
    return values


def enum_at(path: str) -> list[Json]:
    about: Json = {"base": SCHEMA.base["$defs"], **SCHEMA.kinds}
    for step in path.split("."):
        about = SCHEMA.deref(about["properties"][step] if "properties" in about else about[step])
    values: list[Json] = about["enum"]
    return [value for value in values if value is not None]


def test_closed_sets_are_those_of_the_api() -> None:
    """A set that AWS has extended after all is found when the packages are upgraded."""
    assert enum_at("base.logs.days") == property_enum("AWS::Logs::LogGroup", "RetentionInDays")
    assert enum_at("apis.cache_size") == shape("apigateway", "CacheClusterSize")
    countries = re.findall("[A-Z]{2}", SCHEMA.base["$defs"]["country"]["pattern"])
    assert sorted(countries) == sorted(shape("wafv2", "CountryCode"))
    prices = {f"PriceClass_{one.title()}" for one in map(str, enum_at("cdn.price_class"))}
    assert prices == {*shape("cloudfront", "PriceClass")} - {"None"}
