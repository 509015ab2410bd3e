"""Environments that a pattern makes: they are like written ones, and each has names and addresses of its own."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import main
from compiler.language.on_demand import pattern_of, range_of
from compiler.language.schema import load_schema
from compiler.meaning.lock import read_lock
from compiler.pipeline import check_spec, compile_spec, names_of_spec, resolved_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.emit import render
from compiler.stacks.recorded import GROWING, LockUpdate
from deployer.lookup import update_lock
from reviewer.editor.verdict import judged
from tests.drawn.mending import mended, written
from tests.drawn.specs import specs
from tests.editor.reading import read
from tests.test_drawn_specs import drawn, shown
from tests.test_splitting import FIRST
from tests.test_splitting import small_stacks as small_stacks

PAGE = (Path(__file__).parent.parent / "docs" / "previews.md").read_text(encoding="utf-8")
SPEC = """\
platform: shop
environments:
  prod: {posture: production, network: {cidr: 10.0.0.0/16}}
  pr-99: {posture: staging}
  "pr-*":
    posture: development
    range: {pool: 10.128.0.0/10, prefix: 20}
    network: {cidr: "${range}"}
    queues: {jobs: {delay_seconds: 5}}
network:
queues: {jobs: {}, noise: {only: ["pr-*"]}, real: {only: [prod]}}
functions: {api: {runtime: python3.13, code: ./api, handler: app.handler, uses: {jobs: send}}}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(SPEC, "utf-8")
    return Path("shop.yaml")


def faults(*names: str) -> list[str]:
    with pytest.raises(SpecError) as problem:
        check_spec("shop.yaml", names)
    return [f"{one.code} {one.place.line}: {one.message}; {one.suggestion}" for one in problem.value.diagnostics]


def data(name: str) -> Json:
    (checked,) = check_spec("shop.yaml", (name,))
    return checked.document.data


