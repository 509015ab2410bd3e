"""Conventions that every kind keeps, read off the schemas and the classes themselves."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from compiler.language.accept import KNOWN_KEYWORDS
from compiler.language.resource_types import attributes
from compiler.language.schema import load_schema
from compiler.meaning.check import check_names
from compiler.meaning.existing_facts import HOLE
from compiler.pipeline import check_spec
from compiler.program.component import Capability, Component, Platform, User
from compiler.program.parse import parse
from compiler.program.registry import kind_of
from compiler.source.json_value import Json
from compiler.source.load import load

ROOT = Path(__file__).parent.parent
SCHEMA = load_schema()
KINDS = sorted(SCHEMA.kinds)
GOLDEN = ROOT / "tests" / "golden"
SHARED = {"name", "path", "only", "properties", "renamed_from", "existing"}
LAYERS = {"security", "network", "domain", "data", "messaging", "compute", "edge", "monitoring"}


def properties(schema: Json, path: str = "") -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Every property of a schema, with its path."""
    about = SCHEMA.deref(schema)
    for name, child in about.get("properties", {}).items():
        yield f"{path}{name}", SCHEMA.deref(child)
        yield from properties(child, f"{path}{name}.")
    for key in ("items", "additionalProperties"):
        if isinstance(about.get(key), Mapping):
            yield from properties(about[key], f"{path}*.")


