"""`stackwright lsp`, over its standard input and output, as an editor uses it."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from tests.editor.lsp import CURSOR, ROOT, Editor, RefusedError, applied, cursor, units

RENAMES = {"workspace": {"workspaceEdit": {"documentChanges": True}}}
RENAMES |= {"textDocument": {"rename": {"prepareSupport": True}}}
SHOP = """\
# 🐕 Grüße
platform: shop
environments:
  dev: {posture: development, queues: {jobs: {retention_days: 2}}}
  prod: {posture: production}
queues:
  jobs: {}
  mails: {}
functions:
  worker:
    runtime: python3.13
    code: ./worker
    handler: app.handler
    uses: {jobs: send, mails: send}
    environment: {LINK: "🐕 ${jobs.url}"}
"""
ORDERED = "abcdefgh"


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor(options=RENAMES) as running:
        yield running
    assert running.process.returncode == 0
    assert running.errors == []


@pytest.fixture
def uri(editor: Editor, request: pytest.FixtureRequest) -> Iterator[str]:
    """The shop, open and valid."""
    opened = editor.open(SHOP, f"{request.node.name}.yaml".replace("[", "-").replace("]", "-"))
    assert editor.diagnostics(opened) == []
    yield opened
    editor.close(opened)


def where(text: str, word: str, nth: int = 0) -> Json:
    """The range of a word in a text."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(word, start + 1)
    before = text[:start]
    line, character = before.count("\n"), units(before.rpartition("\n")[2])
    end = {"line": line, "character": character + units(word)}
    return {"start": {"line": line, "character": character}, "end": end}


def at(editor: Editor, method: str, uri: str, written: str, **more: Json) -> Json:
    """The answer about the cursor in a text that is open without it."""
    _, line, character = cursor(written)
    return editor.at(method, uri, line, character, **more)


def pointed(text: str) -> str:
    return SHOP.replace(text.replace(CURSOR, ""), text, 1)


# Diagnostics


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


# Names


def test_definition_references_and_highlights(editor: Editor, uri: str) -> None:
    declared = {"uri": uri, "range": where(SHOP, "jobs", 1)}
    for written in ("{jo‸bs: send", "${jobs‸.url", "‸jobs: {retention", "  ‸jobs: {}"):
        assert at(editor, "definition", uri, pointed(written)) == [declared]
    every = [where(SHOP, "jobs", nth) for nth in range(4)]
    whole = at(editor, "references", uri, pointed("${j‸obs.url"), context={"includeDeclaration": True})
    assert [one["range"] for one in whole] == every
    rest = at(editor, "references", uri, pointed("${j‸obs.url"), context={"includeDeclaration": False})
    assert [one["range"] for one in rest] == [every[0], *every[2:]]
    marked = at(editor, "documentHighlight", uri, pointed("${j‸obs.url"))
    assert [(one["range"], one["kind"]) for one in marked] == list(zip(every, [2, 3, 2, 2], strict=True))


def test_nothing_is_named_elsewhere(editor: Editor, uri: str) -> None:
    assert at(editor, "definition", uri, pointed("plat‸form")) == []


def test_the_outline_has_sections_and_components(editor: Editor, uri: str) -> None:
    found = editor.request("textDocument/documentSymbol", textDocument={"uri": uri})
    told = {one["name"]: [child["name"] for child in one["children"]] for one in found}
    assert told == {
        "platform": [],
        "environments": ["dev", "prod"],
        "queues": ["jobs", "mails"],
        "functions": ["worker"],
    }
    assert found[2]["children"][0]["selectionRange"] == where(SHOP, "jobs", 1)


def test_a_rename_writes_the_name_before(editor: Editor, uri: str) -> None:
    prepared = at(editor, "prepareRename", uri, pointed("${jo‸bs.url"))
    assert prepared == {"range": where(SHOP, "jobs", 3), "placeholder": "jobs"}
    made = at(editor, "rename", uri, pointed("${jo‸bs.url"), newName="orders")
    (changed,) = made["documentChanges"]
    assert changed["textDocument"] == {"uri": uri, "version": 1}
    text = applied(SHOP, changed["edits"])
    assert text == SHOP.replace("jobs: {}", "jobs: {renamed_from: jöbs}").replace("jobs", "orders").replace("ö", "o")
    assert editor.diagnostics(uri, editor.change(uri, text)) == []
    assert editor.messages[-1] == "environment variables of functions.worker have the new name; 'as' keeps the old one"


