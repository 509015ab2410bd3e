"""Checks of functions: their code's path, variables, triggers, and how they fit what they use and what runs them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from compiler.checks import Fault
from compiler.fifo import standard_only
from compiler.interpolation import OPEN
from compiler.json_value import Json
from compiler.log_groups import taken
from compiler.trigger_rules import trigger_faults

_API_SECONDS = 30
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
    yield from _code(data["code"])
    yield from _variables(data["environment"])
    yield from _network(data, platform_data)
    yield from _behind_api(data, platform_data)
    yield from standard_only(data["asynchronous"]["on_failure"], ("asynchronous", "on_failure"), platform_data)
    yield from taken(data, platform_data)
    yield from trigger_faults(data, platform_data)


def _code(code: str) -> Iterator[Fault]:
    normal = posixpath.normpath(code)
    if OPEN in code:
        message = "'code' is a path known before deployment: it can't have an attribute of a component"
        yield Fault("bad-path", message, ("code",), "only ${env}, ${platform} and ${region} can stand here")
    elif posixpath.isabs(normal) or normal.startswith("~") or "\\" in code or ":" in code:
        help_text = "write it from the folder of the spec, with /: ./functions/api"
        yield Fault("bad-path", f"'code' must be a relative path, not '{code}'", ("code",), help_text)
    elif normal.split("/").count("..") > 2:
        help_text = "keep the code in the repository of the spec: at most two .."
        yield Fault("bad-path", f"'code' leads out of the repository: '{code}'", ("code",), help_text)


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
    if data["timeout"] <= _API_SECONDS or data["triggers"]:
        return
    for api, about in (platform_data.get("apis") or {}).items():
        if any(_routed_to(said, data, platform_data) for said in about["routes"].values()):
            message = f"'timeout' is {data['timeout']}, but the API '{api}' waits at most {_API_SECONDS} seconds"
            yield Fault("timeout-behind-api", message, ("timeout",), "lower it, or feed the function from a queue")


def _routed_to(said: Json, data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> bool:
    name = said if isinstance(said, str) else said["to"]
    return platform_data["functions"].get(name) is data
