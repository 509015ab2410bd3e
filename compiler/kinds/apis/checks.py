"""Checks of APIs: their type, routes that meet, who may call, browsers, domain, and services that can be routed to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.apis.open_rules import open_routes
from compiler.kinds.apis.rest_rules import rest_faults
from compiler.kinds.apis.rules import type_faults, use_faults
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.certificate_regions import certified, served
from compiler.shared.ingress import inside
from compiler.shared.ingress import route as ingress_route
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from type_faults(data, spec)
    if data["type"] == "rest":
        yield from rest_faults(data, spec)
    if data["type"] == "http":
        yield from _services(data["routes"], spec)
    yield from use_faults(component, spec)
    yield from _same_requests(data["routes"])
    yield from _callers(data)
    yield from _names(data, spec)


def _callers(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Who may send requests."""
    yield from open_routes(data)
    yield from _function_decides(data)
    if data["type"] != "websocket":
        yield from _tokens(data)
    if data["jwt"]:
        yield from _issuer(data["jwt"])
    if data["cors"] and data["cors"]["credentials"] and "*" in data["cors"]["origins"]:
        message = "'credentials' can't be with origin *: any site could act for its visitors"
        yield Fault("open-credentials", message, ("cors", "credentials"), "name the origins")


def _names(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Under which host names."""
    if not data["default_endpoint"] and not data["domain"]:
        message = "with 'default_endpoint: false' and no 'domain' the API has no endpoint"
        yield Fault("missing-property", message, ("default_endpoint",), "add 'domain', or remove it")
    if data["mutual_tls"]:
        yield from _certificates(data)
    if isinstance(data["domain"], str):
        yield from served(data["domain"], ("domain",), spec)
    elif data["domain"]:
        yield from certified(data["domain"]["certificate"], ("domain", "certificate"), spec.region)


def _same_requests(routes: Mapping[str, Json]) -> Iterator[Fault]:
    """API Gateway takes no two routes whose paths differ only in the names of parameters."""
    seen: dict[str, str] = {}
    for key in routes:
        form = re.sub(r"\{[^}+]*(\+?)\}", r"{\1}", key)
        if form in seen:
            message = f"'{key}' takes the same requests as '{seen[form]}'"
            yield Fault("duplicate-route", message, ("routes", key), "remove one of the two")
        seen.setdefault(form, key)
        names = re.findall(r"\{([^}+]*)", key)
        if len(set(names)) < len(names):
            message = f"'{key}' has a parameter twice"
            yield Fault("duplicate-route", message, ("routes", key), "give each {name} in a path its own name")


def _certificates(data: Mapping[str, Json]) -> Iterator[Fault]:
    if not data["domain"]:
        message = "'mutual_tls' is of the API's own domain"
        yield Fault("missing-property", message, ("mutual_tls",), "add a domain, and 'default_endpoint: false'")
    elif data["default_endpoint"]:
        message = "the default endpoint does not require the client certificate"
        yield Fault("unused-setting", message, ("mutual_tls",), "set 'default_endpoint: false'")


def _function_decides(data: Mapping[str, Json]) -> Iterator[Fault]:
    wants = {key: _auth(said, data["auth"]) for key, said in data["routes"].items()}
    if "lambda" in (data["auth"], *wants.values()):
        if not data["authorizer"]:
            message = "'auth: lambda' needs 'authorizer': the function that decides"
            help_text = "authorizer: {function: …}, the name of a function"
            yield Fault("missing-property", message, _where(data, wants, "lambda"), help_text)
    elif data["authorizer"]:
        help_text = "set 'auth: lambda' for the API or for a route"
        yield Fault("unused-setting", "no route uses the 'authorizer'", ("authorizer",), help_text)


def _tokens(data: Mapping[str, Json]) -> Iterator[Fault]:
    wants = {key: _auth(said, data["auth"]) for key, said in data["routes"].items()}
    if "jwt" in (data["auth"], *wants.values()):
        if not data["jwt"]:
            message = "'auth: jwt' needs 'jwt': who issues the tokens"
            yield Fault(
                "missing-property", message, _where(data, wants, "jwt"), "jwt: {auth: …}, the name of a user pool"
            )
    elif data["jwt"]:
        help_text = "set 'auth: jwt' for the API or for a route"
        yield Fault("unused-setting", "no route uses 'auth: jwt', so 'jwt' protects nothing", ("jwt",), help_text)
    for key, said in data["routes"].items():
        if isinstance(said, Mapping) and said["scopes"] and wants[key] != "jwt":
            message = "'scopes' need 'auth: jwt', which this route does not use"
            yield Fault("unused-setting", message, ("routes", key, "scopes"), "set 'auth: jwt'")


def _issuer(jwt: Mapping[str, Json]) -> Iterator[Fault]:
    """Either a user pool, which says all, or both of what it would say."""
    said = [word for word in ("issuer", "audience") if jwt[word]]
    if jwt["auth"]:
        for word in said:
            message = f"'{word}' comes from the user pool '{jwt['auth']}'"
            yield Fault("unused-setting", message, ("jwt", word), "remove it, or remove 'auth'")
    elif len(said) < 2:
        missing = " and ".join(f"'{word}'" for word in ("issuer", "audience") if word not in said)
        help_text = "name a user pool with 'auth', or give issuer and audience"
        yield Fault("missing-property", f"'jwt' needs {missing}", ("jwt",), help_text)


def _auth(said: Json, general: str) -> str:
    return general if isinstance(said, str) else said["auth"] or general


def _where(data: Mapping[str, Json], wants: Mapping[str, str], auth: str) -> tuple[str, ...]:
    if data["auth"] == auth:
        return ("auth",)
    return "routes", next(key for key, one in wants.items() if one == auth), "auth"


def _services(routes: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    for key, said in routes.items():
        service = spec.component(said if isinstance(said, str) else said["to"], "services")
        if service:
            yield from _service(key, service.name, inside(service.settings) or service.settings["ingress"])


def _service(key: str, name: str, ingress: Mapping[str, Json] | None) -> Iterator[Fault]:
    """A VPC link leads to the internal load balancer, which picks the service by path."""
    path = ("routes", key)
    if not ingress:
        help_text = f"give services.{name} an ingress: {{path: /*}}"
        yield Fault("no-ingress", f"the service '{name}' takes no requests: it has no ingress", path, help_text)
    elif ingress["public"]:
        help_text = "set 'ingress.public: false', or send requests to its public load balancer without the API"
        yield Fault("no-ingress", f"the service '{name}' is on the public load balancer only", path, help_text)
    elif not any(_meet(key, one) for one in ingress_route(name, ingress).paths):
        message = f"no path of '{key}' matches the ingress of '{name}'"
        help_text = f"use the same path prefix; its ingress has {ingress['path']}"
        yield Fault("no-ingress", message, path, help_text)


def _meet(key: str, pattern: str) -> bool:
    """Whether a route and a path pattern can have a request in common, by what stands before their wildcards; $default,
    which has no path, always can."""
    if " " not in key:
        return True
    route = key.split(" ", 1)[1].split("{")[0]
    literal = re.split(r"[*?]", pattern)[0]
    return route.startswith(literal) or literal.startswith(route)
