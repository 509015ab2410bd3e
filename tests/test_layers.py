"""Platforms on top of others: what a kind shares, and that an imported component is used as an own one would be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.pipeline import check_spec, compile_spec, platform_of
from compiler.program.component import Component
from compiler.program.encode import encoded
from compiler.program.registry import kind_of
from compiler.shared.deployer_grants import plan_grants
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.access.physical import Deployed
from tests.goldens.round_trip import followed

SCHEMA = load_schema()
SHARED = sorted(name for name, kind in SCHEMA.kinds.items() if "shares" in kind.get("x-existing", {}))
FULLEST = Path(__file__).parent / "golden" / "exports-fullest" / "spec.yaml"
DATABASE = {"engine": "postgres", "version": "17", "instance": "db.t4g.medium", "database": "app"}
USES: Mapping[str, tuple[Json, str]] = {
    "buckets": ({}, "read"),
    "buses": ({}, "publish"),
    "caches": ({"engine": "valkey", "version": "8.0", "node": "cache.t4g.small"}, "connect"),
    "databases": (DATABASE, "connect"),
    "filesystems": ({}, "mount"),
    "functions": ({"runtime": "python3.13", "code": "c", "handler": "a.b"}, "invoke"),
    "keys": ({}, "use"),
    "parameters": ({"value": "x"}, "read"),
    "queues": ({}, "send"),
    "repositories": ({}, "pull"),
    "secrets": ({"generate": {"keys": ["token"]}}, "read"),
    "streams": ({}, "read"),
    "tables": ({"key": "id", "indexes": {"by_day": {"key": "day"}}}, "read"),
    "topics": ({}, "publish"),
}
"""Section → a component, and what a function does with it."""
BOTH = ("below", "above")
WRITTEN = {"buckets": "write", "queues": "consume", "streams": "write", "tables": "write"}


@pytest.mark.parametrize("section", sorted(SCHEMA.kinds))
def test_a_kind_shares_what_its_schema_says(section: str) -> None:
    assert (kind_of(section).shares is not Component.shares) == (section in SHARED)


def test_the_words_are_those_of_the_schema() -> None:
    platform = platform_of(str(FULLEST), "dev")
    seen = set()
    for component in platform.components.values():
        declared = SCHEMA.kinds[component.section].get("x-existing", {})
        if component.section in SHARED:
            shares = component.shares(platform).keys()
            assert shares - {*declared["shares"], *declared.get("with", ())} == set(), component.path
            seen |= {(component.section, word) for word in shares & {*declared["shares"]}}
    assert {(section, word) for section in SHARED for word in SCHEMA.kinds[section]["x-existing"]["shares"]} == seen


def header(more: Mapping[str, Json]) -> str:
    """All platforms have one name here, so that resources are named alike."""
    return json.dumps({"platform": "demo", "environments": {"dev": {"posture": "development"}}, **more})


def built(folder: Path, name: str, more: Mapping[str, Json]) -> tuple[Compiled, ...]:
    (folder / f"{name}.yaml").write_text(header(more), encoding="utf-8")
    return compile_spec(str(folder / f"{name}.yaml"))


def user(section: str, verb: str) -> Mapping[str, Json]:
    function = {"runtime": "python3.13", "code": "c", "handler": "a.b", "network": "always"}
    return {"functions": {"user": {**function, "uses": {f"{section}.theirs": verb}}}}


def merged(one: Mapping[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    return {name: {**one.get(name, {}), **other.get(name, {})} for name in {**one, **other}}


def read(deployed: Deployed, of: str) -> Iterator[tuple[str, Json]]:
    """The resources of a component, and the rules of security groups that are for it."""
    for name, body in deployed.flat.resources.items():
        if name.startswith(of) or name.endswith(f"From{of}"):
            yield name, (body["Type"], deployed.properties(name))


def imported(folder: Path, below: Mapping[str, Json], above: Mapping[str, Json]) -> Deployed:
    """A platform on top of another one, with the values that the other one would have written."""
    lower = Deployed(followed(built(folder, "below", below)))
    upper = followed(built(folder, "above", {**above, "imports": {"base": {"platform": "./below.yaml"}}}))
    values = {
        lower.property(name, "Name"): lower.property(name, "Value") for name in lower.of_type("AWS::SSM::Parameter")
    }
    for name, about in upper.parameters.items():
        if about.get("Default") in values:
            upper.parameters[name] = {**about, "Default": values[about["Default"]]}
    return Deployed(upper)


@pytest.mark.parametrize(("section", "verb"), [*((name, row[1]) for name, row in USES.items()), *WRITTEN.items()])
def test_a_user_gets_what_it_would_of_an_own_component(section: str, verb: str, tmp_path: Path) -> None:
    """Permissions, the key's included, variables, and both rules between the security groups, value by value."""
    network = {"network": {"cidr": "10.7.0.0/16", "zones": 2, "nat": "single"}}
    theirs = {**network, section: {"theirs": USES[section][0]}}
    own = Deployed(followed(built(tmp_path, "own", merged(theirs, user(section, verb)))))
    exports = {"exports": {"network": {}, "theirs": {"component": f"{section}.theirs"}}}
    above = imported(tmp_path, {**theirs, **exports}, user(section, verb))
    wanted = dict(read(own, "UserFunction"))
    assert "UserFunctionAccess" in wanted
    assert dict(read(above, "UserFunction")) == wanted


