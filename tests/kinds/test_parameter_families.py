"""Parameter groups of databases fit the engine and version in every combination."""

from __future__ import annotations

import pytest

from compiler.language.facts import fact
from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

SPEC = "platform: demo\nenvironments: {x: {posture: staging}}\ndatabases: {main: {engine: %s, version: '%s'%s}}\n"
FAMILIES = {
    "postgres": {*(f"postgres{major}" for major in range(10, 20)), "postgres9.6"},
    "mysql": {"mysql5.7", "mysql8.0", "mysql8.4"},
    "mariadb": {*(f"mariadb10.{minor}" for minor in range(3, 12)), "mariadb11.4", "mariadb11.8", "mariadb12.3"},
    "aurora-postgresql": {*(f"aurora-postgresql{major}" for major in range(10, 20)), "aurora-postgresql9.6"},
    "aurora-mysql": {"aurora-mysql5.7", "aurora-mysql8.0", "aurora-mysql8.4"},
}
"""Source: RDS and Aurora user guides, DescribeDBEngineVersions, DBParameterGroupFamily."""
MORE = {
    "postgres": ("", ", readers: 1, password: generated", ", engine_parameters: {work_mem: 1}"),
    "mysql": ("", ", readers: 1, password: generated"),
    "mariadb": ("",),
    "aurora-postgresql": ("", ", serverless: {max: 2}", ", instance_parameters: {work_mem: 1}"),
    "aurora-mysql": ("", ", serverless: {max: 2}", ", instance_parameters: {max_connections: 9}"),
}
"""Settings that bring another group or database along."""
CLASS = ", instance: db.r6g.large"


def groups(found: Json) -> list[Json]:
    kinds = ("AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup")
    return [one["Properties"] for one in found.values() if one["Type"] in kinds]


@pytest.mark.parametrize(
    ("engine", "version", "more"),
    [
        (engine, version, more)
        for engine, forms in MORE.items()
        for version in fact("database-versions").offered(engine)
        for more in forms
    ],
)
def test_the_family_is_that_of_the_version(engine: str, version: str, more: str) -> None:
    spec = SPEC % (engine, version, more if "serverless" in more else CLASS + more)
    found = resources(compiled(spec, "x"))
    databases = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster")
    versions = {one["Properties"].get("EngineVersion") for one in found.values() if one["Type"] in databases}
    assert versions - {None} == {version}
    assert {one["Family"] for one in groups(found)} <= FAMILIES[engine]
    assert {one["Family"] for one in groups(found)} == {f"{engine}{version}"}
    assert len(groups(found)) == (2 if "instance_parameters" in more else 1)
