"""The contract with the pinned ministack: the private names that the sandbox completes have the shape it counts on."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.sandbox.process import MINISTACK_VERSION, _emulated_types

ROOT = Path(__file__).parents[2]

FACTS = """
import inspect, json, sys
from ministack import app
from ministack.core import persistence
from ministack.services import cloudformation, lambda_svc
from ministack.services.cloudformation import changesets, engine, handlers as actions, provisioners, stacks

def names(function):
    return list(inspect.signature(function).parameters)

def arity(function):
    return len([p for p in inspect.signature(function).parameters.values() if p.default is p.empty])

tables = ("_RESOURCE_HANDLERS", "_REPLACING_PROPERTIES", "_CONDITIONALLY_REPLACING_PROPERTIES", "_update_resource")
handlers = provisioners._RESOURCE_HANDLERS
listed = [provisioners._REPLACING_PROPERTIES, provisioners._CONDITIONALLY_REPLACING_PROPERTIES]
print(json.dumps({
    "bound": {name: sorted(path for path, module in list(sys.modules.items())
                           if path.startswith("ministack.") and vars(module).get(name) is vars(provisioners)[name])
              for name in tables},
    "types": sorted(handlers),
    "keys": sorted({key for handler in handlers.values() for key in handler}),
    "creates": sorted({arity(handler["create"]) for handler in handlers.values()}),
    "updates": sorted({(len(names(handler["update"])) >= 5, arity(handler["update"]) <= 4)
                       for handler in handlers.values() if handler.get("update_with_logical_id")}),
    "tuples": all(type(value) is tuple for table in listed for value in table.values()),
    "update_resource": names(provisioners._update_resource),
    "physical_name": names(provisioners._physical_name),
    "seeded_create": names(provisioners._seeded_create),
    "scope": callable(provisioners.get_region) and callable(provisioners.get_account_id),
    "stacks": type(cloudformation._stacks._data) is dict,
    "persistence": [type(persistence.STATE_DIR).__name__, persistence.logger.name, names(persistence.save_state)],
    "nested": [names(provisioners._nested_stack_lookup_name), names(stacks._delete_stack_async)[:2],
               names(stacks._add_event)[:7]],
    "delete_bucket": names(provisioners._s3._delete_bucket),
    "resolve_refs": names(engine._resolve_refs)[0],
    "zones": engine._resolve_refs({"Fn::GetAZs": "us-east-1"}, {}, {}, {}, {}, "s", "s"),
    "custom": [names(provisioners._custom_resource_create), names(provisioners._custom_resource_update)],
    "function": names(lambda_svc._get_func_record_for_ref),
    "lambda": sorted(handlers["AWS::Lambda::Function"]),
    "app": callable(app.app),
    "imports": [names(changesets._import_resources_async), names(provisioners._import_resource),
                sorted({type(keys).__name__ for keys, _ in changesets._IMPORT_LOOKUPS.values()}),
                changesets._IMPORT_LOOKUPS["AWS::S3::Bucket"][0], provisioners._NAME_SEED.get()],
    "summary": [names(actions._ACTION_HANDLERS["GetTemplateSummary"]), names(actions._resolve_template)[0],
                names(actions._parse_template)[0]],
}))
"""


@pytest.fixture(scope="module")
def facts() -> Json:
    asked = subprocess.run([sys.executable, "-c", FACTS], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(asked.stdout)


def test_the_version_is_the_pinned_one() -> None:
    assert importlib.metadata.version("ministack") == MINISTACK_VERSION


def test_the_project_pins_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["optional-dependencies"]["sandbox"] == [f"ministack=={MINISTACK_VERSION}"]


def test_the_tables_are_bound_only_where_they_are_replaced(facts: Json) -> None:
    package = "ministack.services.cloudformation"
    assert facts["bound"] == {
        "_RESOURCE_HANDLERS": [f"{package}.changesets", f"{package}.provisioners"],
        "_REPLACING_PROPERTIES": [f"{package}.provisioners"],
        "_CONDITIONALLY_REPLACING_PROPERTIES": [f"{package}.provisioners"],
        "_update_resource": [f"{package}.provisioners", f"{package}.stacks"],
    }


def test_the_types_read_from_its_source_are_those_it_has(facts: Json) -> None:
    assert sorted(_emulated_types()) == facts["types"]


def test_handlers_are_called_the_same_way(facts: Json) -> None:
    known = ["create", "delete", "delete_with_logical_id", "import", "snapshot", "update", "update_with_logical_id"]
    assert facts["keys"] == known
    assert facts["creates"] == [3]
    assert facts["updates"] == [[True, True]]
    assert facts["tuples"]


def test_the_functions_it_lends_take_the_same_parameters(facts: Json) -> None:
    update = ["resource_type", "physical_id", "old_props", "new_props", "stack_name", "logical_id", "old_attrs"]
    assert facts["update_resource"] == update
    assert facts["physical_name"] == ["stack_name", "logical_id", "lowercase", "max_len", "seeded"]
    assert facts["seeded_create"] == ["create_fn", "logical_id", "props", "stack_name"]
    assert facts["scope"]


def test_stacks_and_buckets_are_deleted_by_the_functions_it_uses(facts: Json) -> None:
    event = ["stack_id", "stack_name", "logical_id", "resource_type", "status", "reason", "physical_id"]
    assert facts["nested"] == [["physical_id_or_arn"], ["stack_name", "stack_id"], event]
    assert facts["delete_bucket"] == ["name"]


def test_zones_are_resolved_by_the_function_that_is_completed(facts: Json) -> None:
    assert facts["resolve_refs"] == "value"
    assert facts["zones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]


def test_its_state_is_kept_as_the_sandbox_keeps_it(facts: Json) -> None:
    assert facts["stacks"]
    assert facts["persistence"] == ["str", "persistence", ["service", "data"]]
    assert facts["app"]


def test_custom_resources_and_functions_are_asked_as_the_sandbox_does(facts: Json) -> None:
    create = ["logical_id", "props", "stack_name", "resource_type"]
    update = ["physical_id", "old_props", "new_props", "stack_name", "logical_id", "resource_type"]
    assert facts["custom"] == [create, update]
    assert facts["function"] == ["function_ref"]
    assert {"create", "update"} <= set(facts["lambda"])


def test_imports_and_summaries_are_completed_where_they_are(facts: Json) -> None:
    assert facts["imports"] == [
        ["cs", "stack", "new_stack"],
        ["resource_type", "identifier"],
        ["tuple"],
        ["BucketName"],
        "",
    ]
    assert facts["summary"] == [["params"], "params", "template_body"]
