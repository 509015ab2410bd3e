"""A review of 600 changes: one screen on a terminal, one comment on GitHub, one page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewer.change import Change, ComponentChange, Detail, Review, Risk, ServiceChange, Setting
from reviewer.markdown import LIMIT, markdown
from reviewer.page import page
from reviewer.view import Shown, render

GITHUB = 65_536
"""Characters of a comment."""
QUEUE = "AWS::SQS::Queue"


def large(count: int, long: int = 40) -> Review:
    """A review of `count` queues, each with a risk, a setting, and a property whose value has `long` characters."""
    names = [f"queues.queue-{number}" for number in range(count)]
    detail = Detail("RedrivePolicy", "a" * long, "b" * long, "", "True")
    changes = (Change("Modify", "messaging", f"Queue{n}", QUEUE, n, "True", (detail,), "Delete") for n in names)
    setting = Setting("name", "a" * long, "b" * long, "spec/shop.yaml:10:5")
    return Review(
        platform="shop",
        environment="prod",
        stack="shop-prod",
        region="us-east-1",
        account="222222222222",
        operation="update",
        changes=tuple(changes),
        components=tuple(ComponentChange(name, "replace", (setting,), 1, 1, "Delete") for name in names),
        risks=tuple(Risk("data", name, "replaced: the queue starts empty", "spec/shop.yaml:10:5") for name in names),
        service=tuple(ServiceChange("Modify", f"Queue{name}", QUEUE, "True") for name in names),
    )


@pytest.mark.parametrize("count", [1, 600, 5000])
@pytest.mark.parametrize("long", [10, 5000])
@pytest.mark.parametrize("roots", [1, 3])
def test_a_comment_stays_below_the_limit_of_github(count: int, long: int, roots: int) -> None:
    text = markdown([large(count, long)] * roots)
    assert len(text) <= LIMIT < GITHUB
    assert text.count("<details>") == text.count("</details>")


def test_a_comment_on_600_changes_shows_the_most_important_and_counts_the_rest() -> None:
    text = markdown([large(600)])
    assert len(text) > LIMIT * 0.7
    assert "`queues.queue-0`" in text
    assert "more risks: see the whole review" in text
    assert "Components: 600 replaced. Resources: 600. CloudFormation's own change set agrees." in text


def test_600_changes_are_one_screen_on_a_terminal() -> None:
    lines = render(large(600)).splitlines()
    assert len(lines) <= 42
    assert any("and 588 more (--all shows them)" in line for line in lines)
    assert any("and 580 more components (--all shows them)" in line for line in lines)
    assert (
        render(large(600), Shown(everything=True)).count("queues.queue-599") == 4
    )  # risk, row, resource, its logical id


def test_600_consequences_are_one_line() -> None:
    review = large(600)
    first, *others = review.components
    folded = replace(review, risks=(), components=(first, *(replace(row, follows=("network",)) for row in others)))
    assert len(render(folded).splitlines()) < 12
    assert "599 resources of queues.queue-1, queues.queue-2," in render(folded)


def test_a_page_has_all_600_and_nothing_from_elsewhere() -> None:
    text = page([large(600)])
    assert text.count("<details data-text=") == 600
    assert 'src="' not in text
    assert "@import" not in text


def test_what_a_spec_says_is_no_markup() -> None:
    sly = "<script>alert(1)</script> | `x` @everybody #1"
    review = large(1)
    told = replace(review, risks=(Risk("data", "queues.jobs", sly),), notes=(sly,))
    text, html = markdown([told]), page([told])
    assert "<script>alert" not in text + html
    assert "&#64;everybody" in text
    assert " | `x`" not in text


def test_values_in_a_table_keep_its_columns() -> None:
    review = large(1)
    row = replace(review.components[0], settings=(Setting("path", "a|b", "c`d|e"),))
    lines = markdown([replace(review, components=(row,))]).splitlines()
    (line,) = [line for line in lines if line.startswith("| ±")]
    assert line.replace("\\|", "").count("|") == 6
