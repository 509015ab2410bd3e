"""Changes of a small platform and how each is told, in the terminal and in a pull request."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.markdown import markdown
from reviewer.sides import Before
from reviewer.view import Shown, render
from tests.reviewer.compiling import CHANGES, FOLDER, SHOP, changed, compiled, deployed, review_of, reviewed

WIDE = Shown(width=120)


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_told_as_expected(name: str, tmp_path: Path, update: bool) -> None:
    review = review_of(name, tmp_path)
    for suffix, text in ((".txt", render(review, WIDE)), (".md", markdown([review]))):
        file = FOLDER / "expected" / f"{name}{suffix}"
        if update:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")


def test_there_is_a_review_for_each_change_and_no_other() -> None:
    assert {file.stem for file in (FOLDER / "expected").iterdir()} == CHANGES.keys()


FIRST = {
    "major-upgrade": ("refused", "databases.main", "15 → 16 is a major upgrade; RDS needs `allow_major_upgrade: true`"),
    "another-range": ("refused", "databases.main", "can't move to another VPC"),
    "another-key": ("data", "tables.orders", "A new table starts empty; the old one is retained"),
    "renamed-queue": ("data", "queues.jobs", "removed: the queue and its data are DELETED"),
    "removed-database": ("data", "databases.main", "removed: the database is deleted, a last snapshot is kept"),
    "wider-grant": ("access", "services.web", "may now write buckets.media, deletion included (could read before)"),
    "removed-bucket": ("data", "buckets.media", "removed: the bucket is DELETED"),
    "public-service": ("network", "load_balancer", "gets a public address"),
    "less-protection": ("data", "tables.orders", "point-in-time recovery is turned off"),
}


@pytest.mark.parametrize("name", FIRST)
def test_the_first_line_is_what_can_hurt(name: str, tmp_path: Path) -> None:
    risk = review_of(name, tmp_path).risks[0]
    kind, component, text = FIRST[name]
    assert (risk.kind, risk.component, risk.serious) == (kind, component, True)
    assert text in risk.text


def test_two_indexes_are_two_change_sets_and_no_risk(tmp_path: Path) -> None:
    review = review_of("two-indexes", tmp_path)
    assert [step.lines for step in review.steps] == [
        ("tables.orders: index `by-day` is created",),
        ("tables.orders: index `by-shop` is created",),
        ("everything else",),
    ]
    assert review.risks == ()


def test_a_change_of_the_range_is_one_cause_and_one_line_of_consequences(tmp_path: Path) -> None:
    review = review_of("another-range", tmp_path)
    (cause,) = [row for row in review.components if not row.follows]
    assert (cause.component, cause.effect, cause.resources) == ("network", "replace", 24)
    assert [setting.path for setting in cause.settings] == ["cidr"]
    assert {row.follows for row in review.components if row.follows} == {("network",)}
    assert render(review, WIDE).count("follow from network") == 1


def test_defaults_of_another_posture_follow_from_it(tmp_path: Path) -> None:
    review = review_of("another-posture", tmp_path)
    (cause,) = [row for row in review.components if not row.follows]
    assert [(setting.path, setting.before, setting.after) for setting in cause.settings] == [
        ("posture", "development", "staging")
    ]
    assert {row.follows for row in review.components if row.follows} == {("",)}
    assert any(row.settings for row in review.components if row.follows)


def test_a_rename_without_the_key_is_asked_about_and_one_with_it_changes_nothing(tmp_path: Path) -> None:
    (hint,) = [risk for risk in review_of("renamed-queue", tmp_path).risks if risk.kind == "rename"]
    assert (hint.component, "did you mean `renamed_from: jobs`?" in hint.text) == ("queues.tasks", True)
    renamed = SHOP.replace("  jobs: {", "  tasks: {renamed_from: jobs, ").replace("jobs: send", "tasks: send")
    review = reviewed(deployed(compiled(SHOP, tmp_path)), compiled(renamed, tmp_path))
    assert review.risks == ()
    assert [row.component for row in review.components] == ["services.web"]


@pytest.mark.parametrize("name", CHANGES)
def test_every_risk_of_a_component_in_the_spec_has_its_line(name: str, tmp_path: Path) -> None:
    for risk in review_of(name, tmp_path).risks:
        gone = name.startswith("removed") and risk.kind in ("data", "leftover")
        assert gone or not risk.component or "shop.yaml:" in risk.place, risk


@pytest.mark.parametrize(
    ("name", "dangers"),
    [
        ("removed-database", ("databases.main",)),
        ("another-key", ("tables.orders",)),
        ("wider-grant", ("services.web",)),
        ("public-service", ("load_balancer",)),
        ("instance-class", ()),
        ("two-indexes", ()),
    ],
)
def test_what_needs_its_name_to_be_approved(name: str, dangers: tuple[str, ...], tmp_path: Path) -> None:
    assert review_of(name, tmp_path).dangers == dangers


def test_without_the_settings_of_what_is_deployed_properties_are_told(tmp_path: Path) -> None:
    before = replace(deployed(compiled(SHOP, tmp_path)), settings={})
    review = reviewed(before, compiled(changed("instance-class"), tmp_path))
    (row,) = review.components
    assert (row.component, row.effect, row.settings) == ("databases.main", "interrupt", ())
    assert "DBInstanceClass: db.t4g.micro → db.t4g.small" in render(review, WIDE)


def test_a_first_deployment_tells_what_it_opens_and_what_is_billed(tmp_path: Path) -> None:
    review = reviewed(Before(), compiled(changed("public-service"), tmp_path))
    assert {row.effect for row in review.components} == {"create"}
    assert {risk.kind for risk in review.risks} == {"network", "cost"}


def test_the_same_again_has_nothing_to_tell(tmp_path: Path) -> None:
    review = reviewed(deployed(compiled(SHOP, tmp_path)), compiled(SHOP, tmp_path))
    assert (review.changes, review.components, review.risks) == ((), (), ())
    assert "No changes." in render(review, WIDE)
    assert "No changes." in markdown([review])


def test_the_example_in_the_documents_is_a_review(tmp_path: Path, update: bool) -> None:
    file = Path(__file__).parents[2] / "docs" / "review.md"
    page = file.read_text(encoding="utf-8")
    (shown,) = re.findall(r"```\n(shop · .*?)```", page, re.DOTALL)
    text = render(review_of("several", tmp_path), WIDE)
    if update:
        file.write_text(page.replace(shown, text), encoding="utf-8")
    assert update or shown == text


def test_a_setting_that_an_older_version_did_not_have_is_no_reason(tmp_path: Path) -> None:
    before = deployed(compiled(SHOP, tmp_path))
    older = {path: {**data} for path, data in before.settings.items()}
    del older["databases.main"]["multi_az"], older["databases.main"]["instance"]
    review = reviewed(replace(before, settings=older), compiled(changed("instance-class"), tmp_path))
    (row,) = review.components
    assert [setting.path for setting in row.settings] == ["instance"]  # which the spec has, other than multi_az
