"""Layers in several stacks: what is placed stays, whatever is edited, and the lock file tells where."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from compiler.language.schema import load_schema
from compiler.meaning.lock import lock_file, read_lock
from compiler.meaning.lock_text import merged
from compiler.pipeline import compile_spec
from compiler.program.resource import Resource
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from compiler.stacks.fill import Filling, layer_of
from compiler.stacks.place import May
from compiler.stacks.recorded import GROWING, RECORDED, LockUpdate, Placing
from reviewer.earlier import before_of, parameters_of
from reviewer.findings import find
from tests.edited_spec import EditedSpec
from tests.goldens.round_trip import recorded, wrong_ways
from tests.test_linking import flat, resource

FIRST = Placing(May.ALL)
MOST, USUAL = 60, 48


@pytest.fixture
def small_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stacks that hold few resources, so that small platforms have several a layer."""
    monkeypatch.setattr("compiler.stacks.fill._MOST", (MOST, 900_000, 60))
    monkeypatch.setattr("compiler.stacks.fill._USUAL", (USUAL, 600_000, 48))
    monkeypatch.setattr("compiler.stacks.place.MOST_RESOURCES", MOST)


def stacks(compiled: tuple[Compiled, ...]) -> dict[str, str]:
    """Logical id → its nested stack."""
    return {name: child.name for root in compiled for child in root.children for name in child.body["Resources"]}


def owners(compiled: tuple[Compiled, ...]) -> dict[str, str]:
    return {name: owner for root in compiled for child in root.children for name, owner in child.origins.items()}


def placed(spec: Path, placing: Placing = GROWING) -> tuple[Compiled, ...]:
    """Compiled, with what is new written into the lock file."""
    compiled = compile_spec(str(spec), (), placing)
    LockUpdate(read_lock(str(spec), load_schema()), compiled, whole=True).write()
    return compiled


def edited_at_random(folder: Path, spec: EditedSpec, edits: int) -> tuple[Compiled, ...]:
    """After each edit, everything that is still there is where it was."""
    file = folder / "edited.yaml"
    file.write_text(spec.text)
    compiled = placed(file, FIRST)
    for _ in range(edits):
        before, touched = compiled, spec.edit()
        file.write_text(spec.text)
        compiled = placed(file)
        was, now = stacks(before), stacks(compiled)
        left = was.keys() & now.keys()
        assert {name: now[name] for name in left} == {name: was[name] for name in left}
        lost = {owner for name, owner in owners(before).items() if name not in now}
        assert lost <= touched
    assert stacks(compile_spec(str(file), (), RECORDED)) == stacks(compiled)
    return compiled


def test_bytes_of_a_template_are_counted_as_they_are_uploaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.stacks.limits.MOST_BYTES", 20_000)
    resource = "{{Type: 'AWS::CloudFormation::WaitConditionHandle', Metadata: {{Text: \"{}\"}}}}"
    for text, refused in (("a" * 10_000, False), ("\\x7f" * 10_000, True), ("ü" * 10_000, True)):
        spec = tmp_path / "spec.yaml"
        head = "platform: shop\nenvironments: {dev: {posture: development}}\n"
        spec.write_text(f"{head}resources: {{x: {resource.format(text)}}}\n", encoding="utf-8")
        if refused:
            with pytest.raises(SpecError, match="more than CloudFormation's limit of 20000"):
                compile_spec(str(spec), ())
        else:
            assert compile_spec(str(spec), ())


@pytest.mark.usefixtures("small_stacks")
def test_nothing_moves_while_a_spec_is_edited(tmp_path: Path) -> None:
    compiled = edited_at_random(tmp_path, EditedSpec(seed=7, count=9), edits=20)
    assert max(len(child.body["Resources"]) for child in compiled[0].children) <= MOST


@pytest.mark.slow
@pytest.mark.usefixtures("small_stacks")
def test_nothing_moves_in_a_hundred_edits_of_small_stacks(tmp_path: Path) -> None:
    compiled = edited_at_random(tmp_path, EditedSpec(seed=1, count=14), edits=100)
    assert max(len(child.body["Resources"]) for child in compiled[0].children) <= MOST


