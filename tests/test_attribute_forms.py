"""What the compiler knows of attributes that are no text is what the resource schemas of cfn-lint say."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from cfnlint.helpers import ensure_list
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from compiler.language.attribute_forms import DATA, is_list, is_structure
from compiler.language.resource_types import known_types
from compiler.source.json_value import Json

REGION = "us-east-1"
SOURCE = "the resource schemas of cfn-lint: what Fn::GetAtt reads and is an array or an object"
ANY_CHARACTER = {
    "AllowedOrganizations",
    "AutoSubDomainCreationPatterns",
    "ContainerArguments",
    "ContainerEntrypoint",
    "FailureReasons",
    "FailureRecommendations",
    "LastModificationErrors",
    "RecommendedActions",
    "RoleValues",
    "StatusReasons",
}
"""Lists of sentences, patterns and command lines; the items of all others are addresses, ARNs, ids or names."""


@pytest.mark.slow
def test_forms_are_those_of_the_schemas(update: bool) -> None:
    found = {"lists": collected("list"), "structures": collected("structure")}
    if update:
        DATA.write_text(written({"source": SOURCE, **found}), encoding="utf-8")
    assert {key: json.loads(DATA.read_bytes())[key] for key in found} == found


@pytest.mark.parametrize(
    ("resource_type", "attribute", "form"),
    [
        ("AWS::Route53::HostedZone", "NameServers", "list"),
        ("AWS::EC2::VPC", "CidrBlockAssociations", "list"),
        ("AWS::EC2::VPCEndpoint", "DnsEntries", "list"),
        ("AWS::Redshift::Cluster", "Endpoint.Port", "text"),
        ("AWS::Route53::HostedZone", "Id", "text"),
        ("AWS::Bedrock::Agent", "FailureReasons", "structure"),
        ("AWS::AppSync::Api", "Dns", "structure"),
        ("AWS::OSIS::Pipeline", "VpcEndpoints", "structure"),
        ("Custom::Anything", "NameServers", "text"),
    ],
)
def test_form_of(resource_type: str, attribute: str, form: str) -> None:
    assert is_list(resource_type, attribute) == (form == "list")
    assert is_structure(resource_type, attribute) == (form == "structure")


def collected(form: str) -> dict[str, list[str]]:
    found = {kind: sorted(name for name, one in forms(kind) if one == form) for kind in sorted(known_types())}
    return {kind: names for kind, names in found.items() if names}


def forms(resource_type: str) -> Iterator[tuple[str, str]]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource_type)
    for name, pointer in schema.get_atts.items():
        if "*" not in name:
            about = followed(schema, schema.resolver.resolve_cfn_pointer(pointer))
            yield name, form_of(name, about, followed(schema, about.get("items", {})))


def followed(schema: Json, about: Json) -> Json:
    while "$ref" in about:
        about = schema.resolver.resolve(about["$ref"])[1]
    return about


def form_of(name: str, about: Json, item: Json) -> str:
    types = ensure_list(about.get("type"))
    if types == ["object"] or "oneOf" in about:
        return "structure"
    if types != ["array"]:
        return "text"
    plain = item.get("type") in ("string", "integer", "number") and not ANY_CHARACTER & {*name.split(".")}
    return "list" if plain else "structure"


def written(forms: dict[str, Json]) -> str:
    """One resource type a line."""
    parts = []
    for key, value in forms.items():
        if isinstance(value, str):
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
        else:
            lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(names)}" for name, names in value.items())
            parts.append(f"{json.dumps(key)}: {{\n{lines}\n}}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
