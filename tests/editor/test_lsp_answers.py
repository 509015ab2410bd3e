"""What `stackwright lsp` answers: names, renames, words, completion, changes."""

from __future__ import annotations

import pytest

from tests.editor.lsp import Editor, RefusedError, applied, cursor
from tests.editor.shop import SHOP, at, pointed, where

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
