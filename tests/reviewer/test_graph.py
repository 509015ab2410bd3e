"""Pictures of a platform: what is in them, how much of it is folded, and that no name breaks their languages."""

from __future__ import annotations

import functools
import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli import main
from compiler.pipeline import program_of
from compiler.program.component import Platform
from compiler.program.program import Program
from compiler.source.diagnostics import SpecError
from reviewer.graph.draw import FORMS, LAYERS, Wish, picture
from reviewer.graph.layout import Box, laid_out, size
from reviewer.graph.model import Graph, Link, Node, around, folded
from reviewer.graph.names import identifiers

TOOLS = Path(__file__).parent.parent.parent / ".graph-tools"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROOT = Path(__file__).parent.parent.parent
GOLDENS = Path(__file__).parent / "graph"
SPECS = sorted((ROOT / "spec").glob("*.yaml"))
SHOWN = ("rayman-portfolio", "prod")
SVG = "{http://www.w3.org/2000/svg}"


@functools.cache
def drawn(name: str, environment: str, layer: str, near: str | None = None, depth: int = 1) -> Graph:
    return picture(*built(name, environment), Wish(layer, near, depth))


@functools.cache
def built(name: str, environment: str) -> tuple[Platform, Program]:
    return program_of(str(ROOT / "spec" / f"{name}.yaml"), environment)


def last(spec: Path) -> str:
    """The environment that has most."""
    return str([*yaml.safe_load(spec.read_text())["environments"]][-1])


ALL = [(spec.stem, last(spec), layer) for spec in SPECS for layer in LAYERS]


@pytest.mark.parametrize(("layer", "form"), [*itertools.product(LAYERS, FORMS)])
def test_pictures_are_as_they_were(layer: str, form: str, update: bool) -> None:
    text = FORMS[form](drawn(*SHOWN, layer))
    file = GOLDENS / f"{SHOWN[0]}-{layer}.{ {'mermaid': 'mmd'}.get(form, form) }"
    if update:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source, link.target, ", ".join(link.labels)) for link in graph.links}


def test_the_network_has_each_port_once_and_the_ways_out() -> None:
    graph = drawn("perfectmatch", "prod", "network")
    assert {
        ("services.web", "databases.members", "5432"),
        ("services.chat", "caches.cache", "6379"),
        ("load_balancer", "services.web", "8080"),
        ("apis.public", "load_balancer", "443"),
        ("private subnets, with a way out", "the internet", "443"),
        ("private subnets, with a way out", "VPC endpoints", "443"),
    } <= links(graph)
    assert not any(source.startswith("isolated") or source == "caches.cache" for source, *_ in links(graph))
    assert {one.name for one in graph.groups["isolated subnets"]} == {
        "caches.cache",
        "databases.members",
        "documents.profiles",
    }


def test_the_network_shows_whom_the_internet_reaches() -> None:
    assert ("the internet", "databases.main", "5432 from 203.0.113.0/24") in links(drawn("amianai", "prod", "network"))


def test_uses_are_those_of_the_spec() -> None:
    found = links(drawn(*SHOWN, "uses"))
    assert ("services.web", "buckets.media", "read, write") in found
    assert ("functions", "databases.main", "connect") in found, "both functions do"
    assert ("functions.worker", "queues.processing", "trigger") in found
    platform, _ = built(*SHOWN)
    verbs = {(edge.source, edge.target, edge.verb) for edge in platform.edges}
    assert unfolded(drawn(*SHOWN, "uses")) == verbs


def unfolded(graph: Graph) -> set[tuple[str, str, str]]:
    """Each link of a group as those of its nodes, and each label by itself."""
    inside = {name: [one.name for one in nodes] for name, nodes in graph.groups.items()}
    found: set[tuple[str, str, str]] = set()
    for link in graph.links:
        sources, targets = (inside.get(end, [end]) for end in (link.source, link.target))
        found |= set(itertools.product(sources, targets, link.labels))
    return found


@pytest.mark.parametrize(("name", "environment", "layer"), ALL)
def test_folding_loses_nothing(name: str, environment: str, layer: str) -> None:
    whole = LAYERS[layer](*built(name, environment))
    assert unfolded(folded(whole)) == unfolded(whole)


