"""What stands beside a word, and what a component becomes in each environment."""

from __future__ import annotations

import pytest

from compiler.language.described import settings
from compiler.language.schema import load_schema
from reviewer.editor.hover import beside
from reviewer.editor.verdict import judged
from reviewer.explain.topics import topic
from tests.editor.reading import LANGUAGE, read, read_at

SHOP = """\
platform: shop
environments:
  dev: {posture: development, queues: {jobs: {existing: jobs-dev}}}
  prod: {posture: production}
  fleet: {posture: production, fleet: {accounts: ["111111111111"], regions: [us-east-1, us-west-2]}}
queues:
  jobs: {}
  mails: {only: [prod]}
functions:
  worker: {runtime: python3.13, code: ./worker, handler: app.handler, uses: {jobs: send}}
"""


def lines_of(address: str, spec: str = SHOP) -> list[str]:
    verdict = judged(read(spec))
    assert verdict.built, verdict.diagnostics
    return list(verdict.built.lines(address))


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (
            "queues.jobs",
            [
                "- `dev`: an existing resource; nothing is created",
                "- `prod`: 4 resources: SQS::Queue ×2, SQS::QueuePolicy ×2 (in messaging)",
                "- `fleet`: 4 resources: SQS::Queue ×2, SQS::QueuePolicy ×2 (in root)",
            ],
        ),
        (
            "queues.mails",
            [
                "- `dev`: not there",
                "- `prod`: 4 resources: SQS::Queue ×2, SQS::QueuePolicy ×2 (in messaging)",
                "- `fleet`: not there",
            ],
        ),
    ],
)
def test_resources_of_a_component_in_each_environment(address: str, lines: list[str]) -> None:
    assert lines_of(address) == lines


def test_resources_in_another_region_are_told_with_it() -> None:
    spec = SHOP.replace("prod: {posture: production", "prod: {posture: production, region: eu-central-1")
    spec += "domains: {site: {domain: example.com, zone: {create: true}, certificate: {}}}\n"
    spec += "cdn: {web: {domain: site, paths: {/*: files}}}\nbuckets: {files: {}}\n"
    assert "in us-east-1" in lines_of("domains.site", spec)[1]


def test_a_setting_says_what_explain_says() -> None:
    schema = load_schema()
    for section, kind in schema.kinds.items():
        for setting in settings(schema, kind["properties"], kind.get("required", ())):
            if "." in setting.path or "[" in setting.path:
                continue
            path = (section, setting.path) if schema.singleton(section) else (section, "x", setting.path)
            shown = LANGUAGE.setting(path)
            assert shown
            about = topic(f"{section}.{setting.path}", schema).about
            assert (shown.path, shown.description) == (about["name"], about["description"])
            assert shown.defaults.get("", dict(shown.defaults)) == about["default"]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("platform: shop\nnetwork: {zo‸nes: 2}", "**network.zones**"),
        ("platform: shop\nnetwork: {zones: ‸2}", "**network.zones**"),
        ("platform: shop\nlint: {ignore: [{rule: x, unt‸il: y}]}", "**lint.ignore.until**"),
        ("platform: shop\nlint: {ignore: [{rule: image‸-tag}]}", "the tag or digest of one build"),
        ("platform: shop\ndefaults: {queues: {fi‸fo: true}}", "**queues.fifo**"),
        (
            "platform: shop\nqueues: {jobs: {dead_letter: {ma‸x: 3}, nothing: {‸: 1}}}".replace("{‸: 1}", "{}"),
            "**queues",
        ),
        ("queues: {j: {}}\nfunctions: {f: {uses: {j: {verbs: [con‸sume]}}}}", "**consume** of queues.j"),
        ("queues: {j: {}}\nfunctions: {f: {environment: {AB: '${queues.j.na‸me}'}}}", "**queues.j.name**"),
        ("platform: shop\ngroups: {a: {each: {a: [x]}, queues: {'j-{a}': {fi‸fo: true}}}}", "**queues.fifo**"),
        ("platform: shop\ngroups: {a: {ea‸ch: {a: [x]}}}", "**groups.each**"),
        ("platform: shop\ngro‸ups: {}", "**groups**"),
        ("environments: {dev: {groups: {a: {queues: {'j-{a}': {fi‸fo: true}}}}}}", "**queues.fifo**"),
        ("groups: {g: {each: {a: [x]}, queues: {'{a}-j': }}}\nfunctions: {f: {uses: {x-‸j: send}}}", "**queues.x-j**"),
        ("groups: {a: {each: {a: [x]}, queues: {'j-‸{a}': {}}}}", "**queues.j-x**"),
        ("queues: {'j-{a}': {each: {a: [x, y]}}}\nfunctions: {f: {uses: {j-‸x: send}}}", "**queues.j-x**"),
    ],
)
def test_words(text: str, there: str) -> None:
    reading, offset = read_at(text)
    found = beside(reading, LANGUAGE, offset)
    assert found and there in found.text


@pytest.mark.parametrize("text", ["‸", "platform: [‸", "x‸: 1", "# pla‸tform"])
def test_nothing_is_said_where_nothing_is_known(text: str) -> None:
    reading, offset = read_at(text)
    assert beside(reading, LANGUAGE, offset) is None
