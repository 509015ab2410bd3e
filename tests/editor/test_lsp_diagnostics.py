"""Diagnostics of `stackwright lsp`, over its standard input and output, as an editor gets them."""

from __future__ import annotations

import queue
import time
from pathlib import Path

import pytest

from tests.editor.lsp import Editor
from tests.editor.shop import SHOP, where

ORDERED = "abcdefgh"


@pytest.mark.parametrize(
    ("changed", "marked", "code"),
    [
        (("uses: {jobs: send", "uses: {jbos: send"), ("jbos", 0), "unknown-component"),
        (("jobs: {}", "jobs: {retention: 3}"), ("retention", 1), "unknown-property"),
        (("jobs: {}", "jobs: {retention_days: 99}"), ("99", 0), "out-of-range"),
        (("posture: production", "posture: produktiön"), ("produktiön", 0), "not-allowed"),
        (("🐕 ${jobs.url}", "🐕 ${jobs.link}"), ('"🐕 ${jobs.link}"', 0), "unknown-attribute"),
        (('"🐕 ${jobs.url}"', '"🐕", 🐕: 1'), ("🐕", 2), "bad-name"),
        (("queues:\n", "queues:\n\tjobs: {}\n"), None, "yaml-syntax"),
        (("mails: send}", "mails: send"), None, "yaml-syntax"),
    ],
)
def test_an_error_is_marked_where_it_stands_and_goes_when_it_is_mended(
    editor: Editor, uri: str, changed: tuple[str, str], marked: tuple[str, int] | None, code: str
) -> None:
    text = SHOP.replace(*changed, 1)
    found = editor.diagnostics(uri, editor.change(uri, text))
    places = [one["range"] for one in found if one["code"] == code]
    assert places if marked is None else places == [where(text, *marked)]
    assert all(one["severity"] == 1 and one["source"] == "stackwright" for one in found)
    assert editor.diagnostics(uri, editor.change(uri, SHOP)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_hold_with_each_line_end_and_a_byte_order_mark(editor: Editor, end: str, mark: str) -> None:
    text = mark + SHOP.replace("{jobs: send", "{jbos: send").replace("\n", end)
    opened = editor.open(text, f"ends-{len(end)}-{len(mark)}.yaml")
    (found,) = editor.diagnostics(opened)
    assert found["range"] == where(text, "jbos")
    editor.close(opened)


def test_warnings_are_told_with_what_to_do(editor: Editor, uri: str) -> None:
    text = f'{SHOP}apis: {{public: {{routes: {{"GET /": worker}}}}}}\n'
    (found,) = editor.diagnostics(uri, editor.change(uri, text))
    assert (found["severity"], found["code"]) == (2, "open-route")
    assert found["message"].count("\n") == 1


def test_a_duplicate_leads_to_the_first(editor: Editor, uri: str) -> None:
    text = SHOP.replace("  mails: {}", "  mails: {}\n  jobs: {}")
    (found,) = editor.diagnostics(uri, editor.change(uri, text))
    (also,) = found["relatedInformation"]
    assert also["location"] == {"uri": uri, "range": where(text, "jobs", 1)}


def test_a_burst_of_changes_is_told_of_once_and_the_last_one_counts(editor: Editor, uri: str) -> None:
    for word in ORDERED:
        editor.change(uri, SHOP.replace("posture: production", f"posture: {word}"))
    last = editor.change(uri, SHOP.replace("posture: production", "posture: z"))
    (found,) = editor.diagnostics(uri, last)
    assert '"z"' in found["message"]
    with pytest.raises(queue.Empty):
        editor.published[uri].get(timeout=0.4)


def test_a_change_while_the_text_is_checked_is_never_answered_with_the_text_before(editor: Editor, uri: str) -> None:
    for number in range(6):
        editor.change(uri, SHOP.replace("posture: production", f"posture: p{number}"))
        time.sleep(0.17)
    last = editor.change(uri, SHOP)
    versions = []
    while True:
        told = editor.published[uri].get(timeout=60)
        versions.append(told["version"])
        if told["version"] == last:
            break
    assert told["diagnostics"] == []
    assert versions == sorted(versions)


def test_closing_takes_the_diagnostics_away(editor: Editor) -> None:
    opened = editor.open(SHOP.replace("{jobs: send", "{jbos: send"), "closed.yaml")
    assert editor.diagnostics(opened)
    editor.close(opened)
    assert editor.published[opened].get(timeout=60)["diagnostics"] == []
    assert editor.at("hover", opened, 6, 3) is None


def test_another_document_is_left_alone(editor: Editor) -> None:
    others = [
        editor.open("version: 2\nbuild: {os: x}\nservices: [a]\n", "docker.yaml"),
        editor.open("platform: shop\nqueues: 3\n", "notes.md", "markdown"),
        editor.open("platforms: [", "more.yaml"),
    ]
    for other in others:
        assert editor.at("completion", other, 0, 0) is None
        assert editor.at("hover", other, 0, 2) is None
        editor.change(other, "a: [")
        editor.close(other)
    time.sleep(0.4)
    assert all(editor.published[other].empty() for other in others)


def test_a_document_that_becomes_no_spec_has_no_diagnostics(editor: Editor, uri: str) -> None:
    assert editor.diagnostics(uri, editor.change(uri, SHOP.replace("queues", "queeus")))
    assert editor.diagnostics(uri, editor.change(uri, "version: 3\n")) == []


def test_the_modeline_makes_an_empty_document_a_spec(editor: Editor) -> None:
    opened = editor.open("# yaml-language-server: $schema=../platform.schema.json\n", "fresh.yaml")
    (found,) = editor.diagnostics(opened)
    assert found["code"] == "empty-file"
    labels = {one["label"] for one in editor.at("completion", opened, 1, 0)["items"]}
    assert {"platform", "environments", "queues"} <= labels
    editor.close(opened)


def test_a_given_file_is_a_spec_and_its_lock_file_is_watched(tmp_path: Path) -> None:
    spec = tmp_path / "given.yaml"
    wish = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with Editor(str(spec), options=wish) as running:
        opened = spec.as_uri()
        running.published[opened] = queue.Queue()
        about = {"uri": opened, "languageId": "yaml", "version": 1, "text": "queues: {jobs: {}}\n"}
        running.notify("textDocument/didOpen", textDocument=about)
        assert {one["code"] for one in running.diagnostics(opened)} == {"missing-property"}
        changed = [{"uri": (tmp_path / "given.lock.json").as_uri(), "type": 1}]
        running.notify("workspace/didChangeWatchedFiles", changes=changed)
        assert running.diagnostics(opened)
    assert running.asked == ["client/registerCapability"]
