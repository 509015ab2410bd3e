"""Lists of AWS's values, read as data from the installed cfn-lint and botocore."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from compiler.source.json_value import Json

_ENGINES = ("postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql")
_ONE_NUMBER = re.compile(r"[1-9][0-9]$")
"""A major version of PostgreSQL since 10."""
_GRAVITON = re.compile(r"([a-z]+[0-9]+g[a-z]*|a1)\.")
"""The letter behind the generation is the processor's: g for Graviton (EC2 user guide, instance type names)."""


def schema_date() -> str:
    """The day whose resource schemas cfn-lint ships."""
    version = json.loads((_package("cfnlint") / "data" / "schemas" / "version.json").read_bytes())
    return str(version["schema_date"])[:10]


@functools.cache
def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    assert found and found.origin, name
    return Path(found.origin).parent


def _extension(name: str) -> Json:
    return json.loads((_package("cfnlint") / "data" / "schemas" / "extensions" / f"{name}.json").read_bytes())


def _rules(schema: Json) -> Iterator[Mapping[str, Json]]:
    """Every schema with an ``if`` in `schema`."""
    if isinstance(schema, dict):
        if "if" in schema:
            yield schema
        for child in schema.values():
            yield from _rules(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from _rules(child)


def _enums(schema: Json) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("enum", ())
        for child in schema.values():
            yield from _enums(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from _enums(child)


def _by_engine(name: str, part: str) -> dict[str, set[str]]:
    """Engine → the values that the rules for it have in their ``if`` or ``then``."""
    found: dict[str, set[str]] = {}
    for rule in _rules(_extension(name)):
        engine = rule["if"].get("properties", {}).get("Engine", {}).get("const")
        if engine:
            found.setdefault(engine, set()).update(_enums(rule.get(part, {})))
    return found


def _database_versions() -> Mapping[str, Json]:
    """Majors that have a minor version which AWS has not deprecated."""
    living: dict[str, set[str]] = {engine: set() for engine in _ENGINES}
    for resource in ("aws_rds_dbinstance", "aws_rds_dbcluster"):
        known = _by_engine(f"{resource}/engine_version", "then")
        dead = _by_engine(f"{resource}/engine_version_deprecated", "if")
        for engine in _ENGINES:
            living[engine] |= {_major(engine, one) for one in known.get(engine, set()) - dead.get(engine, set())}
    # cfn-lint has no list of MariaDB's deprecated versions: those before 10.3 ended before 2023
    living["mariadb"] -= {"10.0", "10.1", "10.2"}
    return {engine: _plain(versions) for engine, versions in living.items()}


def _plain(values: Iterable[str]) -> dict[str, Json]:
    """Values of which the packages know nothing more."""
    return {value: {} for value in values}


def _major(engine: str, version: str) -> str:
    first, *rest = version.split(".")
    return first if "postgres" in engine and _ONE_NUMBER.match(first) else ".".join((first, *rest[:1]))


def _database_classes() -> Mapping[str, Json]:
    found = _by_engine("aws_rds_dbinstance/dbinstanceclass_enum", "then")
    return {engine: sorted(found[engine] - {"db.serverless"}, key=natural) for engine in _ENGINES}


def _cache_versions() -> Mapping[str, Json]:
    found = _by_engine("aws_elasticache_cachecluster/engine_version", "then")
    return {engine: _plain(found[engine]) for engine in ("redis", "valkey", "memcached")}


def _cache_nodes() -> list[str]:
    return sorted(set(_enums(_extension("aws_elasticache_cachecluster/cachenodetype_enum"))), key=natural)


def _document_versions() -> Mapping[str, Json]:
    """``4.0`` is another spelling of 4.0.0."""
    versions = _resource("AWS::DocDB::DBCluster")["properties"]["EngineVersion"]["enum"]
    return _plain(one for one in versions if one.count(".") == 2)


def _document_classes() -> Mapping[str, Json]:
    every = set(_enums(_extension("aws_docdb_dbinstance/dbinstanceclass_enum"))) - {"db.serverless"}
    return _plain(sorted(every, key=natural))


def _instance_types() -> list[str]:
    return sorted(set(_enums(_extension("aws_ec2_instance/instancetype_enum"))), key=natural)


def _graviton_types() -> list[str]:
    return [*filter(_GRAVITON.match, _instance_types())]


def _search_instances() -> list[str]:
    """Of data nodes, masters and coordinators; UltraWarm nodes are none of them."""
    every = set(_enums(_extension("aws_opensearchservice_domain/clusterconfig_instancetype_enum")))
    return sorted((one for one in every if not one.startswith("ultrawarm")), key=natural)


def _model_instances() -> Mapping[str, Json]:
    """Types of SageMaker's real-time inference, in the order of `natural`."""
    variant = _resource("AWS::SageMaker::EndpointConfig")["definitions"]["ProductionVariant"]["properties"]
    return _plain(sorted(variant["InstanceType"]["enum"], key=natural))


def _resource(resource_type: str) -> Json:
    """cfn-lint's schema of a resource type; us-east-1 has them all."""
    schemas = _package("cfnlint") / "data" / "schemas"
    file = json.loads((schemas / "providers" / "us-east-1.json").read_bytes())[resource_type]
    return json.loads((schemas / "resources" / f"{file}.json").read_bytes())


def _regions() -> list[str]:
    endpoints = json.loads((_package("botocore") / "data" / "endpoints.json").read_bytes())
    return sorted(region for partition in endpoints["partitions"] for region in partition["regions"])


def _runtimes() -> Mapping[str, Json]:
    """Lambda's own list has the newest, cfn-lint's calendar the dates."""
    properties = _resource("AWS::Lambda::Function")["properties"]
    calendar = json.loads((_package("cfnlint") / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json").read_bytes())
    return {runtime: _stages(calendar.get(runtime, {})) for runtime in properties["Runtime"]["enum"]}


def _stages(dates: Mapping[str, str | None]) -> dict[str, str]:
    words = {"deprecated": "deprecated", "closed": "create-block", "ended": "update-block", "successor": "successor"}
    found = {word: dates.get(key) for word, key in words.items()}
    return {word: value for word, value in found.items() if value}


def _fargate_sizes() -> Mapping[str, Json]:
    forms = _extension("aws_ecs_taskdefinition/fargate_cpu_memory")["then"]["anyOf"]
    found = {}
    for form in forms:
        cpu, memory = (form["properties"][name]["then"] for name in ("Cpu", "Memory"))
        steps = () if "enum" in memory else range(memory["minimum"], memory["maximum"] + 1, memory["multipleOf"])
        found[cpu["enum"][0]] = {"memory": memory.get("enum") or [*steps]}
    return found


LISTS: Mapping[str, tuple[str, Callable[[], Json]]] = {
    "cache-nodes": ("cfn-lint: aws_elasticache_cachecluster/cachenodetype_enum", _cache_nodes),
    "cache-versions": ("cfn-lint: aws_elasticache_cachecluster/engine_version", _cache_versions),
    "database-classes": ("cfn-lint: aws_rds_dbinstance/dbinstanceclass_enum", _database_classes),
    "database-versions": ("cfn-lint: engine_version and engine_version_deprecated of aws_rds_*", _database_versions),
    "document-classes": ("cfn-lint: aws_docdb_dbinstance/dbinstanceclass_enum", _document_classes),
    "document-versions": ("cfn-lint: EngineVersion of AWS::DocDB::DBCluster", _document_versions),
    "eks-instance-types": ("cfn-lint: aws_ec2_instance/instancetype_enum", _instance_types),
    "fargate-sizes": ("cfn-lint: aws_ecs_taskdefinition/fargate_cpu_memory", _fargate_sizes),
    "instance-types": ("cfn-lint: aws_ec2_instance/instancetype_enum", _graviton_types),
    "lambda-runtimes": ("cfn-lint: Runtime of AWS::Lambda::Function and LmbdRuntimeLifecycle", _runtimes),
    "ml-instance-types": ("cfn-lint: InstanceType of AWS::SageMaker::EndpointConfig", _model_instances),
    "regions": ("botocore: endpoints.json", _regions),
    "search-instances": (
        "cfn-lint: aws_opensearchservice_domain/clusterconfig_instancetype_enum",
        _search_instances,
    ),
}
"""Fact → where its list comes from, and the list: values, or value → what the packages know of it."""


def natural(value: str) -> tuple[tuple[int, str], ...]:
    """Sorts 2xlarge before 10xlarge, and 9.6 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", value) if part)
