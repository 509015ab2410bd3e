"""Renaming a component: every place, `renamed_from`, and what is refused."""

from __future__ import annotations

import pytest

from compiler.language.schema import load_schema
from compiler.pipeline import check_document
from compiler.source.load import parsed
from reviewer.editor.reading import Reading
from reviewer.editor.renaming import Refused, renamable, renamed
from reviewer.editor.text import Text
from reviewer.explain.built import built
from tests.editor.lsp import ROOT
from tests.editor.reading import read, read_at

SHOP = """\
# Grüße 🐕
platform: shop
environments: {dev: {posture: development, queues: {jobs: {retention_days: 2}}}}
queues:
  jobs‸:   # those of users
    visibility_seconds: 90
  mails: {}
  next:
topics: {news: {}, work: {renamed_from: old, tags: {}}}
functions:
  worker:
    uses: {jobs: send, news: publish}
    environment: {A: "🐕 ${queues.jobs.url} ${ jobs.arn}"}
  other: {uses: {queues.jobs: send, work: publish}}
lint: {ignore: [{rule: x, component: queues.jobs, reason: y}]}
"""
TEMPLATE = (
    SHOP.replace("jobs‸:", "jobs-{a}:")
    .replace("    vis", "    each: {a: [x]}\n    vis")
    .replace("jobs: send", "jobs-x: send")
)


def rename(text: str, name: str) -> str:
    return renamed(*read_at(text), name).content


def moved(text: str, to: str) -> str:
    """The text with the cursor elsewhere."""
    return text.replace("‸", "").replace(to, f"{to}‸", 1)


def test_every_place_and_the_name_before() -> None:
    expected = SHOP.replace("‸", "").replace("jobs", "orders")
    expected = expected.replace("    visibility", "    renamed_from: jobs\n    visibility")
    assert rename(SHOP, "orders") == expected


SHARED = """\
platform: shop
environments:
  dev: {posture: development}
queues:
  jobs: {}
  mails: {}
  next: {}
topics: {later: {}}
exports:
  work: {component: jobs}
  other: {component: queues.jobs}
  mails:
  next: {}
"""


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("jobs", "orders", {"  work: {component: orders}", "  other: {component: queues.orders}"}),
        ("next", "first", {"  next: {component: first}"}),
        ("next", "later", {"  next: {component: queues.later}"}),
        ("mails", "post", {"  mails: {component: post}"}),
    ],
)
def test_exports_keep_their_names_and_mean_the_same_component(old: str, new: str, changed: set[str]) -> None:
    text = rename(SHARED.replace(f"  {old}: {{}}", f"  {old[0]}‸{old[1:]}: {{}}", 1), new)
    assert {*text.splitlines()} - {*SHARED.splitlines()} == changed | {f"  {new}: {{renamed_from: {old}}}"}
    assert check_document(parsed("s.yaml", SHARED)) and check_document(parsed("s.yaml", text))


SHORT = "platform: shop\nenvironments: {dev: {posture: development}}\n"