@pytest.mark.sizes
def test_nothing_moves_in_three_hundred_edits_of_a_large_spec(tmp_path: Path) -> None:
    """At CloudFormation's own limits."""
    compiled = edited_at_random(tmp_path, EditedSpec(seed=5, count=40), edits=300)
    assert "compute-2" in {child.name for child in compiled[0].children}


@pytest.mark.usefixtures("small_stacks")
def test_split_stacks_lead_back_to_the_flat_program(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(EditedSpec(seed=3, count=14).text)
    with recorded() as programs:
        compiled = compile_spec(str(file), (), FIRST)
    assert list(wrong_ways(programs, compiled)) == []
    assert {"compute", "compute-2"} <= {child.name for child in compiled[0].children}


def filled(bodies: Mapping[str, Json], kept: Mapping[str, str], components: Mapping[str, str]) -> dict[str, str]:
    """The stacks of resources of one layer, of which `kept` have theirs."""
    resources = {
        name: Resource(name, components.get(name, name), one.body, one.targets)
        for name, one in flat(bodies).resources.items()
    }
    filling = Filling("data", resources, dict.fromkeys(resources, "home"))
    filling.keep(kept)
    filling.fill([name for name in resources if name not in kept])
    return filling.stack_of


@pytest.mark.usefixtures("small_stacks")
def test_a_component_larger_than_a_stack_is_split_by_its_parts() -> None:
    names = [f"Alarm{number:03}" for number in range(130)]
    bodies = {name: resource(After={"Ref": names[index - 1]} if index else "") for index, name in enumerate(names)}
    found = filled(bodies, {}, dict.fromkeys(names, "monitoring"))
    assert Counter(found.values()) == {"data": USUAL, "data-2": USUAL, "data-3": 130 - 2 * USUAL}
    assert found == filled(dict(reversed(bodies.items())), {}, dict.fromkeys(names, "monitoring"))


def test_a_stack_has_no_more_dynamic_references_than_a_template_may() -> None:
    """At most 60 (CloudFormation quotas, "Dynamic references per template")."""
    names = [f"Db{number:03}" for number in range(130)]
    password = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"}
    bodies = {"Secret": resource(), **{name: resource(MasterUserPassword=password) for name in names}}
    found = filled(bodies, {}, {})
    counts = Counter(found[name] for name in names)
    assert len(counts) == 3 and max(counts.values()) <= 60


@pytest.mark.usefixtures("small_stacks")
def test_what_a_full_stack_needs_goes_into_its_reserve() -> None:
    old = {f"Old{number}": resource(Hub={"Ref": "Hub"}) for number in range(USUAL)}
    kept = dict.fromkeys(("Hub", *old), "data")
    user = {"Old7": resource(Values=[{"Ref": "Hub"}, {"Ref": "New"}])}
    bodies = {"Hub": resource(), **old, **user, "New": resource(Hub={"Ref": "Hub"}), "Free": resource()}
    found = filled(bodies, kept, {})
    assert found["New"] == "data"
    assert found["Free"] == "data-2"


@pytest.mark.usefixtures("small_stacks")
def test_parts_between_two_stacks_go_where_no_stacks_depend_on_each_other() -> None:
    bodies = {
        "Hub": resource(),
        "WebGroup": resource(),
        "ApiGroup": resource(Hub={"Ref": "Hub"}),
        "WebToApi": resource(Values=[{"Ref": "WebGroup"}, {"Ref": "ApiGroup"}]),
    }
    kept = {"Hub": "data", "WebGroup": "data", "ApiGroup": "data-2"}
    assert filled(bodies, kept, {"WebGroup": "web", "WebToApi": "web"})["WebToApi"] == "data-2"


@pytest.mark.usefixtures("small_stacks")
def test_what_is_removed_leaves_its_place_free() -> None:
    kept = {f"One{number}": "data" for number in range(USUAL - 1)} | {f"Two{number}": "data-2" for number in range(9)}
    found = filled({name: resource() for name in (*kept, "New", "More")}, kept, {})
    assert (found["New"], found["More"]) == ("data", "data-2")


def queues(folder: Path, count: int, first: int = 0) -> Path:
    spec = folder / "spec.yaml"
    lines = "".join(f"  queue-{number}: {{}}\n" for number in range(first, count))
    spec.write_text(f"platform: demo\nenvironments: {{dev: {{posture: development}}}}\nqueues:\n{lines}")
    return spec


def test_a_layer_that_outgrows_its_stack_is_placed_by_a_command(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    spec = queues(tmp_path, 120)
    run("compile", spec, "--out", out)
    assert not (tmp_path / "spec.lock.json").exists()
    queues(tmp_path, 130)
    for command in ("compile", "validate"):
        expected = 1 if command == "compile" else 0
        assert CliRunner().invoke(main, [command, str(spec)]).exit_code == expected
    refused = CliRunner().invoke(main, ["compile", str(spec), "--out", out])
    assert "error[not-placed]" in refused.output
    assert f"for the first time, run: stackwright place {spec} --env dev" in refused.output
    assert run("place", spec, "--out", out) == f"dev: messaging 480, messaging-2 40 → {tmp_path}/spec.lock.json\n"
    run("compile", spec, "--out", out)
    run("compile", spec, "--out", out, "--check")
    before = json.loads((tmp_path / "out/demo/dev/manifest.json").read_text())
    assert [stack["name"] for stack in before["roots"][0]["stacks"]] == ["security", "messaging", "messaging-2"]


def run(command: str, spec: Path, *options: str) -> str:
    result = CliRunner().invoke(main, [command, str(spec), *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_new_component_is_placed_by_compile_and_by_nothing_else(tmp_path: Path) -> None:
    spec = queues(tmp_path, 130)
    placed(spec, FIRST)
    queues(tmp_path, 131)
    with pytest.raises(SpecError) as problem:
        compile_spec(str(spec))
    (found,) = problem.value.diagnostics
    assert (found.code, found.component, found.place.line) == ("not-placed", "queues.queue-130", 134)
    assert found.suggestion == f"run: stackwright compile {spec}"
    placed(spec)
    compile_spec(str(spec))
    queues(tmp_path, 128)
    differing = CliRunner().invoke(main, ["compile", str(spec), "--check", "--out", str(tmp_path / "out")])
    assert "spec.lock.json has other stacks than the spec compiles to" in differing.output
    placed(spec)
    assert "queue-130" not in (tmp_path / "spec.lock.json").read_text()


def test_what_moves_to_another_stack_is_shown_as_replaced(small_stacks: None, tmp_path: Path) -> None:
    spec = queues(tmp_path, 20)
    placed(spec, FIRST)
    (before,) = compile_spec(str(spec))
    lock = Path(lock_file(str(spec)))
    data = json.loads(lock.read_text())
    stacks = data["dev"]["stacks"]
    stacks["messaging-2"]["queues.queue-1"] = stacks["messaging"].pop("queues.queue-1")
    lock.write_text(json.dumps(data))
    (after,) = compile_spec(str(spec))
    (row,) = find(before_of(before), after, parameters_of(after)).components
    assert (row.component, row.effect, row.kept) == ("queues.queue-1", "replace", "Delete")


def test_a_revision_whose_lock_file_lacks_the_stacks_is_told(tmp_path: Path) -> None:
    spec = queues(tmp_path, 130)
    (tmp_path / ".gitignore").write_text("*.lock.json\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    placed(spec, FIRST)
    result = CliRunner().invoke(main, ["diff", str(spec), "--env", "dev"])
    assert result.exit_code == 1
    assert f"HEAD:{spec}:4:3: error[not-placed]" in result.output
    assert "help: its own lock file lacks them: name a revision that has them there" in result.output


def test_a_lock_file_with_one_resource_in_two_stacks_is_refused(tmp_path: Path) -> None:
    spec = queues(tmp_path, 130)
    placed(spec, FIRST)
    lock = json.loads((tmp_path / "spec.lock.json").read_text())
    lock["dev"]["stacks"]["messaging-2"]["queues.queue-0"] = "Queue0Queue"
    (tmp_path / "spec.lock.json").write_text(json.dumps(lock))
    with pytest.raises(SpecError) as problem:
        compile_spec(str(spec))
    (found,) = problem.value.diagnostics
    assert found.code == "placed-twice"
    assert found.message == "the lock file has Queue0Queue in two stacks, 'messaging' and 'messaging-2'"
    run("place", spec)
    assert "queues.queue-0" not in json.loads((tmp_path / "spec.lock.json").read_text())["dev"]["stacks"]["messaging-2"]


def test_a_component_is_placed_again_by_its_name(tmp_path: Path) -> None:
    spec = queues(tmp_path, 130)
    placed(spec, FIRST)
    queues(tmp_path, 130, first=40)
    placed(spec)
    assert "queues.queue-129" in read_lock(str(spec), load_schema()).stacks("dev")["messaging-2"]
    before = read_lock(str(spec), load_schema()).stacks("dev")
    run("place", spec, "--again", "queues.queue-129", "--out", str(tmp_path / "none"))
    after = read_lock(str(spec), load_schema()).stacks("dev")
    assert after["messaging"].keys() == {*before["messaging"], "queues.queue-129"}
    assert after["messaging-2"].keys() == before["messaging-2"].keys() - {"queues.queue-129"}
    result = CliRunner().invoke(main, ["place", str(spec), "--again", "queues.queue-12x"])
    assert "the lock file has no stack for 'queues.queue-12x': did you mean" in result.output


def git(folder: Path, *arguments: str) -> int:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def test_two_branches_that_both_placed_are_merged_by_the_command(tmp_path: Path) -> None:
    spec = queues(tmp_path, 130)
    placed(spec, FIRST)
    text = spec.read_text()
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "base")
    for branch in ("one", "two"):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        spec.write_text(f"{text}  zeta-{branch}: {{}}\n")
        placed(spec)
        git(tmp_path, "commit", "-qam", branch)
    placed_in_two = read_lock(str(spec), load_schema()).stacks("dev")
    assert git(tmp_path, "merge", "-q", "one") == 1
    spec.write_text(f"{text}  zeta-one: {{}}\n  zeta-two: {{}}\n")
    with pytest.raises(SpecError) as problem:
        compile_spec(str(spec))
    (found,) = problem.value.diagnostics
    assert (found.code, found.suggestion) == ("lock-conflict", f"run: stackwright place {spec}")
    run("place", spec)
    both = read_lock(str(spec), load_schema()).stacks("dev")
    assert {"queues.zeta-one", "queues.zeta-two"} <= both["messaging-2"].keys()
    assert all(both[stack][name] == ids for stack, held in placed_in_two.items() for name, ids in held.items())
    compile_spec(str(spec))


def test_a_merge_whose_sides_do_not_fit_is_told(tmp_path: Path) -> None:
    text = '{\n<<<<<<< ours\n  "a": {\n=======\n  "b": 1\n>>>>>>> theirs\n}\n'
    assert merged(text) is None
    spec = queues(tmp_path, 1)
    (tmp_path / "spec.lock.json").write_text(text)
    result = CliRunner().invoke(main, ["place", str(spec)])
    assert (result.exit_code, "error[lock-conflict]" in result.output) == (1, True)


def test_ours_stays_where_both_sides_of_a_merge_differ() -> None:
    text = (
        '{\n<<<<<<< ours\n  "a": "1"\n||||||| base\n  "a": "0"\n=======\n  "a": "2",\n  "b": "3"\n>>>>>>> theirs\n}\n'
    )
    assert merged(text) == {"a": "1", "b": "3"}


def test_the_stacks_of_an_environment_stay_when_attributes_are_looked_up(tmp_path: Path) -> None:
    spec = queues(tmp_path, 130)
    placed(spec, FIRST)
    lock = read_lock(str(spec), load_schema())
    looked_up = lock.with_environment("dev", {"account": "1" * 12, "region": "us-east-1", "network": {}}, ["dev"])
    assert looked_up.stacks("dev") == lock.stacks("dev")
    assert lock.with_environment("dev", {"account": "1" * 12, "region": "us-east-1"}, ["dev"]).data == lock.data
    assert lock_file(str(spec)) == lock.file
    assert layer_of("compute-12") == layer_of("compute") == "compute"


CIRCLE = """\
platform: demo
environments: {dev: {posture: development}}
resources:
  one: {Type: "AWS::SQS::Queue", Properties: {QueueName: {"Fn::Sub": "${Two.QueueName}-x"}}}
  two: {Type: "AWS::SQS::Queue"}
  three: {Type: "AWS::SQS::Queue", Properties: {QueueName: {"Fn::Sub": "${Four.QueueName}-x"}}}
  four: {Type: "AWS::SQS::Queue"}
"""


def test_stacks_that_came_to_depend_on_each_other_are_told_with_the_way_out(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(CIRCLE)
    placed_there = {"data": {"resources.one": "One", "resources.four": "Four"}}
    placed_there["data-2"] = {"resources.two": "Two", "resources.three": "Three"}
    (tmp_path / "spec.lock.json").write_text(json.dumps({"dev": {"stacks": placed_there}}))
    with pytest.raises(SpecError) as problem:
        compile_spec(str(spec))
    (found,) = problem.value.diagnostics
    assert found.code == "stack-cycle"
    assert "One (data) needs Two (data-2), Three (data-2) needs Four (data)" in found.message
    assert found.suggestion.endswith(f"stackwright place {spec} --again resources.one")
    run("place", spec, "--again", "resources.one")
    compile_spec(str(spec))


def passwords(folder: Path) -> Path:
    spec = folder / "spec.yaml"
    caches = "".join(f"  c{number}: {{engine: valkey, version: '8.0'}}\n" for number in range(61))
    spec.write_text(f"platform: demo\nenvironments: {{dev: {{posture: development}}}}\ncaches:\n{caches}")
    return spec


def test_a_layer_of_many_passwords_is_placed_by_a_command(tmp_path: Path) -> None:
    spec = passwords(tmp_path)
    with pytest.raises(SpecError) as problem:
        compile_spec(str(spec), ())
    (fault,) = problem.value.diagnostics
    assert fault.code == "not-placed" and "dynamic references, more than one stack can hold" in fault.message
    templates = [child.body for root in placed(spec, FIRST) for child in root.children]
    assert max(json.dumps(body).count("{{resolve:") for body in templates) <= 60


def test_a_template_with_too_many_dynamic_references_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compiler.stacks.place.MOST_DYNAMIC", 1000)
    with pytest.raises(SpecError) as problem:
        compile_spec(str(passwords(tmp_path)), ())
    (fault,) = problem.value.diagnostics
    assert (
        fault.code == "template-limit" and "dynamic references, more than CloudFormation's limit of 60" in fault.message
    )


@pytest.mark.usefixtures("small_stacks")
def test_a_group_that_grows_moves_nothing(tmp_path: Path) -> None:
    """The lock file has the stack of each component that a group makes."""
    spec = tmp_path / "spec.yaml"
    words: dict[str, Json] = {f"tenant-{number}": {} for number in range(0, 60, 2)}
    group: dict[str, Json] = {"each": {"tenant": words}, "queues": {"jobs-{tenant}": {}}}
    data = {"platform": "demo", "environments": {"dev": {"posture": "development"}}, "groups": {"tenant": group}}
    spec.write_text(json.dumps(data))
    before = stacks(placed(spec, FIRST))
    assert len(set(before.values())) > 2
    known = {component for names in read_lock(str(spec), load_schema()).stacks("dev").values() for component in names}
    assert {f"queues.jobs-{word}" for word in words} <= known
    words |= {f"tenant-{number}": {} for number in (1, 3, 5)}
    spec.write_text(json.dumps({**data, "groups": {"tenant": {**group, "each": {"tenant": {**words}}}}}))
    after = stacks(placed(spec))
    assert {name: after[name] for name in before} == before
    assert len(after) > len(before)
