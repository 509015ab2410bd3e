"""Checks of functions: what they run, variables, triggers, address, and how they fit their surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.functions.package_rules import package_faults
from compiler.kinds.functions.trigger_rules import trigger_faults
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.meaning.variable_rules import variable_warnings
from compiler.shared.fifo import standard_only
from compiler.shared.mount_rules import access_point_faults
from compiler.source.document import Path
from compiler.source.json_value import Json

_API_SECONDS = 30
"""Longest wait of an HTTP API (API Gateway quotas, HTTP API: maximum integration timeout).

The others wait 29 seconds, and a function's usual 30 are near enough.
"""
_RESERVED = frozenset(
    (
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SECRET_KEY",
        "AWS_SECURITY_TOKEN",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    )
)
"""Lambda developer guide, defined runtime environment variables: reserved ones."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from package_faults(data, spec)
    yield from _variables(data["environment"])
    yield from variable_warnings(data["environment"], ("environment",))
    yield from _network(component, spec)
    yield from _behind_api(component, spec)
    for destination in ("on_failure", "on_success"):
        path = ("asynchronous", destination)
        yield from standard_only(data["asynchronous"][destination], path, spec)
    yield from _provisioned(data["provisioned"], data["concurrency"])
    yield from _mounts(component, spec)
    yield from _url(data["url"]) if data["url"] else _no_url(component, spec)
    yield from trigger_faults(data, spec)


def _variables(environment: Mapping[str, Json]) -> Iterator[Fault]:
    for name in environment:
        if name in _RESERVED:
            help_text = "rename it"
            yield Fault("reserved-name", f"'{name}' is reserved by Lambda", ("environment", name), help_text)


def _network(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    if data["network"] == "always" and not spec.component("network"):
        yield Fault("no-network", "the platform has no network to run in", ("network",), "add a section 'network: {}'")
    if data["network"] != "never":
        return
    for name in data["uses"]:
        target = spec.component(name)
        if target and spec.in_network(component, target):
            message = f"'{target.address}' is reachable only in the network, and 'network' is never"
            yield Fault("no-network", message, ("uses", name), "remove 'network: never'")


def _behind_api(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """A function that something else runs too may take longer than its requests may."""
    data = component.settings
    if data["triggers"]:
        return
    for api in spec.components("apis"):
        targets = (said if isinstance(said, str) else said["to"] for said in api.settings["routes"].values())
        if data["timeout"] > _API_SECONDS and any(spec.component(target) is component for target in targets):
            message = f"'timeout' is {data['timeout']}, but the API '{api.name}' waits at most {_API_SECONDS} seconds"
            yield Fault("timeout-behind-api", message, ("timeout",), "lower it, or feed the function from a queue")


def _provisioned(said: Json, reserved: int | None) -> Iterator[Fault]:
    path: Path = ("provisioned", "max") if isinstance(said, Mapping) else ("provisioned",)
    most = said
    if isinstance(said, Mapping):
        most = said["max"]
        if said["min"] > most:
            yield Fault("scale-limits", f"'min' is {said['min']}, more than 'max'", path, f"at least {said['min']}")
    if most and reserved is not None and reserved < most:
        message = f"{most} environments are ready, but the function has only {reserved} in 'concurrency'"
        yield Fault("out-of-range", message, path, f"at most {reserved}")


def _mounts(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    for name, mount in component.settings["mounts"].items():
        system = spec.component(name)
        if not system or "mount" not in spec.verbs(component, system):
            message = f"'{name}' is not in 'uses', which gives the permission and the network access to mount it"
            yield Fault("missing-property", message, ("mounts", name), f"add 'uses: {{{name}: mount}}'")
        if system and system.section == "filesystems":
            yield from access_point_faults(name, mount["access_point"], system.settings)


def _url(url: Mapping[str, Json]) -> Iterator[Fault]:
    if url["auth"] == "none" and not url["reason"]:
        message = "a public URL needs a 'reason'"
        yield Fault("missing-property", message, ("url",), "set 'reason', or remove 'auth: none'")
    if url["auth"] != "none" and url["reason"]:
        message = "'reason' is only for a public URL"
        yield Fault("unused-setting", message, ("url", "reason"), "remove it, or set 'auth: none'")
    cors = url["cors"]
    if cors and cors["credentials"] and "*" in cors["origins"]:
        message = "browsers reject credentials with the origin '*'"
        yield Fault("open-credentials", message, ("url", "cors", "origins"), "list the origins")


def _no_url(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Whoever needs the address of a function that has none."""
    for caller in spec.users(component, "call"):
        yield Fault("no-url", f"{caller.address} calls its URL, but the function has no URL", (), "add 'url: {}'")
    if any(attribute == "url" for _, attribute in spec.reads(component)):
        message = f"'${{{component.name}.url}}' is read, but the function has no URL"
        yield Fault("no-url", message, (), "add 'url: {}'")
