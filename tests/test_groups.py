"""`groups:` of components: what they stand for, what environments change of them, and what they can get wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import main
from compiler.pipeline import check_spec, compile_spec
from compiler.source.json_value import Json
from compiler.stacks.emit import render
from tests.kinds.building import compiled, faults, platform

HEAD = "platform: demo\nenvironments: {dev: {posture: development, %s}}\n"
GROUP = """groups:
  tenant:
    each: {tenant: {acme: {days: 4}, globex: {days: 2}}}
    queues:
      "jobs-{tenant}": {retention_days: "{tenant.days}"}
    functions:
      "worker-{tenant}":
        runtime: python3.13
        code: ./worker
        handler: app.handler
        uses: {"jobs-{tenant}": consume}
        environment: {TENANT: "{tenant}"}
"""
OUTSIDE = 'functions: {all: {runtime: python3.13, code: ./all, handler: app.handler, uses: {"jobs-*": send}}}\n'


def queues(text: str, environment: str = "") -> dict[str, Json]:
    found: dict[str, Json] = platform(HEAD % environment + text).document.data["queues"]
    return found


def written(folder: Path, text: str) -> str:
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    return str(folder / "spec.yaml")


def files(folder: Path, text: str) -> dict[str, bytes]:
    """Path → content of everything that a spec compiles to."""
    return render(compile_spec(written(folder, text)))


def placed(text: str) -> dict[str, tuple[str, Json]]:
    """Logical id → nested stack and resource."""
    return {
        name: (child.name, body) for child in compiled(text).children for name, body in child.body["Resources"].items()
    }


def told(text: str) -> list[tuple[str, int, int]]:
    return [(one.code, one.place.line, one.place.column) for one in faults(text)]


def test_a_group_gives_each_of_its_components_for_each_word() -> None:
    found = platform(HEAD % "" + GROUP).document.data
    assert {name: one["retention_days"] for name, one in found["queues"].items()} == {"jobs-acme": 4, "jobs-globex": 2}
    assert {name: list(one["uses"]) for name, one in found["functions"].items()} == {
        "worker-acme": ["queues.jobs-acme"],
        "worker-globex": ["queues.jobs-globex"],
    }
    assert "groups" not in found


def test_the_example_of_the_documents(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "language.md").read_text(encoding="utf-8")
    example = page.split("### Groups\n")[1].split("```yaml\n")[1].split("```")[0]
    dev, prod = (one.document.data for one in check_spec(written(tmp_path, example)))
    assert [*dev["queues"], *dev["functions"]] == [
        "jobs-acme",
        "jobs-globex",
        "intake",
        "worker-acme",
        "worker-globex",
    ]
    assert {name: (one["retention_days"], one["visibility_seconds"]) for name, one in prod["queues"].items()} == {
        "jobs-acme": (4, 300),
        "jobs-globex": (2, 300),
        "jobs-initech": (14, 300),
    }
    assert set(prod["functions"]["intake"]["uses"]) == {*(f"queues.{name}" for name in prod["queues"]), "buckets.media"}
    assert len(compile_spec(str(tmp_path / "spec.yaml"))) == 2


def test_others_use_them_by_name_and_by_pattern() -> None:
    text = OUTSIDE.replace('"jobs-*": send', "jobs-acme: send")
    assert list(platform(HEAD % "" + GROUP + OUTSIDE).document.data["functions"]["all"]["uses"]) == [
        "queues.jobs-acme",
        "queues.jobs-globex",
    ]
    assert list(platform(HEAD % "" + GROUP + text).document.data["functions"]["all"]["uses"]) == ["queues.jobs-acme"]


def test_a_component_of_a_group_may_have_each_and_only_of_its_own() -> None:
    text = """groups:
  tenant:
    each: {tenant: [acme, globex]}
    only: [dev, prod]
    queues:
      "{tenant}-{size}": {each: {size: {small: {days: 1}, large: {days: 2}}}, retention_days: "{size.days}"}
      "here-{tenant}": {only: [prod]}