@pytest.mark.parametrize(
    ("written", "name", "why"),
    [
        ("${jo‸bs.url", "Jobs", "invalid name 'Jobs'"),
        ("${jo‸bs.url", "mails", "queues.mails has that name already"),
        ("plat‸form", "x", "no component is named here"),
    ],
)
def test_a_rename_is_refused_with_its_reason(editor: Editor, uri: str, written: str, name: str, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        at(editor, "rename", uri, pointed(written), newName=name)


def test_a_rename_that_would_break_the_spec_is_refused(editor: Editor, uri: str) -> None:
    text = SHOP.replace("mails: {}", "mails: &m {retention_days: 3}\n  more: *m")
    assert editor.diagnostics(uri, editor.change(uri, text)) == []
    with pytest.raises(RefusedError, match=r"the spec would be invalid: .*would take the logical ids"):
        at(editor, "rename", uri, text.replace("mails: &m", "mai‸ls: &m"), newName="post")


# Words


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("  jo‸bs: {}", ["**queues.jobs**, queue", "Named by functions.worker", "- `dev`: 4 resources: SQS::Queue ×2"]),
        ("{jo‸bs: send", ["**queues.jobs**, queue", "- `prod`: 4 resources"]),
        ("jobs: se‸nd", ["**send** of queues.jobs"]),
        ("${jobs.u‸rl", ["**queues.jobs.url**"]),
        (
            "retention_da‸ys: 2",
            ["**queues.retention_days**", "Values: integer, 1 to 14", "Default: `4`", "Example: `4`"],
        ),
        ("run‸time", ["**functions.runtime**"]),
        ("pos‸ture", ["**environments.posture**, required"]),
        ("que‸ues:", ["**queues**"]),
    ],
)
def test_what_stands_beside_a_word(editor: Editor, uri: str, written: str, there: list[str]) -> None:
    told = at(editor, "hover", uri, pointed(written))["contents"]
    assert told["kind"] == "markdown"
    assert all(one in told["value"] for one in there), told["value"]


def test_a_default_is_shown_by_posture(editor: Editor, uri: str) -> None:
    text = SHOP + "network: {zones: 2}\n"
    editor.change(uri, text)
    told = at(editor, "hover", uri, text.replace("zones", "zo‸nes"))["contents"]["value"]
    assert "Default: development `2`, staging `3`, production `3`" in told


def test_a_component_of_a_spec_with_errors_says_that_nobody_can_tell(editor: Editor, uri: str) -> None:
    text = SHOP.replace("posture: production", "posture: no")
    editor.change(uri, text)
    assert (
        "The spec has errors"
        in at(editor, "hover", uri, text.replace("  jobs: {}", "  jo‸bs: {}"))["contents"]["value"]
    )


def test_completion_while_the_text_is_no_yaml(editor: Editor, uri: str) -> None:
    text = SHOP.replace("    runtime", "    triggers: [{queue: ‸\n    runtime")
    plain, line, character = cursor(text)
    editor.change(uri, plain)
    found = editor.at("completion", uri, line, character)["items"]
    assert [one["label"] for one in found] == ["jobs", "mails"]


def test_completion_replaces_the_word_behind_wide_characters(editor: Editor, uri: str) -> None:
    text = SHOP.replace("${jobs.url}", "${jobs.na‸}")
    plain, line, character = cursor(text)
    editor.change(uri, plain)
    (chosen,) = [one for one in editor.at("completion", uri, line, character)["items"] if one["label"] == "name"]
    assert applied(plain, [chosen["textEdit"]]) == SHOP.replace("${jobs.url}", "${jobs.name}")