@pytest.mark.parametrize("section", ["caches", "databases", "parameters", "repositories", "secrets"])
def test_containers_get_what_they_would_of_an_own_component(section: str, tmp_path: Path) -> None:
    """Secrets that the agent injects, and who may read them, too."""
    network = {"network": {"cidr": "10.7.0.0/16", "zones": 2, "nat": "single"}}
    theirs = {**network, section: {"theirs": USES[section][0]}}
    service = {"image": "nginx:1", "uses": {f"{section}.theirs": USES[section][1]}}
    using = {"services": {"user": service}}
    own = Deployed(followed(built(tmp_path, "own", merged(theirs, using))))
    exports = {"exports": {"network": {}, "theirs": {"component": f"{section}.theirs"}}}
    above = imported(tmp_path, {**theirs, **exports}, using)
    wanted = dict(read(own, "UserService"))
    assert "UserServiceTaskDefinition" in wanted
    assert dict(read(above, "UserService")) == wanted


def test_nothing_is_written_for_what_is_not_exported(tmp_path: Path) -> None:
    queues: Mapping[str, Json] = {"queues": {"jobs": {}, "mails": {}}}
    (plain,) = built(tmp_path, "plain", queues)
    (sharing,) = built(tmp_path, "sharing", {**queues, "exports": {"jobs": {}}})
    more = followed([sharing]).resources.keys() - followed([plain]).resources.keys()
    assert more == {"JobsExportId", "JobsExportKey"}


def test_what_exists_elsewhere_is_passed_on_as_it_is(tmp_path: Path) -> None:
    built(tmp_path, "below", {"queues": {"jobs": {"existing": "theirs"}, "own": {}}, "exports": {"jobs": {}}})
    function = {"runtime": "python3.13", "code": "c", "handler": "a.b", "uses": {"jobs": "send"}}
    above = {"imports": {"base": {"platform": "./below.yaml"}}, "functions": {"user": function}}
    (root,) = built(tmp_path, "above", above)
    assert not [name for name, about in root.parameters.items() if about["Type"].startswith("AWS::SSM")]
    assert "theirs" in json.dumps(root.children[-1].body)


