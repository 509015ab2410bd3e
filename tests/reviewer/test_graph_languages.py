"""The languages of pictures: no text breaks them, and their own programs read what was meant."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reviewer.graph.draw import FORMS
from reviewer.graph.model import Graph, Link, Node, folded
from reviewer.graph.names import identifiers
from tests.reviewer.test_graph import ALL, GOLDENS, ROOT, SVG, drawn

TOOLS = ROOT / ".graph-tools"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TEXT = st.text(max_size=12)
NODE = re.compile(r' *(c_\w*)\["[\w .,:/()#;-]*"\](:::outside)?')
LINE = re.compile(
    r' *(c_\w+\["[\w .,:/()#;-]*"\](:::outside)?|subgraph c_\w+\["[\w .,:/()#;-]*"\]|end'
    r'|c_\w+ -->\|"[\w .,:/()#;-]*"\| c_\w+|classDef outside stroke-dasharray: 4 3)'
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs with any text where names of people stand."""
    names = draw(st.lists(TEXT, min_size=1, max_size=5, unique=True))
    group = st.sampled_from(["", "the end", 'a "group" of\nothers'])
    nodes = [Node(name, draw(TEXT), draw(group), draw(st.booleans())) for name in names if name not in ("the end",)]
    ends = [one.name for one in nodes]
    pairs = draw(st.lists(st.tuples(st.sampled_from(ends), st.sampled_from(ends)), max_size=6)) if ends else []
    return folded(Graph(draw(TEXT), tuple(nodes), tuple(Link(a, b, (draw(TEXT),)) for a, b in pairs)))


@given(graphs())
def test_no_text_breaks_mermaid(graph: Graph) -> None:
    opening, title, closing, kind, *lines = FORMS["mermaid"](graph).split("\n")[:-1]
    assert (opening, closing, kind) == ("---", "---", "flowchart LR")
    assert isinstance(yaml.safe_load(title)["title"], str)
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert sum(bool(NODE.fullmatch(line)) for line in lines) == len(graph.nodes)


@given(graphs())
def test_no_text_breaks_dot(graph: Graph) -> None:
    """Outside of quotation marks nothing but its own words is left, and each bracket is closed."""
    text = FORMS["dot"](graph)
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "''", text)
    assert '"' not in bare
    assert re.fullmatch(r"[\w\s{}\[\]=,;'>-]*", bare)
    assert bare.count("->") == len(graph.links)
    assert bare.count("{") == bare.count("}") == 1 + len(graph.groups)


@given(graphs())
def test_no_text_breaks_svg(graph: Graph) -> None:
    root = ElementTree.fromstring(FORMS["svg"](graph))
    assert len(root.findall(f"{SVG}path")) == len(graph.links)
    rows = [one for one in root.findall(f"{SVG}rect") if one.get("class") in ("node", "outside")]
    assert len(rows) == len(graph.nodes)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        *("svg", "title", "style", "defs", "marker", "path", "rect", "text"),
    }


@given(st.lists(st.text(alphabet="ab-_. Ä", max_size=6), unique=True))
def test_identifiers_are_unique(names: list[str]) -> None:
    found = identifiers(names)
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch(r"c_\w*", one) for one in found.values())


WILD = Graph(
    'a "title": #1; </script>',
    (
        Node("end", 'end "of" [it] | #quot;'),
        Node("graph", "`a` <b> & c"),
        Node("x", "x", "the end\\"),
        Node("y", "é", "the end\\"),
    ),
    (
        Link("end", "graph", ("a | b", '"c"')),
        Link("x", "y", ("-->",)),
        Link("end", "the end\\", ("subgraph",)),
    ),
)


def everything() -> list[Graph]:
    return [WILD, *(drawn(name, environment, layer) for name, environment, layer in ALL)]


@pytest.mark.slow
@pytest.mark.skipif(not TOOLS.exists() or not shutil.which("node"), reason="run 'make graph-tools'")
def test_graphviz_reads_what_was_meant() -> None:
    shutil.copy(GOLDENS / "dot.mjs", TOOLS)
    texts = json.dumps([FORMS["dot"](graph) for graph in everything()])
    ran = subprocess.run(["node", TOOLS / "dot.mjs"], input=texts, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [[len(one.nodes), len(one.links), len(one.groups)] for one in everything()]


PAGE = """<body><script src="SOURCE"></script><script>
const texts = TEXTS;
mermaid.initialize({startOnLoad: false});
(async () => {
  const found = [];
  for (const [index, text] of texts.entries()) {
    try {
      const { svg } = await mermaid.render("g" + index, text);
      const page = new DOMParser().parseFromString(svg, "text/html");
      found.push(["g.node", "g.cluster", "path.flowchart-link"].map((one) => page.querySelectorAll(one).length));
    } catch (problem) { found.push(String(problem)); }
  }
  document.body.innerHTML = "";
  const answer = document.createElement("pre");
  answer.id = "answer";
  answer.textContent = JSON.stringify(found);
  document.body.append(answer);
})();
</script></body>"""


@pytest.mark.slow
@pytest.mark.skipif(not TOOLS.exists() or BROWSER is None, reason="run 'make graph-tools', and install Chromium")
def test_mermaid_draws_what_was_meant(tmp_path: Path) -> None:
    source = (TOOLS / "node_modules/mermaid/dist/mermaid.min.js").as_uri()
    texts = json.dumps([FORMS["mermaid"](graph) for graph in everything()]).replace("</", "<\\/")
    file = tmp_path / "page.html"
    file.write_text(PAGE.replace("SOURCE", source).replace("TEXTS", texts), encoding="utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom"]
    ran = subprocess.run([*command, file.as_uri()], capture_output=True, text=True, check=True, timeout=300)
    (answer,) = re.findall(r'<pre id="answer">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert json.loads(answer) == [[len(one.nodes), len(one.groups), len(one.links)] for one in everything()]