def test_a_quick_fix_mends_what_is_marked(editor: Editor, uri: str) -> None:
    text = SHOP.replace("{jobs: send", "{jbos: send")
    version = editor.change(uri, text)
    (found,) = editor.diagnostics(uri, version)
    about = {"textDocument": {"uri": uri}, "range": found["range"], "context": {"diagnostics": [found]}}
    (action,) = editor.request("textDocument/codeAction", **about)
    assert (action["title"], action["kind"], action["diagnostics"]) == ("Change to 'jobs'", "quickfix", [found])
    (changed,) = action["edit"]["documentChanges"]
    assert changed["textDocument"]["version"] == version
    assert applied(text, changed["edits"]) == SHOP
    about["context"]["only"] = ["source.organizeImports"]
    assert editor.request("textDocument/codeAction", **about) is None


def test_formatting_is_that_of_fmt(editor: Editor, uri: str) -> None:
    text = SHOP.replace("jobs: {}", "jobs:   { }").replace("  worker:", "  worker:   # 🐕 x").replace("\n", "\r\n")
    editor.change(uri, text)
    options = {"tabSize": 2, "insertSpaces": True}
    edits = editor.request("textDocument/formatting", textDocument={"uri": uri}, options=options)
    assert applied(text, edits) == SHOP.replace("  worker:", "  worker: # 🐕 x")
    editor.change(uri, "platform: [")
    assert editor.request("textDocument/formatting", textDocument={"uri": uri}, options=options) == []


# Whatever comes


def test_the_encoding_is_what_the_editor_prefers() -> None:
    with Editor(encodings=("utf-8", "utf-16")) as running:
        assert running.capabilities["positionEncoding"] == "utf-8"
        text = SHOP.replace("🐕 ${jobs.url}", "🐕 ${jobs.link}")
        (found,) = running.diagnostics(running.open(text))
        assert found["range"]["end"]["character"] == len(text.splitlines()[14].encode()) - 1


HUGE = "platform: shop\n" + "# 🐕\n" * 300_000
ODD = {
    "nothing": "",
    "platform": "platform:",
    "a list": "platform: shop\n- a\n",
    "a value": "platform: shop: x",
    "control characters": "platform: \x00\x07",
    "half a character": "platform: \ud83d",
    "deep": "platform: " + "[" * 3000,
    "flow": "platform: {" * 600,
    "a bomb": "platform: x\na: &a [1,1,1,1,1,1,1,1,1]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)),
    "its own anchor": "platform: &a [*a]\n",
    "tabs": "platform:\n\tshop",
    "forms": "platform: 3\nenvironments: [1]\nqueues: {jobs: [1], x: 2, 3: {}}\nfunctions: {f: {uses: [1]}}\nlint: 3\n",
    "huge": HUGE,
}


@pytest.mark.parametrize("name", ODD)
def test_every_request_about_an_odd_document_has_an_answer(editor: Editor, name: str) -> None:
    opened = editor.open(ODD[name], f"odd-{name.replace(' ', '-')}.yaml")
    try:
        for line, character in ((0, 0), (0, 10), (1, 3), (9999, 9999)):
            for method in ("completion", "hover", "definition", "documentHighlight"):
                editor.at(method, opened, line, character)
            editor.at("references", opened, line, character, context={"includeDeclaration": True})
            with pytest.raises(RefusedError):
                editor.at("rename", opened, line, character, newName="x")
                raise RefusedError
        about = {"textDocument": {"uri": opened}}
        editor.request("textDocument/documentSymbol", **about)
        editor.request("textDocument/formatting", **about, options={"tabSize": 2, "insertSpaces": True})
        if name != "nothing":
            assert editor.diagnostics(opened)
    finally:
        editor.close(opened)


def test_unknown_documents_and_requests_do_no_harm(editor: Editor, uri: str) -> None:
    assert editor.at("hover", "file:///nobody/opened.yaml", 1, 1) is None
    assert editor.at("completion", "untitled:Untitled-1", 1, 1) is None
    editor.close("file:///nobody/opened.yaml")
    with pytest.raises(RefusedError):
        editor.request("textDocument/noSuchThing")
    assert at(editor, "definition", uri, pointed("{jo‸bs: send"))


def test_nothing_is_written_beside_the_protocol(editor: Editor) -> None:
    for spec in sorted((ROOT / "spec").glob("*.yaml")):
        opened = editor.open(spec.read_text("utf-8"), spec.name)
        assert not [one for one in editor.diagnostics(opened) if one["severity"] == 1]
        editor.close(opened)
