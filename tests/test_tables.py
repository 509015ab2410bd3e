"""Settings in a file of their own: the same as in the spec, with errors that lead into the file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from compiler.language.editor import editor_schema
from compiler.language.schema import load_schema
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.json_value import Json
from reviewer.earlier import earlier
from tests.kinds.building import resources

HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
DOMAIN = "domains: {site: {domain: example.com, zone: {create: true}, records: %s}}\n"
PAGE = Path(__file__).parents[1] / "docs" / "dns.md"
WWW = '{type: A, name: www, values: ["203.0.113.7"]}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spec(text: str) -> str:
    Path("spec.yaml").write_text(text, encoding="utf-8")
    return "spec.yaml"


def found(file: str, environment: str = "dev") -> dict[str, Json]:
    return {name: one for root in compile_spec(file, (environment,)) for name, one in resources(root).items()}


def wrong(file: str) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as problem:
        check_spec(file)
    return [(one.code, _where(one)) for one in problem.value.diagnostics]


def _where(one: Diagnostic) -> str:
    return f"{one.place.file}:{one.place.line}:{one.place.column}"


def test_a_table_is_as_good_as_its_content(folder: Path) -> None:
    Path("records.yaml").write_text(f"www: {WWW}\n", encoding="utf-8")
    written = found(spec(HEAD + DOMAIN % "./records.yaml"))
    assert written == found(spec(HEAD + DOMAIN % f"{{www: {WWW}}}"))
    assert "SiteDomainWwwRecord" in written


def test_environments_change_single_entries(folder: Path) -> None:
    Path("dns").mkdir()
    Path("dns/a.yml").write_text(f"www: {WWW}\nold: {WWW.replace('www', 'old')}\n", encoding="utf-8")
    change = "{www: {ttl: 1m}, old: null}"
    head = HEAD.replace("development}", f"development, domains: {{site: {{records: {change}}}}}}}")
    records = found(spec(head + DOMAIN % "dns/a.yml"))
    assert records["SiteDomainWwwRecord"]["Properties"]["TTL"] == "60"
    assert "SiteDomainOldRecord" not in records


def test_an_environment_groups_and_defaults_may_name_one(folder: Path) -> None:
    Path("a.yaml").write_text('"a": {type: CNAME, name: a, values: ["{brand}.example.com"]}\n', encoding="utf-8")
    Path("b.yaml").write_text(f"www: {WWW}\n", encoding="utf-8")
    group = (
        'groups: {brand: {each: {brand: [acme]}, domains: {"{brand}": {domain: "{brand}.net", zone: {create: true}, '
        "records: a.yaml}}}}\ndefaults: {domains: {records: b.yaml}}\n"
    )
    records = found(spec(HEAD + group))
    assert records["AcmeDomainARecord"]["Properties"]["ResourceRecords"] == ["acme.example.com"]
    assert "AcmeDomainWwwRecord" in records
    head = HEAD.replace("development}", "development, domains: {site: {records: b.yaml}}}")
    assert "SiteDomainWwwRecord" in found(spec(head + DOMAIN % "{}"))


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        ("top: {type: CNAME, values: [a.example.com]}\n", "record-conflict", "records.yaml:1:6"),
        (f"a: {WWW}\nb: {WWW}\n", "record-conflict", "records.yaml:2:4"),
        (f"a: {WWW}\nb: {{type: CNAME, name: www, values: [a.example.com]}}\n", "record-conflict", "records.yaml:2:4"),
        (f"a: {WWW}\na: {WWW}\n", "duplicate-key", "records.yaml:2:1"),
        ("mx:\n  type: MX\n  values: [mail.example.com]\n", "bad-record", "records.yaml:3:12"),
        ("srv: {type: SRV, name: a, values: [1 2 a.example.com]}\n", "bad-record", "records.yaml:1:36"),
        ("caa: {type: CAA, values: [amazon.com]}\n", "bad-record", "records.yaml:1:27"),
        ("a: {type: A, ttl: 5x, values: [203.0.113.7]}\n", "bad-time", "records.yaml:1:19"),
        ("a: {typ: A, type: A}\n", "unknown-property", "records.yaml:1:5"),
        ("a: {type: A\n", "yaml-syntax", "records.yaml:2:1"),
        ("- a\n", "not-a-mapping", "records.yaml:1:1"),
        ("", "empty-file", "records.yaml:1:1"),
    ],
)
def test_errors_lead_into_the_file(folder: Path, content: str, code: str, where: str) -> None:
    Path("records.yaml").write_text(content, encoding="utf-8")
    told = wrong(spec(HEAD + DOMAIN % "records.yaml"))
    assert (code, where) in told


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("nowhere.yaml", "missing-file"),
        ("../records.yaml", "bad-value"),
        ("/etc/records.yaml", "bad-value"),
        ("a/../records.yaml", "bad-value"),
        ("records.txt", "bad-value"),
        ('"${env}.yaml"', "bad-value"),
        ('""', "bad-value"),
    ],
)
def test_a_name_that_is_none_is_told_where_it_stands(folder: Path, name: str, code: str) -> None:
    assert wrong(spec(HEAD + DOMAIN % name)) == [(code, "spec.yaml:3:70")]


def test_all_files_are_read_before_the_command_stops(folder: Path) -> None:
    two = DOMAIN.replace("}}\n", "}, more: {domain: a.net, zone: {create: true}, records: more.yaml}}\n") % "a.yaml"
    assert [code for code, _ in wrong(spec(HEAD + two))] == ["missing-file", "missing-file"]


def test_another_revision_has_the_table_of_its_time(folder: Path) -> None:
    def git(*words: str) -> None:
        name = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *name, *words], check=True, capture_output=True)

    Path("dns").mkdir()
    file = spec(HEAD + DOMAIN % "dns/a.yaml")
    Path("dns/a.yaml").write_text(f"www: {WWW}\n", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "a")
    Path("dns/a.yaml").write_text(f"web: {WWW}\n", encoding="utf-8")
    roots = compile_spec(file, ("dev",))
    (before,) = [one for root in roots for one in earlier(file, root, "HEAD").regions.values()]
    old = {name for template in before.templates.values() for name in template["Resources"]}
    new = {name for root in roots for name in resources(root)}
    assert ("SiteDomainWwwRecord" in old, "SiteDomainWebRecord" in new, "SiteDomainWebRecord" in old) == (
        True,
        True,
        False,
    )


def test_editors_take_a_name_and_a_map() -> None:
    validator = Draft7Validator(editor_schema(load_schema()))
    head = {"platform": "demo", "environments": {"dev": {"posture": "development"}}}

    def taken(records: Json) -> bool:
        site = {"domain": "example.com", "zone": {"create": True}, "records": records}
        return validator.is_valid({**head, "domains": {"site": site}})

    assert taken("./dns/records.yaml") and taken({"www": {"type": "A", "name": "www", "values": ["203.0.113.7"]}})
    assert not taken("records") and not taken("../records.yaml") and not taken(["records.yaml"])


def test_the_example_of_the_guide(folder: Path) -> None:
    section = PAGE.read_text(encoding="utf-8").split("## A table of records")[1].split("\n## ")[0]
    table, text = (block.split("\n```")[0] for block in section.split("```yaml\n")[1:])
    Path("dns").mkdir()
    Path("dns/example.com.yaml").write_text(table, encoding="utf-8")
    assert found(spec(text), "prod")["SiteDomainMailRecord"]["Properties"]["TTL"] == "86400"
    assert "SiteDomainMailRecord" not in found("spec.yaml", "test")