"""
    head = "platform: demo\nenvironments:\n  dev: {posture: development}\n  prod: {posture: production}\n"
    spec = head + "  qa: {posture: staging}\n" + text + "topics: {news: {}}\n"
    found = {name: platform(spec, name).document.data for name in ("dev", "prod", "qa")}
    names = ["acme-small", "acme-large", "globex-small", "globex-large"]
    assert [one["retention_days"] for one in found["dev"]["queues"].values()] == [1, 2, 1, 2]
    assert {name: list(one.get("queues", {})) for name, one in found.items()} == {
        "dev": names,
        "prod": [*names, "here-acme", "here-globex"],
        "qa": [],
    }


def test_a_value_without_a_map_is_a_value() -> None:
    text = (
        "groups: {tenant: {each: {tenant: {acme: , globex: {}}}, queues: {'jobs-{tenant}': , 'mails-{tenant}': {}}}}\n"
    )
    assert list(queues(text)) == ["jobs-acme", "jobs-globex", "mails-acme", "mails-globex"]


def test_defaults_are_under_the_components_of_groups() -> None:
    text = "defaults: {queues: {delay_seconds: 4}}\ngroups: {t: {each: {t: [a, b]}, queues: {'jobs-{t}': {}}}}\n"
    assert [one["delay_seconds"] for one in queues(text).values()] == [4, 4]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("tenant: {each: {tenant: {initech: {days: 9}}}}", {"acme": (4, 0), "globex": (2, 0), "initech": (9, 0)}),
        ("tenant: {each: {tenant: {globex: null}}}", {"acme": (4, 0)}),
        ("tenant: {each: {tenant: {acme: {days: 1}}}}", {"acme": (1, 0), "globex": (2, 0)}),
        ('tenant: {queues: {"jobs-{tenant}": {delay_seconds: 5}}}', {"acme": (4, 5), "globex": (2, 5)}),
        (
            'tenant: {each: {tenant: {acme: null}}, queues: {"jobs-{tenant}": {delay_seconds: 5}}}',
            {"globex": (2, 5)},
        ),
        ("tenant: {queues: null, functions: null}", {}),
        ('tenant: {queues: {"jobs-{tenant}": null}, functions: null}', {}),
        ("tenant: null", {}),
    ],
)
def test_an_environment_changes_groups(change: str, found: dict[str, tuple[int, int]]) -> None:
    text = HEAD % f"groups: {{{change}}}" + GROUP + "topics: {news: {}}\n"
    data = platform(text).document.data
    assert {name: (one["retention_days"], one["delay_seconds"]) for name, one in data.get("queues", {}).items()} == {
        f"jobs-{word}": values for word, values in found.items()
    }
    assert list(data.get("functions", {})) == [f"worker-{word}" for word in found]


@pytest.mark.parametrize(
    "change", ["groups: null", "groups: {tenant: {each: {tenant: {acme: {}}}}}, queues: null, functions: null"]
)
def test_an_environment_takes_all_of_them_away(change: str) -> None:
    data = platform(HEAD % change + GROUP + "queues:\nfunctions: {}\ntopics: {news: {}}\n").document.data
    assert not data.get("queues") and not data.get("functions")


def test_a_fleet_changes_groups_by_region_and_account(tmp_path: Path) -> None:
    text = """platform: demo
environments:
  prod:
    posture: production
    fleet:
      accounts: ["111111111111", "222222222222"]
      regions: [eu-central-1, us-east-1]
      by_region: {us-east-1: {groups: {tenant: {queues: {"jobs-{tenant}": {delay_seconds: 7}}}}}}
      by_account: {"222222222222": {groups: {tenant: {each: {tenant: {acme: {days: 1}}}}}}}
