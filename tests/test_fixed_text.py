"""Pointers to what the spec itself fixes: text wherever text is checked, and a pointer wherever one can stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from troposphere import encode_to_dict

from compiler.language.schema import load_schema
from compiler.meaning.fixed_attributes import FixedAttributes
from compiler.pipeline import check_spec
from compiler.program.component import Component, Platform, Value
from compiler.program.existing import known_attributes
from compiler.program.intrinsics import resolved, targets
from compiler.program.parse import parse
from compiler.program.program import build
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources
from tests.kinds.building import platform as platform_of

SCHEMA = load_schema()
GOLDEN = Path(__file__).parent / "golden"
FIXED = [section for section, kind in SCHEMA.kinds.items() if "x-fixed-attributes" in kind]
TOLD = [section for section, kind in SCHEMA.kinds.items() if "fixed" in kind.get("x-existing", {})]
HEAD = "platform: shop\nregion: eu-central-1\nenvironments: {dev: {posture: development}}\n"
SITE = "domains:\n  site: {domain: example.com, zone: {create: true}}\n"


def platforms(golden: str) -> Iterator[Platform]:
    for checked in check_spec(str(GOLDEN / golden / "spec.yaml")):
        data = checked.document.data
        header = (data["platform"], data["environment"], data["posture"], data["region"], data["account"])
        components = parse(checked.document, SCHEMA)
        yield Platform(*header, {}, components, checked.connections.edges, checked.document, SCHEMA)


def fixed(platform: Platform) -> FixedAttributes:
    return FixedAttributes(platform.spec, SCHEMA, lambda component: component.settings)


def of_section(golden: str, section: str) -> Iterator[tuple[Platform, Component]]:
    for platform in platforms(golden):
        yield from ((platform, one) for one in platform.components.values() if one.section == section)


def texts_in(value: Json) -> Iterator[str]:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from texts_in(child)
    else:
        yield str(value)


def agrees(platform: Platform, value: Value, text: str) -> bool:
    """Whether an attribute is `text`, or reads a resource that has it as a property."""
    known = fixed(platform)
    if isinstance(value, str):
        return known.plain("", value, ()) == text
    (target,) = set(targets(encode_to_dict(value)))
    properties = build(platform, ()).resources[target.logical_id].body["Properties"]
    return text in texts_in(properties)


@pytest.mark.parametrize("section", FIXED)
def test_a_fixed_attribute_is_what_the_kind_gives(section: str) -> None:
    declared = SCHEMA.kinds[section]["x-fixed-attributes"]
    assert declared.keys() <= SCHEMA.kinds[section]["x-attributes"].keys()
    goldens = ("naming",) if declared == {"name": "{physical}"} else (f"{section}-fullest", f"{section}-smallest")
    seen = set()
    for golden in goldens:
        for platform, component in of_section(golden, section):
            for attribute in declared:
                text = fixed(platform).text("", f"{component.address}.{attribute}", ())
                if text is not None:
                    seen.add(attribute)
                    assert agrees(platform, component.attributes()[attribute], text), (component.address, attribute)
    assert seen >= {attribute for attribute, pattern in declared.items() if "{physical}" not in pattern}
    assert seen


@pytest.mark.parametrize("section", TOLD)
def test_a_fixed_attribute_of_what_exists_is_what_templates_get(section: str) -> None:
    declared = SCHEMA.kinds[section]["x-existing"]["fixed"]
    lacks = SCHEMA.kinds[section]["x-existing"].get("lacks", ())
    assert declared.keys() <= SCHEMA.kinds[section]["x-attributes"].keys() - set(lacks)
    there = [(platform, one) for platform, one in of_section("existing", section) if one.existing is not None]
    assert there
    for platform, component in there:
        known = known_attributes(platform.document, SCHEMA).texts
        for attribute in declared:
            text = fixed(platform).text("", f"{component.address}.{attribute}", ())
            value = resolved(encode_to_dict(component.attributes()[attribute]), known)
            assert text == (value if isinstance(value, str) else None), (component.address, attribute)


TEXTS = {
    "domain": ("email:\n  mailer: {identity: '${site.name}', domain: site}\n" + SITE, "${site.name}", "example.com"),
    "section first": (SITE, "${domains.site.name}", "example.com"),
    "beside text": (SITE, "https://${site.name}/a", "https://example.com/a"),
    "variables in it": (SITE.replace("example.com", "'${env}.example.com'"), "${site.name}", "dev.example.com"),
    "one after the other": (
        SITE + "  api: {domain: 'api.${site.name}', zone: {id: '${site.zone_id}'}}\n",
        "${api.name}",
        "api.example.com",
    ),
    "default": ("databases:\n  main: {engine: postgres, version: '17'}\n", "${main.port}-${main.name}", "5432-app"),
    "by posture": (
        "functions:\n  web: {runtime: python3.13, code: ./a, handler: a.b}\nnaming: '${platform}-${env}-${name}'\n",
        "${web.name}",
        "shop-dev-web",
    ),
    "parameter": ("parameters:\n  limit: {value: 'seven'}\n", "${limit.value} ${limit.name}", "seven /shop/dev/limit"),
    "existing": (
        "buckets:\n  old: {existing: 'arn:aws:s3:::photos'}\n",
        "${old.name} ${old.arn}",
        "photos arn:aws:s3:::photos",
    ),
}


@pytest.mark.parametrize(("sections", "written", "text"), TEXTS.values(), ids=TEXTS)
def test_text_of_a_pointer(sections: str, written: str, text: str) -> None:
    """A tag takes only what is known, so the text that it gets is the text that the compiler knows."""
    spec = f'{HEAD}tags: {{told: "{written}"}}\n{sections}queues:\n  jobs: {{}}\n'
    assert platform_of(spec).tags["told"] == text


UNKNOWN = {
    "what only AWS knows": "${jobs.arn}",
    "a name that CloudFormation makes": "${jobs.name}",
    "an ARN without account": "${old.arn}",
}


@pytest.mark.parametrize("written", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_fixed_stays_unknown(written: str) -> None:
    spec = f"{HEAD}tags: {{told: '{written}'}}\nqueues:\n  jobs: {{}}\n  old: {{existing: past}}\n"
    assert [one.code for one in faults(spec)] == ["unknown-variable"]


def test_what_is_built_keeps_a_pointer_that_can_stand() -> None:
    worker = "  web: {runtime: python3.13, code: ./a, handler: a.b, environment: {QUEUE: '${jobs.name}'}}\n"
    one = compiled(f"{HEAD}naming: '${{platform}}-${{name}}'\nqueues:\n  jobs: {{}}\nfunctions:\n{worker}")
    variables = resources(one)["WebFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["QUEUE"] != "shop-jobs"


def test_what_is_built_has_text_where_no_pointer_can_stand() -> None:
    one = compiled(f"{HEAD}{SITE}email:\n  mailer: {{identity: '${{site.name}}', domain: site}}\n")
    assert resources(one)["MailerIdentity"]["Properties"]["EmailIdentity"] == "example.com"


def test_a_check_that_refuses_pointers_takes_the_text() -> None:
    spec = f"{HEAD}parameters:\n  range: {{value: 10.4.0.0/16}}\nnetwork: {{cidr: '${{range.value}}'}}\n"
    spec += "databases:\n  main: {engine: postgres, version: '17'}\n"
    assert resources(compiled(spec))["Vpc"]["Properties"]["CidrBlock"] == "10.4.0.0/16"


def test_an_existing_component_takes_what_is_fixed() -> None:
    spec = (
        f"{HEAD}parameters:\n  photos: {{value: photos}}\nbuckets:\n  old: {{existing: '${{photos.value}}-${{env}}'}}\n"
    )
    spec += "functions:\n  web: {runtime: python3.13, code: ./a, handler: a.b, uses: {old: read}}\n"
    assert (
        resources(compiled(spec))["WebFunction"]["Properties"]["Environment"]["Variables"]["OLD_NAME"] == "photos-dev"
    )


def test_checks_of_kinds_see_the_text() -> None:
    spec = f"{HEAD}{SITE}parameters:\n  one: {{parameter_name: '/a/${{site.name}}', value: a}}\n"
    spec += "  two: {parameter_name: /a/example.com, value: b}\n"
    assert [one.code for one in faults(spec)] == ["parameter-taken", "parameter-taken"]


def test_an_ambiguous_name_is_no_text() -> None:
    web = "{runtime: python3.13, code: ./a, handler: a.b, environment: {SITE: '${site.name}'}}"
    spec = f"{HEAD}{SITE}queues:\n  site: {{}}\nfunctions:\n  web: {web}\n"
    assert [one.code for one in faults(spec)] == ["ambiguous-component"]


MALFORMED = {
    "component": "domains: {site: 5}",
    "setting": "domains: {site: {domain: [a], zone: {create: true}}}",
    "engine": "databases: {site: {engine: [a], version: '17'}}",
    "type": "resources: {site: {Type: [a]}}",
    "old name": "queues: {site: {renamed_from: 5}}",
    "existing": "buckets: {site: {existing: [a, {b: 1}]}}",
    "section": "domains: {}",
}


@pytest.mark.parametrize("section", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("attribute", ["name", "port"])
def test_malformed_components_are_told_by_their_schema(section: str, attribute: str) -> None:
    spec = (
        f"{HEAD}naming: '${{platform}}-${{name}}'\n{section}\nemail:\n  mailer: {{identity: '${{site.{attribute}}}'}}\n"
    )
    assert "bad-value" in {one.code for one in faults(spec)}


def test_a_malformed_time_of_a_component_that_is_read_is_told() -> None:
    queues = "naming: '${platform}-${name}'\nqueues: {jobs: {retention_days: 2026-02-30}}"
    spec = f"{HEAD}{queues}\nemail: {{mailer: {{identity: '${{jobs.name}}'}}}}\n"
    assert [one.code for one in faults(spec)] == ["bad-time", "bad-value"]


def test_claimed_names_are_the_text() -> None:
    spec = f"{HEAD}{SITE}jobs:\n  one: {{image: 'example/a:1', logs: {{name: '/x/${{site.name}}'}}}}\n"
    spec += "  two: {image: 'example/a:1', logs: {name: /x/example.com}}\n"
    assert [one.code for one in faults(spec)] == ["claimed-name", "claimed-name"]


QUOTED = {
    "by the schema": (
        "parameters:\n  from: {value: nobody}\nemail:\n  mailer: {identity: '${from.value}'}\n",
        '("${from.value}" is "nobody")',
    ),
    "by a kind, of what is built as text": (
        f"{SITE}email:\n  mailer: {{identity: '${{site.name}}'}}\n  two: {{identity: example.com}}\n",
        '("${site.name}" is "example.com")',
    ),
    "by a kind, of what is built as a pointer": (
        f"{SITE}parameters:\n  one: {{value: a, parameter_name: /a/example.com}}\n"
        "  two: {value: b, parameter_name: '/a/${site.name}'}\n",
        '("/a/${site.name}" is "/a/example.com")',
    ),
}


@pytest.mark.parametrize(("sections", "quote"), QUOTED.values(), ids=QUOTED)
def test_a_fault_of_a_text_quotes_what_was_written(sections: str, quote: str) -> None:
    assert any(one.message.endswith(quote) for one in faults(HEAD + sections))


def test_a_line_that_stands_for_several_components_is_quoted_for_the_first() -> None:
    sections = "parameters:\n  from-a: {value: one}\n  from-b: {value: two}\n"
    mails = "email:\n  'mail-{x}': {each: {x: [a, b]}, identity: '${from-{x}.value}'}\n"
    (told,) = faults(HEAD + sections + mails)
    assert told.message.endswith('("${from-a.value}" is "one")')
    assert told.others == ("email.mail-b",)
