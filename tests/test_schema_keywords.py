"""Each `x-` keyword of the schemas is known: it is in its place, has its form, and names what is there."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from compiler.language.facts import fact
from compiler.language.schema import load_schema, schema_folder
from compiler.language.unique_names import UNIQUE
from compiler.meaning.existing_facts import HOLE
from compiler.source.json_value import Json

ROOT = Path(__file__).parent.parent
META = json.loads((ROOT / "tests" / "keywords.schema.json").read_text(encoding="utf-8"))
KEYWORDS: Mapping[str, Mapping[str, Json]] = {part: META["$defs"][part]["properties"] for part in ("kind", "setting")}
PAGE = ROOT / "docs" / "schema-keywords.md"
SCHEMA = load_schema()
KINDS = sorted(SCHEMA.kinds)
FILES = [*sorted((schema_folder() / "kinds").glob("*.json")), ROOT / "tests" / "made_up" / "brokers.schema.json"]
VALUES = ("default", "examples", "enum", "const")
"""Keywords of JSON Schema that hold values, in which nothing is a keyword."""
NAMED = ("properties", "$defs")
INTERNAL = {"x-names"}
"""Marks in the compiler's own data that look like a keyword."""


def below(schema: Json) -> Iterator[Mapping[str, Json]]:
    """Every schema inside `schema`, itself left out."""
    for key, child in schema.items():
        if key in VALUES or key.startswith("x-"):
            continue
        for one in child.values() if key in NAMED else child if isinstance(child, list) else (child,):
            if isinstance(one, Mapping):
                yield one
                yield from below(one)


def said(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in schema.items() if key.startswith("x-")}


def faults(schema: Mapping[str, Json], part: str) -> list[str]:
    asked = {"$ref": f"#/$defs/{part}", "$defs": META["$defs"]}
    found = Draft202012Validator(asked, format_checker=FormatChecker()).iter_errors(said(schema))
    return [f"{'.'.join(map(str, one.absolute_path))}: {one.message}" for one in found]


def all_faults(kind: Mapping[str, Json]) -> list[str]:
    return [*faults(kind, "kind"), *(fault for one in below(kind) for fault in faults(one, "setting"))]


def test_the_meta_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(META)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_keywords_of_a_kind(file: Path) -> None:
    assert all_faults(json.loads(file.read_text(encoding="utf-8"))) == []


def test_keywords_of_the_header_and_the_shared_definitions() -> None:
    assert [fault for one in (SCHEMA.base, *below(SCHEMA.base)) for fault in faults(one, "setting")] == []


@pytest.mark.parametrize(
    ("place", "keyword", "value"),
    [
        ((), "x-verb", {"read": "Read."}),
        ((), "x-reference", "log"),
        ((), "x-layer", "databse"),
        ((), "x-verbs", ["read"]),
        ((), "x-verbs", {"read": ""}),
        ((), "x-singleton", False),
        ((), "x-needs", ["network"]),
        ((), "x-logical-id", "queue"),
        ((), "x-existing", {"resources": {}, "answers": {}, "offers": []}),
        ((), "x-existing", {"resource": {"AWS::SQS::Queue": "{name}"}}),
        ((), "x-physical-name", {"type": "AWS::SQS::Queue", "property": "QueueName"}),
        (("properties", "fifo"), "x-layer", "data"),
        (("properties", "fifo"), "x-refrence", "log"),
        (("properties", "fifo"), "x-or-arn", True),
        (("properties", "fifo"), "x-posture", {"prod": True}),
        (("properties", "fifo"), "x-claims", "queue"),
        (("properties", "fifo"), "x-schedule", ["cron"]),
        (("properties", "fifo"), "x-schedule", {"takes": ["daily"]}),
        (("properties", "fifo"), "x-expects", "A sentence."),
    ],
)
def test_a_misspelt_a_misplaced_and_a_malformed_keyword_is_found(
    place: tuple[str, ...], keyword: str, value: Json
) -> None:
    kind = copy.deepcopy(json.loads((schema_folder() / "kinds" / "queues.schema.json").read_text(encoding="utf-8")))
    inner = kind
    for step in place:
        inner = inner[step]
    inner[keyword] = value
    assert all_faults(kind) != []


def settings(kind: Mapping[str, Json]) -> set[str]:
    return set(kind["properties"])


def inside(schema: Mapping[str, Json], word: Sequence[str]) -> bool:
    """Whether there is a setting, which may stand inside others."""
    first, *rest = word
    known = schema.get("properties", {})
    return first in known and (not rest or inside(known[first], rest))


@pytest.mark.parametrize("section", KINDS)
def test_what_a_kind_names_is_there(section: str) -> None:
    kind = SCHEMA.kinds[section]
    offered = {*kind.get("x-verbs", {}), *kind.get("x-offers", {})}
    assert {*kind.get("x-network-verbs", ())} <= offered
    of_settings = {kind[key] for key in ("x-layer-of", "x-verbs-of", "x-attributes-of") if key in kind}
    of_settings |= {*kind.get("x-peers", {}).values(), *kind.get("x-verbs-of-each", {}).values()}
    assert {*kind.get("x-verbs-of-each", {})} <= {*kind.get("x-verbs", {})}
    named = kind.get("x-physical-name", {})
    of_settings |= {*named.get("suffix", {}), *([named["unless"]] if "unless" in named else [])}
    for need, when in kind.get("x-needs", {}).items():
        assert SCHEMA.singleton(need)
        assert when is True or inside(kind, when.split("."))
    assert of_settings <= settings(kind)