def test_a_spec_may_import_another_environment_of_itself(tmp_path: Path) -> None:
    """One database for all previews."""
    file = tmp_path / "spec.yaml"
    file.write_text(
        "platform: demo\nenvironments:\n"
        "  shared: {posture: development, imports: {base: null}, functions: {api: null}}\n"
        "  preview: {posture: development, queues: {jobs: null}, exports: {jobs: null}}\n"
        "imports: {base: {platform: ./spec.yaml, environment: shared}}\n"
        "queues: {jobs: {}}\nexports: {jobs: {}}\n"
        "functions: {api: {runtime: python3.13, code: c, handler: a.b, uses: {jobs: send}}}\n",
        encoding="utf-8",
    )
    below, above = compile_spec(str(file))
    assert (below.environment, above.environment) == ("shared", "preview")
    assert above.parameters["BaseImportJobsId"]["Default"] == "/stackwright/demo/shared/exports/jobs/id"


ON_DEMAND: Json = {"dev": {"posture": "development"}, "pr-*": {"posture": "development"}}


@pytest.mark.parametrize("environment", ["same", "pr-7"])
def test_a_preview_may_import_a_preview(environment: str, tmp_path: Path) -> None:
    below = {"environments": ON_DEMAND, "topics": {"news": {}}, "exports": {"news": {}}}
    (tmp_path / "below.yaml").write_text(header({"platform": "base", **below}), encoding="utf-8")
    imports = {"base": {"platform": "./below.yaml", "environment": environment}}
    above = {"environments": ON_DEMAND, "imports": imports, "queues": {"q": {}}}
    (tmp_path / "above.yaml").write_text(header(above), encoding="utf-8")
    (checked,) = check_spec(str(tmp_path / "above.yaml"), ("pr-7",))
    names = [value.name for value in checked.document.imported.values()]
    assert names
    assert all(name.startswith("/stackwright/base/pr-7/") for name in names)


def test_two_imports_of_one_name_are_told_where_both_are(tmp_path: Path) -> None:
    below = {"platform": "base", "topics": {"news": {}}, "exports": {"news": {}}}
    (tmp_path / "below.yaml").write_text(header(below), encoding="utf-8")
    head = "platform: demo\nenvironments: {dev: {posture: development}}\nimports:\n"
    text = head + "  one: {platform: ./below.yaml}\n  two: {platform: ./below.yaml}\n"
    (tmp_path / "above.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        check_spec(str(tmp_path / "above.yaml"))
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.line, [place.line for place in found.also]) == ("import-taken", 5, [4])
    assert found.message == "imports topics.news of base, and another import gives one of that name"


@pytest.mark.parametrize(("said", "below"), [("same", "pr-7"), ("dev", "dev")])
def test_an_environment_on_demand_imports_too(said: str, below: str, tmp_path: Path) -> None:
    """One of its own below, or one for all previews."""
    environments = {name: {"posture": "development"} for name in ("dev", "pr-*")}
    function = {"runtime": "python3.13", "code": "c", "handler": "a.b", "uses": {"jobs": "send"}}
    layer = {"platform": "layer", "environments": environments, "queues": {"jobs": {}}, "exports": {"jobs": {}}}
    imports = {"base": {"platform": "./layer.yaml", "environment": said}}
    above = {"platform": "above", "environments": environments, "imports": imports, "functions": {"user": function}}
    for name, spec in (("layer", layer), ("above", above)):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(spec), encoding="utf-8")
    (root,) = compile_spec(str(tmp_path / "above.yaml"), ("pr-7",))
    assert root.parameters["BaseImportJobsId"]["Default"] == f"/stackwright/layer/{below}/exports/jobs/id"
    name = followed([root]).resources["BaseImport"]["Properties"]["Name"]
    assert name == f"/stackwright/layer/{below}/imported-by/above/pr-7/base"


