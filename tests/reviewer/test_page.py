"""The page in a real browser: it filters and folds, and is dark or light. Needs Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reviewer.page import page
from tests.reviewer.compiling import review_of
from tests.reviewer.test_large_reviews import large

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ASK = """<script>
const answer = document.createElement("pre");
answer.id = "answer";
answer.textContent = JSON.stringify((() => { %s })());
document.body.append(answer);
</script></body>"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")]


def asked(html: str, script: str, folder: Path) -> str:
    """What a script in the page finds, run in the browser after the page's own."""
    file = folder / "page.html"
    file.write_text(html.replace("</body>", ASK.replace("%s", script)), encoding="utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", file.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found: list[str] = re.findall(r'<pre id="answer">(.*?)</pre>', ran.stdout, re.DOTALL)
    return found[0]


def test_the_filter_leaves_the_rows_with_all_words(tmp_path: Path) -> None:
    script = """
      const search = document.getElementById("search");
      search.value = "queue-599 redrivepolicy";
      search.dispatchEvent(new Event("input"));
      const shown = [...document.querySelectorAll("details[data-text]")].filter((row) => row.offsetParent !== null);
      const count = document.getElementById("count").textContent;
      return [shown.length, shown[0].querySelector("strong").textContent, count];
    """
    assert asked(page([large(600)]), script, tmp_path) == '[1,"queues.queue-599","1 shown"]'


def test_details_open_and_close_together(tmp_path: Path) -> None:
    script = """
      const open = () => [...document.querySelectorAll("details")].filter((one) => one.open).length;
      const found = [open()];
      for (const _ of [1, 2]) { document.getElementById("fold").click(); found.push(open()); }
      return found;
    """
    assert asked(page([review_of("renamed-queue", tmp_path)]), script, tmp_path) == "[0,3,0]"


def test_the_theme_changes_and_text_can_be_read_in_both(tmp_path: Path) -> None:
    script = """
      const sum = (colour) => colour.match(/[0-9]+/g).reduce((total, part) => total + Number(part), 0);
      const style = () => getComputedStyle(document.body);
      const look = () => [sum(style().color), sum(style().backgroundColor)];
      const found = look();
      document.getElementById("theme").click();
      return [...found, ...look()];
    """
    ink, paper, dark_ink, dark_paper = map(int, re.findall(r"[0-9]+", asked(page([large(1)]), script, tmp_path)))
    assert paper - ink > 400
    assert dark_ink - dark_paper > 400


def test_no_text_is_cut_off_on_a_narrow_screen(tmp_path: Path) -> None:
    script = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1;"
    assert asked(page([review_of("public-service", tmp_path)]), script, tmp_path) == "true"