def test_the_spec_of_the_page_is_what_the_page_says(spec: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    spec.write_text(shown, "utf-8")
    found = data("pr-7")
    assert f"number, counted from 0: `{found['network']['cidr']}`" in " ".join(PAGE.split())
    assert found["domains"]["site"]["domain"] == "pr-7.preview.example.com"
    assert {*found["buckets"]} == {"media", "samples"}
    (root,) = compile_spec("shop.yaml", ("pr-7",))
    assert root.stack_name == "shop-pr-7"
    again = range_of("1031", "10.128.0.0/10", 20)
    assert again == range_of("7", "10.128.0.0/10", 20)


@pytest.mark.parametrize("name", ["pr-7", "pr-fix-login", "pr-0", "pr-12345678901234567"])
def test_a_name_that_fits_is_an_environment_of_the_pattern(spec: Path, name: str) -> None:
    found = data(name)
    assert (found["environment"], found["pattern"], found["posture"]) == (name, "pr-*", "development")
    assert [*found["queues"]] == ["jobs", "noise"]
    assert found["queues"]["jobs"]["delay_seconds"] == 5
    assert IPv4Network(found["network"]["cidr"]).subnet_of(IPv4Network("10.128.0.0/10"))


def test_an_exact_name_is_taken_before_a_pattern(spec: Path) -> None:
    found = data("pr-99")
    assert (found["posture"], "pattern" in found, [*found["queues"]]) == ("staging", False, ["jobs"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pr-*", "unknown-environment 2: 'pr-*' is a pattern of environments; name one of them, such as pr-1"),
        ("pr", "unknown-environment 2: there is no environment 'pr'; did you mean 'prod'?"),
        ("pr-", "unknown-environment 2: there is no environment 'pr-'; did you mean 'pr-1'?"),
        ("prod-1", "unknown-environment 2: there is no environment 'prod-1'; did you mean 'prod'?"),
        ("pr-Fix/Login", "bad-name 5: invalid name 'pr-Fix/Login' of an environment: expected … take … pr-fix-login"),
        ("pr-7-", "bad-name 5: invalid name 'pr-7-' of an environment: expected … take … pr-7"),
        ("pr-7*", "bad-name 5: invalid name 'pr-7*' of an environment: expected … take … pr-7"),
        ("pr-\n", "bad-name 5: invalid name 'pr-\n' of an environment: expected … take … pr-1"),
        (f"pr-{'a' * 30}", f"bad-name 5: invalid name 'pr-{'a' * 30}' of … take … pr-{'a' * 17}"),
    ],
)
def test_other_names_are_refused(spec: Path, name: str, told: str) -> None:
    (found,) = faults(name)
    for part in told.split(" … "):
        assert part in found


def test_without_a_name_patterns_are_skipped_and_that_is_told(spec: Path) -> None:
    for command in ("validate", "lint", "compile"):
        ran = CliRunner().invoke(main, [command, "shop.yaml", "--strict"])
        assert ran.exit_code == 0, ran.output
        assert "shop.yaml:5:3: note[skipped-pattern]: 'pr-*' is skipped" in ran.output
    assert sorted(path.name for path in Path("templates_out/shop").iterdir()) == ["pr-99", "prod"]
    named = CliRunner().invoke(main, ["validate", "shop.yaml", "--env", "pr-1"])
    assert (named.stdout, named.stderr) == ("shop.yaml: valid in pr-1\n", "")


def test_a_variable_that_the_environment_lacks_is_told(spec: Path) -> None:
    spec.write_text(SPEC.replace("10.0.0.0/16", '"${range}"'), "utf-8")
    (found,) = faults()
    assert found.startswith("unknown-variable 3: unknown variable '${range}'; an environment has it where it sets")
    assert data("pr-7")["network"]["cidr"] == "10.128.112.0/20"


def test_a_fault_of_a_pattern_is_told_in_the_pattern(spec: Path) -> None:
    spec.write_text(SPEC.replace("jobs: {delay_seconds: 5}", "jobs: {delay_secs: 5}, other: {}"), "utf-8")
    assert check_spec("shop.yaml", ("prod",))
    (found,) = faults("pr-7")
    assert found.startswith("unknown-component 9: this environment overrides 'other'")
    assert [one.place.line for one in judged(read(spec.read_text("utf-8"))).errors] == [9]


def test_one_name_for_all_of_a_pattern_is_told(spec: Path) -> None:
    spec.write_text(SPEC.replace("platform: shop\n", 'platform: shop\nnaming: "${platform}-${name}"\n'), "utf-8")
    found = [one for one in faults("pr-1") if "queues.noise" in one or "noise" in one]
    assert "the environments pr-1 and pr-2 have the name 'shop-noise'" in found[0]
    spec.write_text(spec.read_text("utf-8").replace("${name}", "${env}-${name}"), "utf-8")
    assert data("pr-1")["naming"]


def test_only_takes_patterns_as_they_are_written(spec: Path) -> None:
    spec.write_text(SPEC.replace('["pr-*"]', "[pr-7]"), "utf-8")
    for name in ("pr-7", "prod"):
        (found,) = faults(name)
        assert "there is no environment 'pr-7'" in found


def test_two_with_one_range_may_not_be_peered(spec: Path) -> None:
    small = SPEC.replace("10.128.0.0/10", "10.128.0.0/19").replace(
        '"${range}"}', '"${range}", peered_with: [pr-1, pr-3]}'
    )
    spec.write_text(small, "utf-8")
    told = faults("pr-1", "pr-3")
    assert told[0].startswith("cidr-overlap 8: '10.128.16.0/20' in pr-1 overlaps '10.128.16.0/20' in pr-3")


@settings(deadline=None)
@given(st.integers(8, 20), st.integers(1, 8), st.text("0123456789abc-", min_size=1, max_size=17))
def test_a_range_lies_in_its_pool(prefix: int, more: int, part: str) -> None:
    pool = (
        IPv4Network("10.0.0.0/8").supernet(0)
        if prefix == 8
        else IPv4Network((int(IPv4Network("10.0.0.0/8")[0]), prefix))
    )
    found = IPv4Network(range_of(part, str(pool), prefix + more))
    assert found.subnet_of(pool)
    assert found.prefixlen == prefix + more


def test_numbers_have_ranges_of_their_own_until_the_pool_begins_again() -> None:
    ranges = [range_of(str(number), "10.128.0.0/10", 20) for number in range(1025)]
    assert ranges[:3] == ["10.128.0.0/20", "10.128.16.0/20", "10.128.32.0/20"]
    assert len({*ranges}) == 1024
    assert ranges[1024] == ranges[0]
    assert range_of("fix-login", "10.128.0.0/10", 20) == "10.136.112.0/20"


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("pr-1", "pr-*"), ("pr-1-eu", "pr-*"), ("pr-", ""), ("a-b-eu", "*-eu"), ("-eu", ""), ("dev", ""), ("pr", "")],
)
def test_a_star_stands_for_at_least_one_character(name: str, pattern: str) -> None:
    assert pattern_of(name, ("dev", "pr-*", "*-eu")) == pattern


@pytest.mark.parametrize("name", ["*", "**-a", "pr-*-*", "PR-*", "*pr", "pr_*", "-*"])
def test_patterns_have_one_star_and_begin_with_a_letter(spec: Path, name: str) -> None:
    spec.write_text(SPEC.replace("pr-*", name), "utf-8")
    assert any(one.startswith("bad-name 5: invalid name") for one in faults())


