"""Checks of functions: what they run, variables, triggers, address, and how they fit their surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.functions.package_rules import package_faults
from compiler.kinds.functions.trigger_rules import trigger_faults
from compiler.meaning.fault import Fault
from compiler.meaning.log_groups import taken
from compiler.shared.fifo import standard_only
from compiler.shared.mount_rules import access_point_faults
from compiler.source.document import Path
from compiler.source.interpolation import CLOSE, OPEN
from compiler.source.json_value import Json

_API_SECONDS = 30
"""What an HTTP API waits; the others wait 29 seconds, and a function's usual 30 are near enough."""
"""Longest wait of an HTTP API (API Gateway quotas, HTTP API: maximum integration timeout)."""
_PORTS = ("caches", "databases", "documents", "filesystems", "services")
"""Sections whose components are reached through the network only."""
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


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterable[Fault]:
    name = next(name for name, one in platform_data["functions"].items() if one is data)
    yield from package_faults(data, platform_data["region"])
    yield from _variables(data["environment"])
    yield from _network(data, platform_data)
    yield from _behind_api(data, platform_data)
    for destination in ("on_failure", "on_success"):
        path = ("asynchronous", destination)
        yield from standard_only(data["asynchronous"][destination], path, platform_data)
    yield from _provisioned(data["provisioned"], data["concurrency"])
    yield from _mounts(data, platform_data)
    yield from _url(data["url"]) if data["url"] else _no_url(name, platform_data)
    yield from taken(data, platform_data)
    yield from trigger_faults(data, platform_data)


def _variables(environment: Mapping[str, Json]) -> Iterator[Fault]:
    for name in environment:
        if name in _RESERVED:
            help_text = "take another name; Lambda sets this one itself"
            yield Fault("reserved-name", f"'{name}' is a variable of Lambda", ("environment", name), help_text)


def _network(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["network"] == "always" and "network" not in platform_data:
        yield Fault("no-network", "the platform has no network to run in", ("network",), "add a section 'network: {}'")
    if data["network"] != "never":
        return
    for name in data["uses"]:
        section = next((one for one in _PORTS if name in (platform_data.get(one) or {})), None)
        if section:
            message = f"'{name}' ({section}) is reached through the network only, and 'network' is never"
            yield Fault("no-network", message, ("uses", name), "take 'network: never' out")


def _behind_api(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """A function that something else runs too may take longer than its requests may."""
    if data["triggers"]:
        return
    for api, about in (platform_data.get("apis") or {}).items():
        if data["timeout"] > _API_SECONDS and any(
            _routed_to(said, data, platform_data) for said in about["routes"].values()
        ):
            message = f"'timeout' is {data['timeout']}, but the API '{api}' waits at most {_API_SECONDS} seconds"
            yield Fault("timeout-behind-api", message, ("timeout",), "lower it, or feed the function from a queue")


def _routed_to(said: Json, data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> bool:
    name = said if isinstance(said, str) else said["to"]
    return platform_data["functions"].get(name) is data


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


def _mounts(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    for name, mount in data["mounts"].items():
        if "mount" not in _verbs(data["uses"].get(name)):
            message = f"'{name}' is to be mounted, and 'uses' does not say so"
            yield Fault("missing-property", message, ("mounts", name), f"add 'uses: {{{name}: mount}}'")
        system = (platform_data.get("filesystems") or {}).get(name)
        if system:
            yield from access_point_faults(name, mount["access_point"], system)


def _verbs(said: Json) -> list[str]:
    """Of one entry in ``uses``."""
    verbs = said["verbs"] if isinstance(said, Mapping) else said or []
    return [verbs] if isinstance(verbs, str) else list(verbs)


def _url(url: Mapping[str, Json]) -> Iterator[Fault]:
    if url["auth"] == "none" and not url["reason"]:
        message = "an address that anybody may call needs a 'reason'"
        yield Fault("missing-property", message, ("url",), "say why, or take 'auth: none' out")
    if url["auth"] != "none" and url["reason"]:
        message = "'reason' is for an address that anybody may call"
        yield Fault("unused-setting", message, ("url", "reason"), "take it out, or set 'auth: none'")
    cors = url["cors"]
    if cors and cors["credentials"] and "*" in cors["origins"]:
        message = "browsers take no credentials from an answer that is for every origin"
        yield Fault("open-credentials", message, ("url", "cors", "origins"), "list the origins")


def _no_url(name: str, platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """Whoever needs the address of a function that has none."""
    callers = [
        (section, caller)
        for section, some in platform_data.items()
        if section != "overrides" and isinstance(some, Mapping)
        for caller, one in some.items()
        if isinstance(one, Mapping) and "call" in _verbs((one.get("uses") or {}).get(name))
    ]
    for section, caller in callers:
        yield Fault("no-url", f"{section}.{caller} calls its address, and it has none", (), "add 'url: {}'")
    if _mentions(platform_data, f"{OPEN}{name}.url{CLOSE}"):
        yield Fault("no-url", f"'${{{name}.url}}' is read, but the function has no address", (), "add 'url: {}'")


def _mentions(value: Json, text: str) -> bool:
    if isinstance(value, str):
        return text in value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(_mentions(child, text) for child in children)
