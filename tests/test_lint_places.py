"""Findings are told at the line of the setting that made them, once for each cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import linter.tracing
from compiler.pipeline import compile_spec
from compiler.program.traced import TracedNumber, TracedText, origin_of, traced
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.load import load
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import templates
from linter.around import Around
from linter.finding import Finding
from linter.gathered import gathered
from linter.lead import owner_of
from linter.lint import lint
from linter.pointer import path_in, value_at

SPEC = """platform: demo
tags: {owner: web-team}
environments:
  dev: {posture: development}
  prod: {posture: production, functions: {api: {memory: 1024}}}
defaults:
  functions: {timeout: 20}
functions:
  api:
    runtime: python3.13
    code: ./api
    handler: app.handler
    memory: 512
    environment: {MODE: quick, HOME: "${platform}"}
  "for-{tenant}":
    each: {tenant: [acme, globex]}
    runtime: python3.13
    code: ./api
    handler: "{tenant}.handler"
tables:
  orders: {key: {partition: id}, deletion_protection: true}
buckets:
  media:
    properties: {AccelerateConfiguration: {AccelerationStatus: Maybe}, ObjectLockEnabled: null}
resources:
  thing:
    Type: AWS::SNS::Topic
    DeletionPolicy: Retain
    Properties:
      DisplayName: x
      Tags:
        - {Key: a, Value: b}
overrides:
  ApiFunction:
    Properties:
      Timeout: 7
      TracingConfig: {Mode: Active}
