"""Pictures of a platform: what is in them, how much of it is folded, and that no name breaks their languages."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner

from cli import main
from compiler.pipeline import program_of
from compiler.program.component import Platform
from compiler.program.program import Program
from compiler.source.diagnostics import SpecError
from reviewer.graph.draw import FORMS, LAYERS, Wish, picture
from reviewer.graph.layout import Box, laid_out, size
from reviewer.graph.model import Graph, Link, Node, around, folded

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


@pytest.mark.parametrize(("depth", "names"), [(1, "abc"), (2, "abcd"), (9, "abcd"), (10**12, "abcd")])
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
    [
        ("wev", "unknown-component", "did you mean 'web'?"),
        ("", "unknown-component", "available:"),
        ("api", "ambiguous-component", "domains.api, firewalls.api"),
    ],
)
def test_around_something_else_is_told(near: str, code: str, helps: str) -> None:
    with pytest.raises(SpecError) as problem:
        drawn("perfectmatch", "prod", "uses", near)
    (fault,) = problem.value.diagnostics
    assert fault.code == code
    assert helps in fault.suggestion


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
