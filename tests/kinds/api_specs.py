"""Specs of APIs of each type, and what of them is looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
functions:
  api: {runtime: python3.13, code: api, handler: app.handler}
"""
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012"
SERVICE = "services: {web: {image: 'example/web:1', port: 8080, ingress: {path: '/app/*'}}}"
JWT = "jwt: {issuer: 'https://login.example.com', audience: [shop]}"
GUARD = "auth: lambda, authorizer: {function: guard, identity: [header.authorization, query.t], cache_seconds: 60}"
GUARDED = HEAD + "  guard: {runtime: python3.13, code: guard, handler: app.handler}\n"


def of_type(kind: str, routes: str, settings: str = "", more: str = "") -> str:
    role = "" if kind == "http" else "account_log_role: create, "
    return (
        f"{GUARDED}apis: {{public: {{type: {kind}, {role}routes: {{{routes}}}{settings and ', '}{settings}}}}}\n{more}"
    )


def of(found: Mapping[str, Json], kind: str) -> list[Json]:
    """Properties of all resources of a type in the order of their logical ids."""
    return [body["Properties"] for _, body in sorted(found.items()) if body["Type"] == f"AWS::{kind}"]


def made(kind: str, routes: str, settings: str = "", more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(of_type(kind, routes, settings, more))))


def definition(found: Mapping[str, Json], name: str = "PublicApiRest") -> Json:
    """The OpenAPI document of a REST API, be it a map or text."""
    body = found[name]["Properties"]["Body"]
    if "Fn::Sub" not in body:
        return body
    text = body["Fn::Sub"]
    return json.loads(text if isinstance(text, str) else text[0])


def operations(found: Mapping[str, Json]) -> dict[str, Json]:
    """``GET /orders`` → what the definition says of it."""
    any_method = "x-amazon-apigateway-any-method"
    return {
        f"{'ANY' if method == any_method else method.upper()} {path}": one
        for path, methods in definition(found)["paths"].items()
        for method, one in methods.items()
    }