@pytest.mark.parametrize(
    ("sections", "exports"),
    [
        (
            "queues: {work: {}}\ntopics: {jo‸bs: {}}\nexports: {y: {component: work}}\n",
            "y: {component: queues.work}",
        ),
        (
            "topics: {work: {}}\nqueues: {jo‸bs: {}}\nexports: {y: {component: work}}\n",
            "y: {component: topics.work}",
        ),
        ("topics: {work: {}}\nqueues: {jo‸bs: {}}\nexports: {work: {}}\n", "work: {component: topics.work}"),
        ("queues: {jo‸bs: {}}\nexports: {jobs: {}}\n", "jobs: {component: work}"),
    ],
)
def test_exports_mean_the_same_when_the_new_name_is_taken(sections: str, exports: str) -> None:
    text = rename(SHORT + sections, "work")
    assert f"exports: {{{exports}}}" in text
    assert check_document(parsed("s.yaml", text))


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ("queues: {jo‸bs: {}}\nexports: {'{k}': {each: {k: [jobs]}}}\n", "'jobs' would mean another"),
        ("queues: {jo‸bs: {}}\nexports: {jobs: {component: null}}\n", "write 'component: work' by hand"),
        ("queues: {jobs: {}}\nexports: {jo‸bs: {}}\n", "platforms above know exports.jobs by its name"),
    ],
)
def test_what_is_exported_otherwise_is_left_to_the_author(sections: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        rename(SHORT + sections, "work")


def test_an_export_by_an_alias_is_not_changed() -> None:
    text = SHARED.replace("  jobs: {}", "  jobs: &none {}").replace("  next: {}\n", "  ne‸xt: {}\n", 1)
    with pytest.raises(Refused, match="the export 'next' would mean another component"):
        rename(text.replace("  next: {}\n", "  next: *none\n"), "first")


@pytest.mark.parametrize(
    ("before", "after", "name", "result"),
    [
        ("mails: {}", "mails‸: {}", "post", "post: {renamed_from: mails}"),
        ("next:", "next‸:", "later", "later: {renamed_from: next}"),
        ("next:", "next‸: # soon", "later", "later: {renamed_from: next} # soon"),
        ("next:", "next‸: ~", "later", "later: {renamed_from: next}"),
        ("next:", "next‸: {fifo: true}", "later", "later: {renamed_from: next, fifo: true}"),
        ("next:", '"next‸": {fifo: true}', "later", '"later": {renamed_from: next, fifo: true}'),
        ("next:", "next‸: &n {fifo: true}", "later", "later: &n {renamed_from: next, fifo: true}"),
        ("next:", "next‸: &n\n    fifo: true", "later", "later: &n\n    renamed_from: next\n    fifo: true"),
        ("next:", "next‸: {renamed_from: first}", "later", "later: {renamed_from: first}"),
        ("next:", "next‸: {renamed_from: later}", "later", "later: {}"),
        ("next:", "next‸: {fifo: true, renamed_from: later}", "later", "later: {fifo: true}"),
        ("next:", "next‸:\n    renamed_from: later\n    fifo: true", "later", "later:\n    fifo: true"),
        ("work: {renamed_from: old", "work‸: {renamed_from: old", "old", "old: {tags: {}}"),
    ],
)
def test_the_name_that_is_deployed_stays(before: str, after: str, name: str, result: str) -> None:
    assert result in rename(SHOP.replace("‸", "").replace(before, after), name)


def test_line_ends_stay() -> None:
    assert "\r\n    renamed_from: jobs\r\n    visibility" in rename(SHOP.replace("\n", "\r\n"), "orders")


def test_a_name_that_others_have_is_written_with_its_section() -> None:
    after = rename(SHOP, "news")
    assert (
        "uses: {queues.news: send, topics.news: publish}" in after or "uses: {news: send, news: publish}" not in after
    )
    assert {one.address for one in read(after).mentions} == {
        one.address.replace("queues.jobs", "queues.news") for one in read(SHOP.replace("‸", "")).mentions
    }


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (SHOP, "Orders", "invalid name 'Orders': expected lower-case words joined by hyphens, at most 32 characters"),
        (SHOP, "x" * 33, "invalid name"),
        (SHOP, "", "invalid name"),
        (SHOP, "mails", "queues.mails has that name already"),
        (SHOP.replace("mails:", "mail-s:"), "mail_s", "the name gives the same logical ids as queues.mail-s"),
        (moved(SHOP, "platform"), "x", "no component is named here"),
        (SHOP.replace("uses: {jobs: send", 'uses: {"j*": send'), "orders", "line 12 means queues.jobs by 'j*'"),
        (SHOP + "broken: [", "x", "the spec is not YAML at the moment"),
        (
            SHOP.replace("mails: {}", "mails: *x")
            .replace("visi", "<<: &x {fifo: true}\n    visi")
            .replace("jobs‸", "jobs")
            .replace("mails:", "mails‸:"),
            "post",
            "the settings of queues.mails stand elsewhere",
        ),
        (TEMPLATE.replace("jobs-{a}", "jobs-{a}‸"), "y", "this stands for several components"),
        (TEMPLATE.replace("jobs-x: send", "jobs‸-x: send"), "y", "queues.jobs-x is made by 'each'"),
        (
            SHOP.replace("jobs‸", "jobs").replace("lint:", "network: {}\nlint:").replace("network", "net‸work"),
            "x",
            "is a section",
        ),
    ],
)
def test_refused(text: str, name: str, why: str) -> None:
    with pytest.raises(Refused) as problem:
        rename(text, name)
    assert why in str(problem.value)


def test_the_same_name_changes_nothing() -> None:
    assert renamed(*read_at(SHOP), "jobs").changes == ()


def components_of(content: str) -> list[tuple[str, int]]:
    """Each component that can be renamed, with the offset of its name."""
    reading = Reading("shop.yaml", Text(content), load_schema())
    return [(one.address, one.span.start) for one in reading.mentions if one.declares and "." in one.address]


def test_nothing_is_replaced_when_any_component_of_a_platform_has_another_name() -> None:
    content = (ROOT / "spec/rayman-portfolio.yaml").read_text("utf-8")

    def resources(text: str) -> dict[str, str]:
        (checked,) = check_document(parsed("shop.yaml", text), ("dev",))
        return {name: str(one.body["Type"]) for name, one in built(checked, load_schema()).resources.items()}

    before = resources(content)
    for address, offset in components_of(content):
        reading = Reading("shop.yaml", Text(content), load_schema())
        assert renamable(reading, offset).address == address
        assert resources(renamed(reading, offset, "brand-new").content) == before, address