groups: {tenant: {each: {tenant: {acme: {days: 4}}}, queues: {"jobs-{tenant}": {retention_days: "{tenant.days}"}}}}
"""
    (checked,) = check_spec(written(tmp_path, text))
    found = {str(variant): one.document.data["queues"]["jobs-acme"] for variant, one in checked.variants}
    assert {name: (one["retention_days"], one["delay_seconds"]) for name, one in found.items()} == {
        "eu-central-1": (4, 0),
        "us-east-1": (4, 7),
        "222222222222/eu-central-1": (1, 0),
        "222222222222/us-east-1": (1, 7),
    }


FAULTY = """platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
groups:
  tenant:
    each: {tenant: {acme: {}, globex: {}}}
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("    queues:\n      'jobs-{tenant}': {delay: 3}\n", [("unknown-property", 9, 25)]),
        ("    queues:\n      'jobs-{tenant}': {delay_seconds: -3}\n", [("out-of-range", 9, 40)]),
        ("    queues:\n      'jobs-{tenants}': {}\n", [("unknown-variable", 9, 7)]),
        ("    queues:\n      'jobs-{tenant}': {delay_seconds: '{tenant.wait}'}\n", [("unknown-variable", 9, 40)]),
        ("    queues:\n      jobs: {}\n", [("duplicate-name", 9, 7)]),
        ("    queues:\n      'Jobs-{tenant}': {}\n", [("bad-name", 9, 7)] * 2),
        ("    queues:\n      'jobs-{tenant}': 3\n", [("wrong-type", 9, 24)]),
        ("    queues:\n      'jobs-{tenant}': {}\nqueues: {jobs-acme: {}}\n", [("duplicate-name", 9, 7)]),
        ("    queues:\n      'jobs-{tenant}': {}\nqueues: {'jobs-{tenant}': {}}\n", [("duplicate-name", 9, 7)]),
        (
            "    queues:\n      'jobs-{tenant}': {}\n  other: {each: {tenant: [x]}, queues: {'jobs-{tenant}': {}}}\n",
            [("duplicate-name", 10, 41)],
        ),
        (
            "    queues:\n      'jobs-{tenant}': {}\n  other: {each: {x: [acme]}, queues: {'jobs-{x}': {}}}\n",
            [("duplicate-name", 10, 39)],
        ),
        ("    queues:\n      'jobs-{tenant}': {each: {tenant: [x]}}\n", [("duplicate-name", 9, 32)]),
        ("    network: {zones: 3}\n", [("not-in-a-group", 8, 5)]),
        ("    queue: {}\n", [("unknown-section", 8, 5)]),
        ("    renamed_from: old\n", [("unknown-section", 8, 5)]),
        ("    only: [stage]\n    queues: {'jobs-{tenant}': {}}\n", [("unknown-environment", 8, 12)]),
        ("    only: [dev]\n    queues: {'jobs-{tenant}': {only: [prod]}}\n", [("not-in-a-group", 9, 39)]),
        ("    only: dev\n", [("wrong-type", 8, 11)]),
        ("  other: {queues: {}}\n", [("missing-property", 8, 10)]),
        ("  other: {each: {}}\n", [("out-of-range", 8, 17)]),
        ("  other: 3\n", [("wrong-type", 8, 10)]),
        ("  Other: {each: {x: [y]}}\n", [("bad-name", 8, 3)]),
    ],
)
def test_a_fault_of_a_group_is_told_once_at_its_line(lines: str, expected: list[tuple[str, int, int]]) -> None:
    assert told(FAULTY + lines) == expected


def test_a_fault_names_all_components_that_have_it() -> None:
    (one,) = faults(FAULTY + "    queues:\n      'jobs-{tenant}': {delay: 3}\n")
    assert (one.component, one.others) == ("queues.jobs-acme", ("queues.jobs-globex",))


