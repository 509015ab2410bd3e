"""What `DescribeStacks` tells of a nested stack: its parent and its root.

ministack knows the parent and leaves both out of the answer (CloudFormation API reference, "Stack").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.source.json_value import Json

_ID = re.compile(rb"<StackId>([^<]*)</StackId>")


def with_parents(handlers: ModuleType, records: Json) -> None:
    """Complete the answer of DescribeStacks; `records` are ministack's, by the stacks' names."""
    name = "DescribeStacks"
    original: Callable[[Json], Json] = handlers._ACTION_HANDLERS[name]

    def described(parameters: Json) -> Json:
        status, headers, body = original(parameters)
        content = body if isinstance(body, bytes) else body.encode()
        known = {record["StackId"]: record for record in records.values()}
        return (
            status,
            headers,
            _ID.sub(lambda found: found[0] + _family(known.get(found[1].decode()), records), content),
        )

    handlers._ACTION_HANDLERS[name] = described


def _family(record: Json, records: Json) -> bytes:
    parent = _parent(record, records)
    if parent is None:
        return b""
    root = parent
    while (above := _parent(root, records)) is not None:
        root = above
    return f"<ParentId>{parent['StackId']}</ParentId><RootId>{root['StackId']}</RootId>".encode()


def _parent(record: Json, records: Json) -> Json:
    """The record of a nested stack's parent; None for a root."""
    return records.get(record.get("_parent_stack_name")) if record else None
