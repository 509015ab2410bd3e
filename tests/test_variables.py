"""Environment variables that a component gets from its uses: two uses never give it one name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from troposphere import encode_to_dict

from compiler.language.schema import load_schema
from compiler.pipeline import platform_of
from compiler.program.component import User, Value
from compiler.program.registry import kind_of
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

GOLDEN = Path(__file__).parent / "golden"
HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n"
DATABASES = """databases:
  main: {engine: postgres, version: "16", instance: db.t4g.medium, readers: 1, backup_days: 1, password: generated}
  main-reader: {engine: postgres, version: "16", instance: db.t4g.medium, password: generated}
"""
QUEUES = "queues: {jobs: {}, jobs-late: {}}\nsecrets: {jobs-late-url: {keys: [token]}, keys: {keys: [token]}}\n"
USERS = {
    "functions": "functions: {user: {runtime: python3.13, code: ./f, handler: a.b, uses: USES}}\n",
    "services": "services: {user: {image: 'example.com/user:1', uses: USES}}\n",
    "jobs": "jobs: {user: {image: 'example.com/user:1', uses: USES}}\n",
}


def refused(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as problem:
        compiled(HEAD + text)
    return problem.value.diagnostics


def variables(text: str, section: str = "services") -> tuple[Json, ...]:
    """Plain and secret variables of the user's first container, or of the function."""
    found = resources(compiled(HEAD + text))
    if section == "functions":
        return next(
            one["Properties"]["Environment"]["Variables"]
            for one in found.values()
            if one["Type"].endswith("::Function")
        ), {}
    first = found[f"User{section[:-1].capitalize()}TaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    plain = {one["Name"]: one["Value"] for one in first.get("Environment", ())}
    return plain, {one["Name"]: one["ValueFrom"] for one in first.get("Secrets", ())}


@pytest.mark.parametrize("section", USERS)
def test_two_uses_that_give_one_variable_are_refused_at_both(section: str) -> None:
    found = refused(DATABASES + USERS[section].replace("USES", "{main: connect, main-reader: connect}"))
    assert {one.code for one in found} == {"duplicate-variable"}
    first, second = found
    assert first.also == (second.place,) and second.also == (first.place,)
    assert "variables MAIN_READER_HOST, MAIN_READER_PORT, which databases.main-reader sets too" in first.message
    assert "main-reader: {verbs: connect, as: OTHER}" in second.suggestion


@pytest.mark.parametrize("section", USERS)
@pytest.mark.parametrize(
    "uses",
    [
        "{main: connect, main-reader: {verbs: connect, as: OTHER}}",
        "{main: {verbs: connect, as: DB}, main-reader: connect}",
        "{main: connect}",
        "{main: [connect, manage]}",
    ],
)
def test_stems_that_differ_are_sound(section: str, uses: str) -> None:
    compiled(HEAD + DATABASES + USERS[section].replace("USES", uses))


@pytest.mark.parametrize(
    ("uses", "names"),
    [
        ("{jobs: {verbs: send, as: ONE}, jobs-late: {verbs: send, as: ONE}}", "the variable ONE_URL"),
        ("{jobs: {verbs: [send, consume], as: JOBS_LATE}, jobs-late: send}", "the variable JOBS_LATE_URL"),
        ("{jobs-late-url: read, keys: {verbs: read, as: JOBS_LATE_URL}}", "SECRET_ARN, JOBS_LATE_URL_TOKEN"),
    ],
)
def test_stems_that_are_said_meet_too(uses: str, names: str) -> None:
    found = refused(QUEUES + USERS["services"].replace("USES", uses))
    assert len(found) == 2 and all(names in one.message for one in found)


def test_a_secret_variable_meets_only_where_secrets_are_injected() -> None:
    uses = "{jobs-late-url: {verbs: read, as: A}, keys: {verbs: read, as: A_SECRET}}"
    secrets = "secrets: {jobs-late-url: {keys: [secret_key]}, keys: {keys: [key]}}\n"
    (first, _) = refused(secrets + USERS["jobs"].replace("USES", uses))
    assert "A_SECRET_KEY" in first.message
    compiled(HEAD + secrets + USERS["functions"].replace("USES", uses))


@pytest.mark.parametrize("section", USERS)
def test_environment_wins_over_uses(section: str) -> None:
    uses = "{jobs: send}, environment: {JOBS_URL: mine}"
    assert variables(QUEUES + USERS[section].replace("USES", uses), section)[0]["JOBS_URL"] == "mine"


def test_environment_wins_over_secrets_of_uses() -> None:
    plain, secret = variables(QUEUES + USERS["services"].replace("USES", "{keys: read}, environment: {KEYS_TOKEN: x}"))
    assert plain["KEYS_TOKEN"] == "x" and "KEYS_TOKEN" not in secret


def test_a_sidecar_has_its_own_variables_before_those_that_it_inherits() -> None:
    sidecar = "sidecars: {proxy: {image: 'example.com/p:1', inherit_environment: true, environment: {JOBS_URL: own}}}"
    text = QUEUES + USERS["services"].replace("USES", "{jobs: send, keys: read}, " + sidecar)
    found = resources(compiled(HEAD + text))["UserServiceTaskDefinition"]["Properties"]["ContainerDefinitions"][1]
    assert {"Name": "JOBS_URL", "Value": "own"} in found["Environment"]
    assert "KEYS_TOKEN" in [one["Name"] for one in found["Secrets"]]


@pytest.mark.parametrize(
    ("settings", "places"),
    [
        ("queue: jobs, queue_variable: JOBS_LATE_URL, uses: {jobs-late: send}", 1),
        ("queue: jobs, environment: {MESSAGE: x}", 1),
    ],
)
def test_the_message_of_a_queue_has_a_variable_of_its_own(settings: str, places: int) -> None:
    found = refused(f"{QUEUES}jobs: {{user: {{image: 'example.com/user:1', {settings}}}}}\n")
    assert [one.code for one in found] == ["duplicate-variable"] * places
    assert "queue_variable" in found[0].message


def test_a_queue_variable_without_a_queue_is_nothing() -> None:
    compiled(f"{HEAD}{QUEUES}jobs: {{user: {{image: 'example.com/user:1', environment: {{MESSAGE: x}}}}}}\n")


def test_every_kind_with_an_environment_says_which_variables_it_takes() -> None:
    schema = load_schema()
    with_code = {section: kind for section, kind in schema.kinds.items() if issubclass(kind_of(section), User)}
    taking = {section for section, kind in with_code.items() if "environment" in kind["properties"]}
    saying = {
        section for section in schema.kinds if issubclass(kind := kind_of(section), User) and kind.variable_facets
    }
    assert taking <= saying


FULLEST = sorted(GOLDEN.glob("*-fullest/spec.yaml"))


@pytest.mark.parametrize("file", FULLEST, ids=[file.parent.name for file in FULLEST])
def test_the_verbs_of_one_component_agree_on_their_variables(file: Path) -> None:
    """Both verbs of `uses: {media: [read, write]}` may give a variable, with one value."""
    (environment, *_) = yaml.safe_load(file.read_text(encoding="utf-8"))["environments"]
    there = platform_of(str(file), environment)
    for component in there.components.values():
        verbs = load_schema().kinds[component.section].get("x-verbs", {})
        # who manages a database goes to it directly, past its proxy, with `connect` too: the golden databases-replicas
        verbs = [one for one in verbs if one != "manage" or not getattr(component, "proxy", None)]
        offered = [one for verb, one in component.offers(there).items() if verb in verbs]
        for name in {name for one in offered for name in (*one.environment, *one.secrets)}:
            values = [one.environment.get(name, one.secrets.get(name)) for one in offered]
            assert len({encoded(one) for one in values if one is not None}) == 1, (component.path, name)


def encoded(value: Value) -> str:
    return json.dumps(encode_to_dict(value), sort_keys=True)