def test_a_name_that_is_taken_is_told_with_what_has_it() -> None:
    lines = "    queues:\n      'jobs-{tenant}': {}\n  other: {each: {tenant: [x]}, queues: {'jobs-{tenant}': {}}}\n"
    (one,) = faults(FAULTY + lines)
    assert one.text == (
        "queues.jobs-{tenant}: the name 'jobs-{tenant}' is already used by groups.tenant.queues.jobs-{tenant}"
    )
    assert [place.line for place in one.also] == [9]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("groups: {tenants: {}}", ("unknown-component", "did you mean 'tenant'?")),
        ("groups: {tenant: {queues: {'job-{tenant}': {}}}}", ("unknown-component", "did you mean 'jobs-{tenant}'?")),
        (
            "groups: {tenant: {topics: {news: {}}}}",
            ("unknown-component", "declare it in groups.tenant with only: [dev]"),
        ),
        ("groups: {tenant: {network: {}}}", ("not-in-a-group", "write 'network:' outside of the group")),
        ("groups: {tenant: {only: [dev]}}", ("unknown-property", "write it in groups.tenant itself")),
        ("groups: {tenant: {each: {tenant: {initek: null}}}}", ("nothing-to-remove", "available: acme, globex")),
        (
            "queues: {'jobs-{tenant}': {delay_seconds: 3}}",
            ("unknown-component", "write it under environments.dev.groups.tenant.queues"),
        ),
        ("queues: {jobs-acme: {delay_seconds: 3}}", ("unknown-component", "available: jobs-{tenant}")),
        ("groups: {tenant: {topics: null}}", ("nothing-to-remove", "available: functions, queues")),
        ("groups: {tenant: 3}", ("wrong-type", "")),
        ("groups: {tenant: {each: null}}", ("wrong-type", "")),
        ("groups: {tenant: {queues: [3]}}", ("wrong-type", "")),
        ("groups: {tenant: {queues: {'jobs-{tenant}': 3}}}", ("wrong-type", "")),
        (
            "fleet: {regions: [us-east-1], by_region: {us-east-1: {groups: {tenant: {queue: {}}}}}}",
            ("unknown-section", "did you mean 'queues'?"),
        ),
        ("fleet: {regions: [us-east-1], by_region: {us-east-1: {groups: {tenant: 3}}}}", ("wrong-type", "")),
    ],
)
def test_an_environment_can_not_change_what_is_not_in_the_group(change: str, expected: tuple[str, str]) -> None:
    (one,) = faults(HEAD % change + GROUP)
    assert (one.code, one.suggestion, one.place.line) == (*expected, 2)


def test_a_new_value_changes_nothing_of_the_others() -> None:
    before = placed(HEAD % "" + GROUP)
    after = placed(HEAD % "" + GROUP.replace("globex: {days: 2}", "beta: {days: 9}, globex: {days: 2}"))
    assert {name: after.get(name) for name in before} == before
    assert {name.startswith(("JobsBeta", "WorkerBeta")) for name in after.keys() - before.keys()} == {True}


def test_the_name_of_a_group_is_in_nothing(tmp_path: Path) -> None:
    other = GROUP.replace("  tenant:\n    each", "  customers:\n    each")
    assert other != GROUP
    assert files(tmp_path, HEAD % "" + GROUP) == files(tmp_path, HEAD % "" + other)


def test_a_value_with_another_name_keeps_its_resources() -> None:
    before = placed(HEAD % "" + GROUP)
    new = GROUP.replace("globex: {days: 2}", "globe: {days: 2, renamed_from: globex}").replace(
        '{TENANT: "{tenant}"}', "{}"
    )
    after = placed(HEAD % "" + new)
    assert {name: stack for name, (stack, _) in after.items()} == {name: stack for name, (stack, _) in before.items()}


def test_a_component_and_a_value_with_other_names_are_called_as_both_were() -> None:
    text = """groups:
  tenant:
    each: {tenant: {acme: {}, globe: {renamed_from: globex}}}
    queues: {"jobs-{tenant}": {renamed_from: "work-{tenant}"}, "mails-{tenant}": {}}
"""
    assert {name: one["renamed_from"] for name, one in queues(text).items()} == {
        "jobs-acme": "work-acme",
        "jobs-globe": "work-globex",
        "mails-acme": None,
        "mails-globe": "mails-globex",
    }


def test_a_former_name_that_another_value_has_is_told_where_it_stands() -> None:
    lines = "groups: {t: {each: {t: {a: {}, b: {renamed_from: a}}}, queues: {'jobs-{t}': {}}}}\n"
    (one,) = faults(HEAD % "" + lines)
    assert (one.code, one.place.line, one.place.column) == ("duplicate-name", 3, 50)


WORDS = ["acme", "beta", "globex", "initech"]
BODY: Mapping[str, Mapping[str, Json]] = {
    "queues": {"jobs-{tenant}": {"retention_days": "{tenant.days}", "dead_letter": {"after": 3}}},
    "tables": {"orders-{tenant}": {"key": "id"}},
    "topics": {"{tenant}-news": {}},
    "functions": {
        "worker-{tenant}": {
            "runtime": "python3.13",
            "code": "./worker",
            "handler": "app.handler",
            "triggers": [{"queue": "jobs-{tenant}"}],
            "uses": {"orders-{tenant}": ["read", "write"], "{tenant}-news": "publish", "main": "connect"},
            "environment": {"QUEUE_{tenant}": "${jobs-{tenant}.url} of {tenant}", "DAYS": "{tenant.days} days"},
        }
    },
}


