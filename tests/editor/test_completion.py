"""What is offered at a cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import check_document
from compiler.source.load import parsed
from reviewer.editor.completion import Offer, completions
from tests.editor.reading import LANGUAGE, read, read_at
from tests.editor.test_mentions import SPECS

START = """\
platform: shop
environments: {dev: {posture: development}, prod: {posture: production}}
databases: {main: {engine: postgres, version: "17"}}
queues: {jobs: {}, mails: {existing: mails}}
topics: {news: {}, main: {}}
buckets: {media: {}}
network: {}
functions:
  worker:
"""
WORKER = "    runtime: python3.13\n    code: ./worker\n    handler: app.handler\n"


def offered(written: str) -> tuple[Offer, ...]:
    reading, offset = read_at(written)
    return completions(reading, reading if reading.document else read(START), LANGUAGE, offset)


@pytest.mark.parametrize(
    ("written", "there", "not_there"),
    [
        pytest.param(
            "    uses: {‸", {"databases.main", "jobs", "mails", "media"}, {"worker", "network", "main"}, id="uses"
        ),
        pytest.param(
            "    uses:\n      jobs: send\n      ‸", {"mails", "media"}, {"jobs"}, id="uses-without-those-named"
        ),
        pytest.param("    uses: {jobs: ‸", {"send", "consume"}, {"connect"}, id="verbs"),
        pytest.param("    uses: {jobs: [send, ‸", {"consume"}, set(), id="verbs-in-a-list"),
        pytest.param("    uses: {jobs: {‸", {"verbs", "as", "variables"}, {"jobs"}, id="form-of-a-use"),
        pytest.param("    uses: {jobs: {verbs: ‸", {"send"}, set(), id="verbs-in-a-map"),
        pytest.param("    uses: {jobs: {as: ‸", set(), {"send"}, id="no-verbs-for-a-name"),
        pytest.param("    uses: {databases.main: ‸", {"connect"}, {"publish"}, id="verbs-of-an-address"),
        pytest.param(
            '    environment: {A: "x${‸', {"env", "jobs", "databases.main", "media"}, {"worker"}, id="pointer"
        ),
        pytest.param('    environment: {A: "x${jobs.u‸', {"url", "arn"}, {"jobs"}, id="attribute"),
        pytest.param("    environment:\n      A: ${queues.‸", {"queues.jobs"}, {"topics.news", "env"}, id="section"),
        pytest.param(
            "    environment:\n      A: ${databases.main.‸", {"endpoint"}, {"jobs"}, id="attribute-by-address"
        ),
        pytest.param("    triggers:\n      - queue: ‸", {"jobs"}, {"media", "news"}, id="reference"),
        pytest.param("    triggers:\n      - ‸", {"queue", "batch"}, set(), id="item"),
        pytest.param("    only: [‸", {"dev", "prod"}, set(), id="environments"),
        pytest.param("    ‸", {"runtime", "uses", "each", "renamed_from"}, set(), id="settings"),
        pytest.param("    memory: 512\n    ‸", {"timeout"}, {"memory"}, id="settings-without-those-set"),
        pytest.param("    runtime: ‸", {"python3.13"}, set(), id="known-values"),
        pytest.param("    no_such: {‸", set(), {"runtime"}, id="unknown"),
        pytest.param("    # ‸", set(), {"runtime"}, id="comment"),
    ],
)
def test_of_a_function(written: str, there: set[str], not_there: set[str]) -> None:
    labels = {one.label for one in offered(START + written)}
    assert there <= labels
    assert not labels & not_there


@pytest.mark.parametrize(
    ("before", "after", "there", "not_there"),
    [
        ("platform: shop", "platform: shop\n‸", {"tables", "region", "lint"}, {"environments", "queues"}),
        ("posture: development", "posture: ‸", {"development", "staging", "production"}, set()),
        ("posture: development", "posture: development, ‸", {"account", "queues", "defaults"}, {"posture"}),
        ("posture: development", "posture: development, queues: {‸}", {"jobs", "mails"}, {"news"}),
        ("posture: development", "posture: development, queues: {jobs: {‸}}", {"retention_days"}, {"news"}),
        ("posture: development", "posture: development, databases: {main: {version: ‸}}", {"17"}, {"8.4"}),
        ('version: "17"', "version: ‸", {"17"}, {"8.4"}),
        ("network: {}", "network: {zones: 2, ‸}", {"cidr"}, {"zones"}),
        ("network: {}", "network: {}\ndefaults: {functions: {‸}}", {"memory"}, {"existing"}),
        ("network: {}", "network: {}\ngroups: {a: {‸}}", {"each", "only", "queues"}, {"network", "posture"}),
        ("network: {}", "network: {}\ngroups: {a: {queues: {x: {‸}}}}", {"fifo", "each"}, {"jobs"}),
        ("network: {}", "network: {}\ngroups: {a: {functions: {x: {uses: {‸}}}}}", {"jobs"}, {"fifo"}),
        ("network: {}", "network: {}\ngroups: {a: {functions: {x: {uses: {jobs: ‸}}}}}", {"send"}, {"fifo"}),
        ("network: {}", "network: {}\ngroups: {a: {only: [‸]}}", {"dev", "prod"}, set()),
        ("posture: production}", "posture: production, groups: {‸}}", set(), {"jobs"}),
        ("network: {}", "network: {}\nmonitoring: {tune: {‸}}", {"jobs.DeadLetters"}, {"jobs"}),
        ("network: {}", "network: {}\nlint: {ignore: [{component: ‸}]}", {"queues.jobs"}, {"jobs"}),
        ("network: {}", "network: {}\nexports: {work: {component: ‸}}", {"jobs", "network"}, {"work", "tables.orders"}),
        ("network: {}", 'network: {}\ntags: {a: "${‸}"}', {"platform"}, set()),
    ],
)
def test_elsewhere(before: str, after: str, there: set[str], not_there: set[str]) -> None:
    labels = {one.label for one in offered(START.replace(before, after))}
    assert there <= labels
    assert not labels & not_there


GROUPED = 'groups: {tenant: {each: {tenant: [acme]}, queues: {"work-{tenant}": {}}}}\n'


@pytest.mark.parametrize(
    ("after", "there"),
    [
        ("groups: {‸}", {"tenant"}),
        ("groups: {tenant: {‸}}", {"each", "queues"}),
        ("groups: {tenant: {queues: {‸}}}", {"work-{tenant}"}),
        ('groups: {tenant: {queues: {"work-{tenant}": {‸}}}}', {"delay_seconds"}),
    ],
)
def test_changes_of_a_group(after: str, there: set[str]) -> None:
    start = START.replace("  worker:\n", "  worker: {}\n") + GROUPED
    written = start.replace("posture: production", f"posture: production, {after}")
    assert there <= {one.label for one in offered(written)}


def test_components_of_a_group_are_offered() -> None:
    assert "work-acme" in {one.label for one in offered(GROUPED + START + "    uses: {‸}")}


@pytest.mark.parametrize(
    ("before", "after", "label", "result"),
    [
        ("network: {}", "network: {zo‸}", "zones", "network: {zones: }"),
        ("network: {}", "network: {zo‸es: 2}", "zones", "network: {zones: 2}"),
        ('version: "17"', "version: ‸", "17", 'version: "17"'),
        ('version: "17"', 'version: "1‸"', "17", 'version: "17"'),
        ('version: "17"', 'version: "1‸5"', "18", 'version: "18"'),
        ("posture: development", "posture: de‸", "development", "posture: development"),
        ("network: {}", 'network: {}\ntags: {a: "🐕 ${da‸}"}', "databases.main", 'tags: {a: "🐕 ${databases.main.}"}'),
        ("topics: {news: {}, main: {}}", "topics: {news: {fifo: ‸}}", "true", "topics: {news: {fifo: true}}"),
    ],
)
def test_what_is_written(before: str, after: str, label: str, result: str) -> None:
    reading, offset = read_at(START.replace(before, after))
    found = completions(reading, reading if reading.document else read(START), LANGUAGE, offset)
    (chosen,) = [one for one in found if one.label == label]
    content = reading.text.content
    assert result in content[: chosen.span.start] + chosen.text + content[chosen.span.end :]


def test_required_settings_come_first_with_their_description() -> None:
    first = min(offered(START.replace("{posture: development}", "{‸}")), key=lambda one: (one.rank, one.label))
    assert (first.label, first.detail) == ("posture", "required")
    assert "Sets defaults" in first.about


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_whatever_a_spec_names_would_have_been_offered(spec: Path) -> None:
    content = spec.read_text("utf-8")
    reading = read(content)
    for one in reading.mentions:
        section, _, name = one.address.rpartition(".")
        offset = one.span.start - (len(section) + 1 if one.qualified else 0)
        if one.exact and not one.declares:
            labels = [offer.label for offer in completions(reading, reading, LANGUAGE, offset)]
            spelled = {label for label in labels if f"{label}.".startswith((f"{name}.", f"{one.address}."))}
            assert spelled, (one, labels)


def test_each_verb_that_is_offered_is_taken() -> None:
    aurora = 'engine: aurora-postgresql, version: "17", serverless: {max: 2}, data_api: true'
    start = START.replace("network: {}\n", "").replace('engine: postgres, version: "17"', aurora)
    for target in ("jobs", "databases.main", "media", "news"):
        for verb in offered(f"{START}{WORKER}    uses: {{{target}: ‸"):
            spec = start + f"{WORKER}    uses: {{{target}: {verb.text}}}\n"
            assert check_document(parsed("shop.yaml", spec))