def test_the_page_shows_two_platforms_that_compile(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "layers.md").read_text(encoding="utf-8")
    for name, spec in re.findall(r"^```yaml\n# (\w+\.yaml)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        (tmp_path / name).write_text(spec, encoding="utf-8")
    assert [one.environment for one in compile_spec(str(tmp_path / "network.yaml"))] == ["dev", "prod"]
    (_, prod) = compile_spec(str(tmp_path / "shop.yaml"))
    read = {about["Default"].split("/")[5] for about in prod.parameters.values() if "Default" in about}
    assert read == {"alerts", "main", "network", "orders"}


def test_who_plans_may_ask_for_what_is_exported_and_who_uses_it(tmp_path: Path) -> None:
    built(tmp_path, "below", {"queues": {"jobs": {}}, "exports": {"jobs": {}}})
    above = {"imports": {"base": {"platform": "./below.yaml"}}, **user("queues", "send"), "network": {}}
    built(tmp_path, "above", {**above, "queues": {"theirs": {}}})
    grants = {name: dict(plan_grants(platform_of(str(tmp_path / f"{name}.yaml"), "dev"), None)) for name in BOTH}
    assert encoded(grants["above"]["PlatformsBelow"].resources[0])["Fn::Sub"].endswith("/demo/dev/exports/*")
    assert grants["above"]["PlatformsBelow"].actions == ("ssm:GetParameters",)
    assert grants["below"]["PlatformsAbove"].actions == ("ssm:GetParametersByPath",)
    assert [encoded(one)["Fn::Sub"].partition("/dev/")[2] for one in grants["below"]["PlatformsAbove"].resources] == [
        "imported-by",
        "imported-by/*",
    ]
    assert "PlatformsBelow" not in grants["below"] and "PlatformsAbove" not in grants["above"]


def test_a_renamed_import_keeps_its_record(tmp_path: Path) -> None:
    built(tmp_path, "below", {"queues": {"jobs": {}}, "exports": {"jobs": {}}})
    function = {"runtime": "python3.13", "code": "c", "handler": "a.b", "uses": {"jobs": "send"}}
    imports = {"layer": {"platform": "./below.yaml", "renamed_from": "base"}}
    (root,) = built(tmp_path, "above", {"imports": imports, "functions": {"user": function}})
    assert followed([root]).resources["BaseImport"]["Properties"]["Name"].endswith("/imported-by/demo/dev/base")
    assert "LayerImportJobsId" in root.parameters


def test_a_renamed_export_keeps_its_values_where_they_are(tmp_path: Path) -> None:
    renamed = {"tasks": {"renamed_from": "jobs"}}
    (below,) = built(tmp_path, "below", {"queues": renamed, "exports": renamed})
    assert {"JobsExportId", "JobsExportKey"} <= followed([below]).resources.keys()
    function = {"runtime": "python3.13", "code": "c", "handler": "a.b", "uses": {"tasks": "send"}}
    imports = {"base": {"platform": "./below.yaml"}}
    (root,) = built(tmp_path, "above", {"imports": imports, "functions": {"user": function}})
    assert root.parameters["BaseImportTasksId"]["Default"] == "/stackwright/demo/dev/exports/jobs/id"
    assert followed([root]).resources["BaseImport"]["Properties"]["Value"] == "jobs"


def test_a_renamed_component_keeps_its_export(tmp_path: Path) -> None:
    spec = {"queues": {"tasks": {"renamed_from": "jobs"}}, "exports": {"jobs": {"component": "tasks"}}}
    (root,) = built(tmp_path, "below", spec)
    (resource,) = [one for name, one in followed([root]).resources.items() if name == "JobsExportId"]
    assert resource["Properties"]["Value"] == {"Fn::GetAtt": ["JobsQueue", "QueueName"]}


ODD = ("null", "{}", "{jobs: }", "{jobs: {component: }}", "[jobs]", "jobs", "{jobs: 1}", "{'': {}}", "{jobs: {a: b}}")


@pytest.mark.parametrize("said", ODD)
def test_odd_exports_are_told_or_taken(said: str, tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    text = f"platform: demo\nenvironments: {{dev: {{posture: development}}}}\nqueues: {{jobs: {{}}}}\nexports: {said}\n"
    file.write_text(text, encoding="utf-8")
    try:
        check_spec(str(file))
    except SpecError as problem:
        assert all(one.place.file for one in problem.diagnostics)