def by_hand(value: Json, word: str, days: int) -> Json:
    """What a person writes out for one value of a group."""
    if isinstance(value, dict):
        return {by_hand(key, word, days): by_hand(child, word, days) for key, child in value.items()}
    if isinstance(value, list):
        return [by_hand(child, word, days) for child in value]
    if value == "{tenant.days}":
        return days
    return value.replace("{tenant.days}", str(days)).replace("{tenant}", word) if isinstance(value, str) else value


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.sampled_from(WORDS), st.integers(1, 14), min_size=1),
    st.sets(st.sampled_from(sorted(BODY)), min_size=1),
)
def test_a_group_is_what_a_person_writes_out(
    tmp_path_factory: pytest.TempPathFactory, words: dict[str, int], left_out: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("groups")
    # A function needs all that it uses; other sections may be missing without it.
    body = {name: one for name, one in BODY.items() if name not in left_out or "functions" not in left_out}
    head: dict[str, Json] = {"platform": "demo", "databases": {"main": {"engine": "postgres", "version": "17"}}}
    head["environments"] = {"dev": {"posture": "development"}, "prod": {"posture": "production"}}
    group: dict[str, Json] = {"each": {"tenant": {word: {"days": days} for word, days in words.items()}}, **body}
    out: dict[str, Json] = {}
    for word, days in words.items():
        for section, components in body.items():
            out.setdefault(section, {}).update(by_hand(components, word, days))
    assert files(folder, json.dumps({**head, "groups": {"tenant": group}})) == files(
        folder, json.dumps({**head, **out})
    )


@pytest.mark.parametrize("subject", ["worker-acme", "queues.jobs-globex", "functions.worker-acme.uses.jobs-acme"])
def test_a_component_of_a_group_is_explained(tmp_path: Path, subject: str) -> None:
    spec = written(tmp_path, HEAD % "" + GROUP)
    result = CliRunner().invoke(main, ["explain", spec, subject, "--env", "dev"])
    assert result.exit_code == 0, result.output
    assert "acme" in result.stdout or "globex" in result.stdout


def test_groups_are_explained() -> None:
    result = CliRunner().invoke(main, ["explain", "groups"])
    assert result.exit_code == 0 and "each" in result.stdout
    assert CliRunner().invoke(main, ["explain", "groups.each"]).exit_code == 0


def test_a_graph_shows_components_of_groups(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["graph", written(tmp_path, HEAD % "" + GROUP), "--env", "dev"])
    assert result.exit_code == 0, result.output
    assert "worker-acme" in result.stdout and "jobs-globex" in result.stdout


def test_fmt_keeps_what_a_group_says(tmp_path: Path) -> None:
    spec = written(tmp_path, HEAD % "" + GROUP)
    before = yaml.safe_load(Path(spec).read_text(encoding="utf-8"))
    assert CliRunner().invoke(main, ["fmt", spec]).exit_code == 0
    text = Path(spec).read_text(encoding="utf-8")
    assert yaml.safe_load(text) == before
    assert CliRunner().invoke(main, ["fmt", spec, "--check"]).exit_code == 0


IMAGE = """groups:
  tenant:
    each: {tenant: [acme, globex]}
    services:
      "web-{tenant}": {image: public.ecr.aws/nginx/nginx-unprivileged, port: 8080}
lint: {ignore: [{rule: image-tag, component: "services.%s", reason: The pipeline sets it}]}
"""


@pytest.mark.parametrize(
    ("component", "left"),
    [
        ("web-{tenant}", []),
        ("web-acme", ["services.web-globex"]),
    ],
)
def test_a_finding_is_accepted_for_all_of_a_group_or_for_one(tmp_path: Path, component: str, left: list[str]) -> None:
    (checked,) = check_spec(written(tmp_path, HEAD % "" + IMAGE % component))
    assert [
        name for one in checked.warnings for name in (one.component, *one.others) if one.code == "image-tag"
    ] == left


def test_an_accepted_finding_of_a_component_that_is_not_there_is_told() -> None:
    (one,) = faults(HEAD % "" + IMAGE % "web-initech")
    assert (one.code, one.place.line) == ("unknown-component", 8)