@pytest.mark.parametrize("section", [one for one in KINDS if "x-existing" in SCHEMA.kinds[one]])
def test_what_an_existing_one_names_is_there(section: str) -> None:
    kind = SCHEMA.kinds[section]
    about, existing = kind["x-existing"], SCHEMA.deref(kind["properties"]["existing"])
    assert {*about["offers"]} <= {*kind.get("x-verbs", {}), *kind.get("x-offers", {})}
    assert {*about.get("lacks", ())} <= {*kind.get("x-attributes", {})}
    assert {*about.get("with", ()), *about.get("by", ())} <= settings(kind)
    assert {*about.get("needs", ())} <= {*about.get("with", ())}
    assert {*about.get("knows", ())} <= {*about.get("finds", ())}
    assert {*about.get("abroad", {})} <= SCHEMA.kinds.keys()
    words = set(_words(existing)) | {"id", "arn", "address", "name", "partition", "region", "account", "suffix"}
    for texts in about["answers"].values():
        for hole in (hole for text in texts.values() for hole in HOLE.findall(text)):
            assert {*hole.split(":")[0].split("|")} <= words, hole
    assert {*about.get("finds", ())} <= words


def _words(existing: Mapping[str, Json], before: str = "") -> Iterator[str]:
    for name, about in existing.get("properties", {}).items():
        yield f"{before}{name}"
        yield from _words(SCHEMA.deref(about), f"{before}{name}.")


def test_what_a_setting_names_is_there() -> None:
    offers = {offer for kind in SCHEMA.kinds.values() for offer in kind.get("x-offers", {})}
    verbs = {verb for kind in SCHEMA.kinds.values() for verb in kind.get("x-verbs", {})}
    for one in (found for schema in (SCHEMA.base, *SCHEMA.kinds.values()) for found in below(schema)):
        assert "x-reference" not in one or one["x-reference"] in offers
        assert "x-keys-name-components" not in one or one["x-keys-name-components"] in verbs | offers | {"alarm"}
        assert "x-claims" not in one or one["x-claims"] in UNIQUE
        assert "x-known" not in one or fact(one["x-known"]).lists


def test_an_offer_is_wanted_by_somebody() -> None:
    """By a setting, or by a module that asks for it."""
    wanted = {one.get("x-reference") for schema in (SCHEMA.base, *SCHEMA.kinds.values()) for one in below(schema)}
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "compiler").rglob("*.py"))
    for section, kind in SCHEMA.kinds.items():
        for offer in kind.get("x-offers", {}):
            assert offer in wanted or re.search(rf'(able|offering)\([^)]*"{offer}"\)', code), f"{section}: {offer}"


def _in_code() -> set[str]:
    """Texts of the code that are nothing but a keyword; API Gateway's extensions of OpenAPI and headers are none."""
    found = set()
    rooms = ("compiler", "linter", "reviewer", "deployer")
    for path in (path for room in rooms for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if re.fullmatch(r"x-(?!amz|amazon|api|request)[a-z-]+", node.value) else set()
    return found


def test_the_code_reads_every_keyword_and_no_other() -> None:
    assert _in_code() - INTERNAL == {*KEYWORDS["kind"], *KEYWORDS["setting"]}


def test_every_keyword_is_used() -> None:
    every = [(schema, *below(schema)) for schema in (SCHEMA.base, *SCHEMA.kinds.values())]
    used = {key for schemas in every for one in schemas for key in said(one)}
    assert used == {*KEYWORDS["kind"], *KEYWORDS["setting"]}


def test_the_page_explains_every_keyword() -> None:
    """Under the heading of its place, each with what the meta-schema says of it as its first words."""
    text = PAGE.read_text(encoding="utf-8")
    for part, title in (("kind", "Of a kind"), ("setting", "Of a setting")):
        chapter = text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
        explained = dict(re.findall(r"\n### `(x-[a-z-]+)`\n\n(.+?)(?=\n\n|\n*\Z)", chapter, re.DOTALL))
        known = {name: about for name, about in KEYWORDS[part].items() if "description" in about}
        assert list(explained) == list(known)
        for name, words in explained.items():
            assert " ".join(words.split()).startswith(known[name]["description"]), name


def test_the_page_explains_every_word_of_existing_and_of_physical_names() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for keyword in ("x-existing", "x-physical-name"):
        chapter = text.split(f"\n### `{keyword}`\n", 1)[1].split("\n### ", 1)[0]
        shown = re.findall(r"^\| `([a-z_]+)` \|", chapter, re.MULTILINE)
        assert shown == list(KEYWORDS["kind"][keyword]["properties"])
