"""What `DescribeStacks` tells of parameters that name a Systems Manager parameter: the name, and what it had.

ministack tells the value alone (CloudFormation API reference, Parameter: ParameterValue and ResolvedValue).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, unescape

if TYPE_CHECKING:
    from compiler.source.json_value import Json

_STACK = re.compile(r"<member><StackName>.*?</Parameters>", re.DOTALL)
_ID = re.compile(r"<StackId>(.*?)</StackId>")
_PARAMETER = re.compile(r"<ParameterKey>(.*?)</ParameterKey><ParameterValue>(.*?)</ParameterValue>", re.DOTALL)


def with_stored_names(handlers: ModuleType, stacks: Json) -> None:
    """Complete the answer of DescribeStacks."""
    name = "DescribeStacks"
    original: Callable[[Json], Json] = handlers._ACTION_HANDLERS[name]

    def describe(parameters: Json) -> Json:
        status, headers, body = original(parameters)
        text = body.decode() if isinstance(body, bytes) else body
        named = {stack["StackId"]: _stored(stack) for stack in stacks.values()}
        return status, headers, _STACK.sub(lambda found: _completed(found[0], named), text).encode()

    handlers._ACTION_HANDLERS[name] = describe


def _stored(stack: Json) -> Mapping[str, str]:
    """Parameter → name of the Systems Manager parameter, of those that have one."""
    known = stack.get("_resolved_params", {})
    return {name: one["SsmName"] for name, one in known.items() if isinstance(one, dict) and "SsmName" in one}


def _completed(stack: str, named: Mapping[str, Mapping[str, str]]) -> str:
    identity = _ID.search(stack)
    stored = named.get(unescape(identity[1]), {}) if identity else {}

    def whole(found: re.Match[str]) -> str:
        name = stored.get(unescape(found[1]))
        if name is None:
            return found[0]
        value = f"<ParameterValue>{escape(name)}</ParameterValue><ResolvedValue>{found[2]}</ResolvedValue>"
        return f"<ParameterKey>{found[1]}</ParameterKey>{value}"

    return _PARAMETER.sub(whole, stack) if stored else stack