def test_a_spec_with_errors_still_has_the_names_of_a_preview(spec: Path) -> None:
    spec.write_text(f"{SPEC}nothing: {{}}\n", "utf-8")
    root = names_of_spec("shop.yaml", "pr-7")
    assert (root.environment, root.stack_name) == ("pr-7", "shop-pr-7")
    for name in ("pr-*", "other", "pr-A"):
        with pytest.raises(SpecError):
            names_of_spec("shop.yaml", name)


LOOKED_UP = """\
platform: demo
environments: {dev: {posture: development}, "pr-*": {posture: development}}
network: {existing: {vpc: vpc-10000000}}
parameters: {range: {value: "${network.cidr}"}}
"""
ENTRY = {
    "account": "222222222222",
    "region": "us-east-1",
    "network": {
        "asked": {"vpc": "vpc-10000000"},
        "found": {"cidr": "10.0.0.0/16", "private": ["subnet-10000000", "subnet-20000000"]},
    },
}


def test_all_of_a_pattern_have_what_was_looked_up_for_one(spec: Path) -> None:
    spec.write_text(LOOKED_UP, "utf-8")
    assert faults("pr-7")[0].startswith("existing-unknown 3")
    Path("shop.lock.json").write_text(json.dumps({"pr-*": ENTRY}), "utf-8")
    for name in ("pr-7", "pr-8"):
        assert data(name)["network"]["existing"]["cidr"] == "10.0.0.0/16"
    resolved, names = resolved_spec("shop.yaml", "pr-7")
    assert resolved.data["pattern"] in names


def test_a_lookup_for_one_is_written_under_the_pattern(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec.write_text(LOOKED_UP, "utf-8")
    monkeypatch.setattr("deployer.lookup.look_up", lambda *_: ENTRY)
    nobody: Json = None
    for name in ("pr-7", "dev", "pr-8"):
        changed = update_lock("shop.yaml", name, lambda _: nullcontext(nobody))
    assert json.loads(Path("shop.lock.json").read_text("utf-8")) == {"pr-*": ENTRY, "dev": ENTRY}
    assert changed.changes == ()


def test_the_lock_file_has_patterns_and_no_previews(spec: Path, small_stacks: None) -> None:
    queues = "".join(f"  jobs-{number}: {{}}\n" for number in range(30))
    head = 'platform: shop\nenvironments: {prod: {posture: production}, "pr-*": {posture: development}}\n'
    spec.write_text(f"{head}queues:\n{queues}", "utf-8")
    for placing, names in ((FIRST, ("pr-7",)), (GROWING, ("pr-8",)), (FIRST, ())):
        compiled = compile_spec("shop.yaml", names, placing)
        LockUpdate(read_lock("shop.yaml", load_schema()), compiled, whole=not names).write()
    lock = json.loads(Path("shop.lock.json").read_text("utf-8"))
    assert sorted(lock) == ["pr-*", "prod"]
    before = render(compile_spec("shop.yaml", ("pr-7",)))
    spec.write_text(spec.read_text("utf-8") + "  more: {}\n", "utf-8")
    LockUpdate(
        read_lock("shop.yaml", load_schema()), compile_spec("shop.yaml", ("pr-9",), GROWING), whole=False
    ).write()
    after = render(compile_spec("shop.yaml", ("pr-7",)))
    assert sorted(before) == sorted(after)


@pytest.mark.slow
def test_a_drawn_environment_on_demand_is_as_if_it_were_written(tmp_path: Path) -> None:
    seen: list[str] = []

    def look(drawn_spec: Json) -> None:
        found = mended(drawn_spec, tmp_path)
        if not found.compiled:
            return
        name = next(iter(found.spec["environments"]))
        exact, demanded = (_renamed(found.spec, name, to) for to in ("pr-7", "pr-*"))
        by_name = render(compile_spec(str(written(exact, tmp_path)), ("pr-7",)))
        try:
            made = render(compile_spec(str(written(demanded, tmp_path)), ("pr-7",)))
        except SpecError as problem:  # a name that all of the pattern would have
            assert {one.code for one in problem.diagnostics} == {"claimed-name"}, shown(demanded)
            return
        assert made == by_name, shown(demanded)
        seen.append(name)

    drawn(20, specs(6), look)
    assert len(seen) > 5


def _renamed(spec: Json, name: str, to: str) -> Json:
    """A spec in which an environment has another name, also where others name it."""
    environments = {to if one == name else one: about for one, about in spec["environments"].items()}
    return _with({**spec, "environments": environments}, name, to)


def _with(value: Json, name: str, to: str, key: str = "") -> Json:
    if isinstance(value, dict):
        return {key: _with(child, name, to, key) for key, child in value.items()}
    if isinstance(value, list):
        return [_with(child, name, to, key) for child in value]
    return to if value == name and key in ("only", "peered_with") else value