def subschemas(schema: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(schema, Mapping):
        yield schema
        for key, child in schema.items():
            if key in ("properties", "$defs"):
                for one in child.values():
                    yield from subschemas(one)
            elif key in ("items", "additionalProperties", "propertyNames", "if", "then", "else", "not"):
                yield from subschemas(child)
            elif key in ("allOf", "anyOf"):
                for one in child:
                    yield from subschemas(one)


def test_modules_and_schemas_are_the_same_kinds() -> None:
    rooms = ROOT / "compiler" / "kinds"
    files = {path.stem for path in rooms.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in rooms.glob("*/kind.py")}
    assert files.isdisjoint(folders)
    assert files | folders == set(KINDS)
    assert check_names() <= folders


@pytest.mark.parametrize("section", KINDS)
def test_schema_properties_are_the_fields(section: str) -> None:
    fields = {field.name for field in dataclasses.fields(kind_of(section))}
    assert fields - SHARED == set(SCHEMA.kinds[section]["properties"]) - SHARED


@pytest.mark.parametrize("section", KINDS)
def test_a_kind_has_resources_and_a_main_one(section: str) -> None:
    assert kind_of(section).build is not Component.build
    assert kind_of(section).noun is not None or kind_of(section).main_id is not Component.main_id


def test_no_two_components_have_the_same_stem_of_logical_ids() -> None:
    """A stem is name and noun: stems of two sections differ where no noun ends with another."""
    nouns = {section: kind_of(section).noun for section in KINDS if kind_of(section).noun}
    assert {section for section in KINDS if SCHEMA.singleton(section)} == {
        section for section in KINDS if kind_of(section).noun is None
    }
    for section, noun in nouns.items():
        assert re.fullmatch(r"[A-Z][A-Za-z]*", str(noun))
        assert [other for other, ending in nouns.items() if str(noun).endswith(str(ending))] == [section]


@pytest.mark.parametrize("section", KINDS)
def test_every_property_says_what_it_is(section: str) -> None:
    required = {f"{path}{name}" for path, about in (("", SCHEMA.kinds[section]),) for name in about.get("required", ())}
    for path, about in properties(SCHEMA.kinds[section]):
        assert about.get("description"), path
        assert about.get("examples"), path
        parent_required = path in required or _required_in_parent(section, path)
        assert parent_required or "default" in about or "x-posture" in about, path
        for example in about["examples"]:
            assert "enum" not in about or example in about["enum"], path


def _required_in_parent(section: str, path: str) -> bool:
    about: Json = SCHEMA.deref(SCHEMA.kinds[section])
    *parents, name = path.split(".")
    for step in parents:
        below = about["properties"][step] if step != "*" else about.get("items", about.get("additionalProperties"))
        about = SCHEMA.deref(below)
    return name in about.get("required", ())


def test_a_setting_that_names_a_component_takes_its_address_too() -> None:
    """`section.name` stands wherever a bare name may, whatever else the setting takes."""
    every = [*SCHEMA.kinds.values(), SCHEMA.base]
    checked = [one["pattern"] for kind in every for one in references(kind) if "pattern" in one]
    assert checked
    assert [pattern for pattern in checked if not re.match(pattern, "load_balancers.main-2")] == []


def references(schema: Json) -> Iterator[Mapping[str, Json]]:
    """Every part of a schema that says ``x-reference``."""
    if isinstance(schema, Mapping):
        if "x-reference" in schema:
            yield schema
        schema = [*schema.values()]
    if isinstance(schema, list):
        for child in schema:
            yield from references(child)


@pytest.mark.parametrize("section", KINDS)
def test_annotations_are_complete(section: str) -> None:
    kind = SCHEMA.kinds[section]
    assert kind["x-layer"] in LAYERS
    assert kind["x-noun"] and kind["description"] and kind["additionalProperties"] is False
    assert ("uses" in kind["properties"]) == issubclass(kind_of(section), User)


@pytest.mark.parametrize("section", [*KINDS, "base"])
def test_schemas_keep_to_keywords_that_the_quick_check_knows(section: str) -> None:
    schema = SCHEMA.base if section == "base" else SCHEMA.kinds[section]
    for one in subschemas(schema):
        unknown = {key for key in one if not key.startswith("x-")} - KNOWN_KEYWORDS
        assert unknown == set(), one


def built(section: str) -> Iterator[tuple[Component, Platform]]:
    """Components of `section` in its fullest golden, with the platform they stand in."""
    document = load(str(GOLDEN / f"{section}-fullest" / "spec.yaml"))
    for environment in document.data["environments"]:
        (checked,) = check_spec(document.file, (environment,))
        components = parse(checked.document, SCHEMA)
        data = checked.document.data
        platform = Platform(
            data["platform"],
            environment,
            data["posture"],
            data["region"],
            None,
            {},
            components,
            checked.connections.edges,
            checked.document,
            SCHEMA,
        )
        yield from ((one, platform) for one in components.values() if one.section == section)


@pytest.mark.parametrize("section", KINDS)
def test_what_is_offered_is_what_the_schema_says(section: str) -> None:
    kind = SCHEMA.kinds[section]
    components = list(built(section))
    assert components
    for component, platform in components:
        own_verbs = set(getattr(component, kind["x-verbs-of"])) if "x-verbs-of" in kind else set()
        for verb, setting in kind.get("x-verbs-of-each", {}).items():
            own_verbs |= {f"{verb}.{name}" for name in getattr(component, setting)}
        of_type = attributes(getattr(component, kind["x-attributes-of"])) if "x-attributes-of" in kind else ()
        said = set(kind.get("x-verbs", {})) | set(kind.get("x-offers", {})) | own_verbs
        assert set(component.offers(platform)) == said
        assert set(component.attributes()) == set(kind.get("x-attributes", {})) | set(of_type)


EXISTING = [section for section in KINDS if "x-existing" in SCHEMA.kinds[section]]
IDS = {"arn": r"arn:(aws|\[)", "zone": r"\(Z\[A-Z0-9\]", "id": r"\b(vpc|vpce|subnet|sg|fs)-\["}
"""What a pattern has in it that wants an id or ARN of AWS."""
_READ_ONLY = "CloudFormation reads it; in the sandbox its value is put there when it is read"
NOTHING_STANDS_FOR_IT = {
    "databases.restore_from": "CloudFormation has no type for snapshots",
    "functions.image.parameter": _READ_ONLY,
    "models.image.parameter": _READ_ONLY,
    "models.variants.*.image.parameter": _READ_ONLY,
    **{f"{kind}.{path}image.parameter": _READ_ONLY for kind in ("services", "jobs") for path in ("", "sidecars.*.")},
    "network.endpoint_policy.also.*": "anything of others, and nothing of it is asked for here",
    "network_load_balancers.endpoint_service.principals.*": "these are other accounts, and who is in them",
}


@pytest.mark.parametrize("section", EXISTING)
def test_what_exists_says_which_resources_it_is(section: str) -> None:
    kind = SCHEMA.kinds[section]
    words = dict(properties(kind["properties"]["existing"])).keys() | {"name", "id"}
    assert kind["x-existing"]["resources"]
    for patterns in kind["x-existing"]["resources"].values():
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            assert HOLE.fullmatch(pattern), pattern
            assert HOLE.findall(pattern)[0] in words, pattern


@pytest.mark.parametrize("section", KINDS)
def test_settings_that_take_an_id_or_arn_say_of_what(section: str) -> None:
    kind = SCHEMA.kinds[section]
    known = {path for path, _ in properties(kind)} | {path for path, _ in items(kind)}
    said = set(kind.get("x-existing-ids", {}))
    assert {path.removesuffix(".**") for path in said} <= known
    wanting = {
        path
        for path, about in (*properties(kind), *items(kind))
        if any(re.search(form, about.get("pattern", "")) for form in IDS.values()) and not path.startswith("existing")
    }
    assert {path for path in wanting if f"{section}.{path}" not in NOTHING_STANDS_FOR_IT} - said == set()


def items(schema: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The items of every list of a schema, with its path."""
    for path, about in properties(schema):
        if isinstance(about.get("items"), Mapping):
            yield f"{path}.*", SCHEMA.deref(about["items"])


def exercised(value: Json, schema: Json, path: str = "") -> Iterator[str]:
    about = SCHEMA.deref(schema)
    if isinstance(value, Mapping):
        for name, child in value.items():
            known = about.get("properties", {})
            below = known.get(name, about.get("additionalProperties"))
            step = f"{path}{name}" if name in known else f"{path}*"
            if name in known:
                yield step
            if isinstance(below, Mapping):
                yield from exercised(child, below, f"{step}.")
    elif isinstance(value, list) and isinstance(about.get("items"), Mapping):
        for child in value:
            yield from exercised(child, about["items"], f"{path}*.")


@functools.cache
def golden_specs() -> tuple[Json, ...]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(yaml.load(file.read_bytes(), loader) for file in sorted(GOLDEN.glob("*/spec.yaml")))


@pytest.mark.parametrize("section", KINDS)
def test_every_property_is_in_a_golden(section: str) -> None:
    assert (GOLDEN / f"{section}-smallest" / "spec.yaml").is_file()
    seen: set[str] = set()
    for spec in golden_specs():
        for layer in (spec, *spec["environments"].values()):
            said = layer.get(section) or {}
            for one in [said] if SCHEMA.singleton(section) else said.values():
                seen |= set(exercised(one, SCHEMA.kinds[section]))
    missing = {path for path, _ in properties(SCHEMA.kinds[section])} - seen - {"only", "properties", "renamed_from"}
    assert missing == set()


def log_groups(component: Component, platform: Platform) -> set[str]:
    """Logical ids of the log groups that a component builds, but of those that CloudWatch makes metrics of."""
    found = [one for one in component.build(platform) if one.to_dict()["Type"] == "AWS::Logs::LogGroup"]
    return {str(one.title) for one in found if not str(one.LogGroupName).endswith("/performance")}


@pytest.mark.parametrize("section", KINDS)
def test_every_log_group_is_offered(section: str) -> None:
    """All but those of what sends logs on: they would be sent round in a circle."""
    for component, platform in built(section):
        if component.existing is None and section != "log_subscriptions":
            offered = component.offers(platform).get("logs", Capability()).log_groups
            assert set(offered) == log_groups(component, platform)
