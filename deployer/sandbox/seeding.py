"""In the sandbox's child process: create a platform's existing resources under the ids that the spec has.

A resource is made as CloudFormation makes one of its type, and then what ministack chose for its id is replaced by
the id that is wanted, in all that its service keeps.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from deployer.sandbox.seed import Seed, Wanted, seeds, typed

if TYPE_CHECKING:
    from compiler.source.json_value import Json

PATH = "/_stackwright/existing"
"""Where the command posts what has to exist."""
_STACK = "stackwright-existing"


Application = Callable[["Json", "Json", "Json"], Awaitable[None]]
"""An ASGI application."""


def with_existing(application: Application, handlers: Mapping[str, Json]) -> Application:
    """`application`, which also creates existing resources that are posted to `PATH`, and returns the results."""

    async def answering(scope: Json, receive: Json, send: Json) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await application(scope, receive, send)
            return
        wanted = json.loads(await _body(receive))
        results = await asyncio.to_thread(make_existing, wanted, handlers)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(results).encode()})

    return answering


async def _body(receive: Json) -> bytes:
    whole, more = b"", True
    while more:
        part = await receive()
        whole, more = whole + part.get("body", b""), part.get("more_body", False)
    return whole


def make_existing(wanted: Sequence[Mapping[str, Json]], handlers: Mapping[str, Json]) -> list[dict[str, Json]]:
    """What was made now, in order: ``{"index": …, "type": …, "problem": …}``; existing ones are left out.

    A resource of a type without a seed is taken as it is: ``"made": false``. `handlers` are ministack's own by type.
    """
    from ministack.core.responses import request_scope

    results: list[dict[str, Json]] = []
    for index, request in enumerate(wanted):
        resource = typed(Wanted(**request))
        seed = seeds().get(resource.resource_type)
        result: dict[str, Json] = {"index": index, "type": resource.resource_type, "made": seed is not None}
        if seed is None:
            results += [result | {"problem": ""}] if resource.resource_type else []
            continue
        with request_scope(resource.account, resource.region):
            made = [*_made(resource, seed, handlers[resource.resource_type])]
        results += (result | {"problem": problem} for problem in made)
    return results


def _made(wanted: Wanted, seed: Seed, handler: Mapping[str, Json]) -> Iterator[str]:
    """Nothing for a resource that is there, else why it could not be made, or empty text."""
    properties = seed.properties(wanted)
    module = importlib.import_module(f"ministack.services.{seed.store[0]}")
    if properties is None or _is_there(getattr(module, seed.store[1]), seed.key(wanted)):
        return
    try:
        seed.prepare(wanted)
        made = handler["create"]("Existing", dict(properties), _STACK)
    except Exception as fault:  # noqa: BLE001  # handlers raise anything, and the deployment may do without it
        yield str(fault) or type(fault).__name__
        return
    for old, new in _renames(made, wanted):
        _rename(module, old, new)
    yield ""


def _is_there(store: Json, key: str) -> bool:
    return any(known == key or known.endswith((f"/{key}", f":{key}")) for known in _keys(store, 3))


def _keys(value: Json, depth: int) -> Iterator[str]:
    """Keys of a store and of the dictionaries in it: clients of a user pool are kept with the pool."""
    for key, inner in value.items():
        yield str(key)
        if depth > 1 and isinstance(inner, dict):
            yield from _keys(inner, depth - 1)


def _renames(made: tuple[str, Mapping[str, Json] | None], wanted: Wanted) -> Iterator[tuple[str, str]]:
    """What ministack chose → what is wanted; nothing for a resource that has its name from its properties."""
    physical, attributes = made[0], made[1] or {}
    if not wanted.id.startswith("arn:"):
        if wanted.id not in physical:
            yield physical, wanted.id
        return
    arn = str(physical if physical.startswith("arn:") else attributes.get("Arn", ""))
    for chosen in {physical, str(attributes.get("Id", ""))}:
        if chosen and chosen != arn and arn.endswith(chosen) and chosen != wanted.last and arn != wanted.id:
            yield chosen, wanted.last
            arn = arn.removesuffix(chosen) + wanted.last
    if arn and arn != wanted.id:
        yield arn, wanted.id


def _rename(module: ModuleType, old: str, new: str) -> None:
    from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

    for store in vars(module).values():
        if isinstance(store, (AccountRegionScopedDict, AccountScopedDict)):
            _renamed(store._data, old, new)


def _renamed(value: Json, old: str, new: str) -> Json:
    """`value` with the new id wherever the old one is; lists and dictionaries are changed in place."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, tuple):
        return tuple(_renamed(child, old, new) for child in value)
    if isinstance(value, list):
        value[:] = [_renamed(child, old, new) for child in value]
    elif isinstance(value, dict):
        items = [(_renamed(key, old, new), _renamed(child, old, new)) for key, child in value.items()]
        value.clear()
        value.update(items)
    return value
