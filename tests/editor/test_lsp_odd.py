"""Whatever comes: encodings, documents that are odd or unknown, every platform."""

from __future__ import annotations

import pytest

from tests.editor.lsp import ROOT, Editor, RefusedError
from tests.editor.shop import SHOP, at, pointed


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
    "a tab before a comment": "platform: shop\t# here\n",
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