"""


@dataclass(frozen=True)
class _Case:
    """Where a finding is, and the setting and line it is led to."""

    pointer: str
    setting: str
    line: int
    component: str = "functions.api"
    message: str = "is odd"
    environment: str = "dev"


CASES = [
    _Case("Resources/ApiFunction/Properties/Timeout", "overrides.ApiFunction.Properties.Timeout", 36),
    _Case("Resources/ApiFunction/Properties/TracingConfig", "overrides.ApiFunction.Properties.TracingConfig", 37),
    _Case(
        "Resources/ApiFunction/Properties", "overrides.ApiFunction.Properties.Timeout", 36, message="'Timeout' is odd"
    ),
    _Case("Resources/ApiFunction/Properties", "", 9),
    _Case("Resources/ApiFunction/Properties/Handler", "handler", 12),
    _Case("Resources/ApiFunction/Properties/MemorySize", "memory", 13),
    _Case("Resources/ApiFunction/Properties/MemorySize", "memory", 5, environment="prod"),
    _Case("Resources/ApiFunction/Properties/Environment/Variables/MODE", "environment.MODE", 14),
    _Case("Resources/ApiFunction/Properties/Environment/Variables/HOME", "environment.HOME", 14),
    _Case("Resources/ForAcmeFunction/Properties/Timeout", "timeout", 7, "functions.for-acme"),
    _Case("Resources/ForGlobexFunction/Properties/Handler", "handler", 19, "functions.for-globex"),
    _Case("Resources/ApiFunction/Properties/Environment/Variables/LENGTH", "environment", 14),
    _Case(
        "Resources/ApiFunction/Properties/TracingConfig/Mode", "overrides.ApiFunction.Properties.TracingConfig.Mode", 37
    ),
    _Case("Resources/OrdersTable/Properties/DeletionProtectionEnabled", "deletion_protection", 21, "tables.orders"),
    _Case("Resources/ApiFunctionRole/Properties/ManagedPolicyArns", "", 9),
    _Case(
        "Resources/MediaBucket/Properties/AccelerateConfiguration/AccelerationStatus",
        "properties.AccelerateConfiguration.AccelerationStatus",
        24,
        "buckets.media",
    ),
    _Case(
        "Resources/MediaBucket/Properties",
        "properties.ObjectLockEnabled",
        24,
        "buckets.media",
        "'ObjectLockEnabled' is a required property",
    ),
    _Case("Resources/MediaBucket/Properties/BucketEncryption", "", 23, "buckets.media"),
    _Case("Resources/Thing/Properties/Tags/0/Value", "Properties.Tags.0.Value", 32, "resources.thing"),
    _Case("Resources/Thing/DeletionPolicy", "DeletionPolicy", 28, "resources.thing"),
    _Case("Resources/Thing", "", 26, "resources.thing"),
    _Case("Resources/Thing/Properties", "Properties.DisplayName", 30, "resources.thing", "'DisplayName' is odd"),
]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Compiled, ...]:
    path = tmp_path_factory.mktemp("places") / "spec.yaml"
    path.write_text(SPEC)
    return compile_spec(str(path))


def told(
    compiled: tuple[Compiled, ...], findings: Callable[[str, Compiled], list[Finding]], folder: Path
) -> list[Diagnostic]:
    """What `lint` makes of these findings, which the cache has for it."""
    from linter.cache import Cache

    cache = Cache(folder, Around("us-east-1", {"demo/dev": "development", "demo/prod": "production"}))
    files = {f"demo/{one.environment}/{name}": text for one in compiled for name, text in templates(one).items()}
    roots = {one.environment: one for one in compiled}
    for name in files:
        cache.write(name, files, tuple(findings(name, roots[name.split("/")[1]])))
    return list(lint(compiled, folder))


def finding(name: str, pointer: str, message: str) -> Finding:
    return Finding(name, 1, 1, "E0000", "error", message, pointer)


def holds(compiled: Compiled, name: str, pointer: str) -> bool:
    """Whether the template `name` has the resource of `pointer`."""
    stem = name.rpartition("/")[2].removesuffix(".template.json")
    (template,) = [one for one in compiled.templates if one.name == stem]
    return pointer.split("/")[1] in template.body["Resources"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.pointer}-{case.message}-{case.environment}")
def test_a_finding_is_told_at_the_setting_that_made_it(
    case: _Case, compiled: tuple[Compiled, ...], tmp_path: Path
) -> None:
    def found(name: str, root: Compiled) -> list[Finding]:
        wanted = root.environment == case.environment and holds(root, name, case.pointer)
        return [finding(name, case.pointer, case.message)] if wanted else []

    (one,) = told(compiled, found, tmp_path)
    assert (one.component, one.setting, one.place.line) == (case.component, case.setting, case.line)


def test_replicas_and_environments_are_one_finding_with_its_places(
    compiled: tuple[Compiled, ...], tmp_path: Path
) -> None:
    pointers = [f"Resources/For{tenant}Function/Properties/Runtime" for tenant in ("Acme", "Globex")]

    def found(name: str, root: Compiled) -> list[Finding]:
        return [
            finding(name, one, f"for-{one[13:-27].lower()} of {root.environment} is odd")
            for one in pointers
            if holds(root, name, one)
        ]

    (one,) = told(compiled, found, tmp_path)
    assert (one.place.line, one.setting) == (17, "runtime")
    assert (one.component, one.others) == ("functions.for-acme", ("functions.for-globex",))
    assert {place.file.split("/")[1] for place in one.also} == {"dev", "prod"}


def test_what_differs_by_more_than_names_stays_apart() -> None:
    place = Place("spec.yaml", 3, 3)
    first = Diagnostic("E1", "3 is odd", place, "queues.a", resource="Resources/AQueue/Properties/X")
    others = (
        Diagnostic("E1", "5 is odd", place, "queues.a", resource="Resources/AQueue/Properties/X"),
        Diagnostic("E1", "3 is odd", place, "queues.a", resource="Resources/AQueue/Properties/Y"),
        Diagnostic("E2", "3 is odd", place, "queues.a", resource="Resources/AQueue/Properties/X"),
        Diagnostic("E1", "3 is odd", Place("spec.yaml", 4, 3), "queues.a", resource="Resources/AQueue/Properties/X"),
    )
    assert len(gathered((first, *others))) == 5
    again = Diagnostic("E1", "3 is odd", place, "queues.b", resource="Resources/BQueue/Properties/X")
    (both,) = gathered((first, again))
    assert both.others == ("queues.b",)


@pytest.mark.parametrize("place", [Place("", 0, 0), Place("spec.yaml", 1, 1)])
def test_components_that_are_not_in_the_spec_are_kept_apart(place: Place) -> None:
    found = [Diagnostic("E1", "is odd", place, component=name) for name in ("encryption", "ecs")]
    assert len(gathered(found)) == 2


@pytest.mark.parametrize(
    ("spot", "component", "line"),
    [
        ("security/Outputs", "encryption", 1),
        ("compute/Parameters", "functions.api", 9),
        ("security/Resources", "encryption", 1),
        ("root/Outputs", "", 1),
    ],
)
def test_whatever_a_finding_is_about_it_has_a_place_in_the_spec(
    compiled: tuple[Compiled, ...], tmp_path: Path, spot: str, component: str, line: int
) -> None:
    stack, part = spot.split("/")

    def found(name: str, root: Compiled) -> list[Finding]:
        if not name.endswith(f"dev/us-east-1/{stack}.template.json"):
            return []
        (template,) = [one for one in root.templates if one.name == stack]
        first = min(template.body.get(part) or {"Nothing": {}})
        return [finding(name, f"{part}/{first}", "is odd")]

    (one,) = told(compiled, found, tmp_path)
    assert (one.component, one.place.line) == (component, line)


def test_a_finding_in_the_one_template_of_a_fleet_has_its_component(tmp_path: Path) -> None:
    fleet = "fleet: {regions: [eu-west-1, us-east-1], accounts: ['111122223333']}"
    spec = tmp_path / "fleet.yaml"
    head = f"platform: demo\nenvironments: {{prod: {{posture: production, {fleet}}}}}\n"
    spec.write_text(f"{head}queues: {{jobs: {{properties: {{DelaySeconds: soon}}}}}}\n", encoding="utf-8")
    (root,) = compile_spec(str(spec))
    about = finding("demo/prod/us-east-1/root.template.json", "Resources/JobsQueue/Properties/DelaySeconds", "is odd")
    assert owner_of(root.root, about) == "queues.jobs"


PLATFORMS = sorted((Path(__file__).parent.parent / "spec").glob("*.yaml"))


@pytest.mark.parametrize("spec", PLATFORMS, ids=lambda path: path.stem)
def test_platforms_are_the_same_to_the_byte_with_traced_values(spec: Path) -> None:
    plain, with_traces = compile_spec(str(spec)), compile_spec(str(spec), trace=True)
    assert [templates(one) for one in plain] == [templates(one) for one in with_traces]


def test_a_pointer_may_have_slashes_in_a_key() -> None:
    body = {"a": {"ANY /{proxy+}": [{"b": 1}]}}
    assert path_in(body, "a/ANY /{proxy+}/0/b") == ("a", "ANY /{proxy+}", 0, "b")
    assert path_in(body, "a/ANY /{proxy+}/7/b") == ("a", "ANY /{proxy+}")
    assert path_in(body, "") == ()
    assert value_at(body, ("a", "ANY /{proxy+}", 0)) == {"b": 1}
    assert value_at(body, ("a", "ANY /{proxy+}", 7)) is None


def test_templates_are_the_same_with_traced_values(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    plain, with_traces = compile_spec(str(path)), compile_spec(str(path), trace=True)
    assert [templates(one) for one in plain] == [templates(one) for one in with_traces]


def test_what_is_traced_is_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    (root, *_) = compile_spec(str(tmp_path / "spec.yaml"), ("dev",), trace=True)
    monkeypatch.setattr(linter.tracing, "compile_spec", lambda *_, **__: pytest.fail("compiled again"))
    (template, *_) = root.children
    assert root.traced and linter.tracing.Traces().body(root, template) is template.body


def test_a_spec_that_has_changed_meanwhile_is_told_at_the_component(
    compiled: tuple[Compiled, ...], tmp_path: Path
) -> None:
    (dev, *_) = compiled
    assert dev.document is not None
    Path(dev.document.file).write_text("platform: 7\n")
    try:
        assert linter.tracing.Traces().body(dev, dev.children[0]) is None
    finally:
        Path(dev.document.file).write_text(SPEC)


def test_only_values_of_the_file_are_traced(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("a: {b: text, c: [1, true]}\n")
    data = traced(load(str(path))).data
    assert isinstance(data["a"]["b"], TracedText) and isinstance(data["a"]["c"][0], TracedNumber)
    assert [origin_of(data["a"]["b"]), origin_of(data["a"]["c"][0])] == [("a", "b"), ("a", "c", 0)]
    assert origin_of(data["a"]["c"][1]) is None