def test_the_largest_pictures_stay_small() -> None:
    assert len(drawn("homeforpup", "prod", "uses").links) <= 15, "two components use twelve tables"
    assert len(drawn("ai-community", "prod", "uses").links) <= 45


def test_components_without_connections_are_apart() -> None:
    assert {one.name for one in drawn(*SHOWN, "uses").groups["without connections"]} >= {"network", "encryption"}


CHAIN = Graph(
    "chain", tuple(Node(one, one) for one in "abcde"), tuple(Link(a, b, ("use",)) for a, b in ("ab", "bc", "cd"))
)


@pytest.mark.parametrize(("depth", "names"), [(1, "abc"), (2, "abcd"), (9, "abcd")])
def test_around_goes_both_ways(depth: int, names: str) -> None:
    assert "".join(one.name for one in around(CHAIN, "b", depth).nodes) == names


def test_around_takes_the_names_that_uses_takes() -> None:
    assert drawn(*SHOWN, "uses", "web") == drawn(*SHOWN, "uses", "services.web")
    assert {one.name for one in drawn(*SHOWN, "uses", "cdn.site").nodes} >= {
        "cdn.site",
        "buckets.static",
        "apis.public",
    }


@pytest.mark.parametrize(
    ("near", "code", "helps"),
    [("wev", "unknown-component", "did you mean 'web'?"), ("api", "ambiguous-component", "domains.api, firewalls.api")],
)
def test_around_something_else_is_told(near: str, code: str, helps: str) -> None:
    with pytest.raises(SpecError) as problem:
        drawn("perfectmatch", "prod", "uses", near)
    (fault,) = problem.value.diagnostics
    assert fault.code == code
    assert helps in fault.suggestion


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


@pytest.mark.parametrize(("name", "environment", "layer"), ALL)
def test_nothing_covers_anything(name: str, environment: str, layer: str) -> None:
    boxes = laid_out(drawn(name, environment, layer))
    width, height = size(boxes)
    assert not [(a.name, b.name) for a, b in itertools.combinations(boxes, 2) if touching(a, b)]
    assert all(one.left >= 0 and one.left + one.width <= width and one.top + one.height <= height for one in boxes)


def touching(one: Box, other: Box) -> bool:
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    return not beside and one.top < other.top + other.height and other.top < one.top + one.height


def areas(text: str) -> tuple[list[Mapping[str, str]], list[Mapping[str, str]]]:
    """Rectangles of nodes and of labels."""
    found: list[Mapping[str, str]] = [one.attrib for one in ElementTree.fromstring(text).findall(f"{SVG}rect")]
    nodes = [one for one in found if one.get("class") in ("node", "outside")]
    return nodes, [one for one in found if one.get("class") == "behind"]


def test_labels_stand_beside_nodes_and_each_other() -> None:
    for layer in LAYERS:
        nodes, labels = areas(FORMS["svg"](drawn(*SHOWN, layer)))
        assert not [1 for label in labels for node in nodes if overlap(label, node)]
        assert not [1 for one, other in itertools.combinations(labels, 2) if overlap(one, other)]


def overlap(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    (a, b, c, d), (e, f, g, h) = ([int(each[key]) for key in ("x", "y", "width", "height")] for each in (one, other))
    return min(a + c, e + g) - max(a, e) > 1 and min(b + d, f + h) - max(b, f) > 1


def run(*arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(main, ["graph", *arguments])
    return ran.exit_code, ran.output


def test_the_command_prints_or_writes(tmp_path: Path) -> None:
    spec, file = str(ROOT / "spec" / "rayman-portfolio.yaml"), tmp_path / "web.svg"
    near = (spec, "--env", "prod", "--around", "web", "--format", "svg")
    status, printed = run(*near)
    assert (status, run(*near, "--output", str(file))) == (0, (0, f"{file}\n"))
    assert file.read_text(encoding="utf-8") == printed
    assert printed == FORMS["svg"](drawn(*SHOWN, "uses", "services.web"))


def test_the_command_tells_what_it_can_not_do(tmp_path: Path) -> None:
    spec = str(ROOT / "spec" / "rayman-portfolio.yaml")
    assert run(spec, "--env", "prod", "--depth", "2")[0] == 2
    assert run(spec, "--env", "nowhere")[0] == 1
    status, output = run(spec, "--env", "prod", "--output", str(tmp_path / "no" / "such.svg"))
    assert status == 1
    assert "unwritable-output" in output


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
