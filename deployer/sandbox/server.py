"""The sandbox's child process: ministack, completed with recorded resource types; every patch of it is here."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from deployer.sandbox import recorded_types as recorded
from deployer.sandbox.nested_stacks import STACK, NestedStacks
from deployer.sandbox.seeding import Application, with_existing

if TYPE_CHECKING:
    from compiler.source.json_value import Json

BUCKET = "AWS::S3::Bucket"

RECORDED_WITH = {"AWS::CloudWatch::Alarm": "Metrics"}
"""Type → property with which ministack refuses it, so that such a resource is only recorded (alarms on metric math)."""

Handler = dict[str, "Json"]
"""ministack's entry for a type: ``create``, ``update``, ``delete``, … → function, and flags."""

GRACE_SECONDS = 2.0
"""How long a stack operation may go on after the command that started it has ended."""

INTERRUPTED = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "IMPORT_IN_PROGRESS": "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_IN_PROGRESS": "IMPORT_ROLLBACK_FAILED",
}
"""What a stack becomes whose operation was cut off: a state that AWS lets one leave by an update or a delete."""


class Handlers(dict[str, Handler]):
    """ministack's handlers by type, each completed or recorded when a template first names it."""

    def __init__(self, emulated: Mapping[str, Handler], cloudformation: ModuleType) -> None:
        super().__init__()
        self._emulated = emulated
        self._cloudformation = cloudformation

    def __contains__(self, resource_type: object) -> bool:
        return resource_type in self._emulated or resource_type in recorded.schema_files()

    def __missing__(self, resource_type: str) -> Handler:
        known = resource_type in recorded.schema_files()
        if resource_type in self._emulated and (not known or resource_type.startswith("AWS::CloudFormation::")):
            handler = self._emulated[resource_type]
        elif resource_type in self._emulated:
            handler = self._completed(resource_type, self._emulated[resource_type])
            if resource_type in RECORDED_WITH:
                handler = _either(RECORDED_WITH[resource_type], self._recorded(resource_type), handler)
        elif known:
            handler = self._recorded(resource_type)
        else:
            raise KeyError(resource_type)
        self[resource_type] = handler
        return handler

    def get(self, resource_type: str, default: Json = None) -> Json:
        known = resource_type in self
        return self[resource_type] if known else default

    def _identity(self, resource_type: str, logical_id: str, stack_name: str) -> recorded.Identity:
        name = self._cloudformation._physical_name(stack_name, logical_id, max_len=63)
        region, account = self._cloudformation.get_region(), self._cloudformation.get_account_id()
        return recorded.Identity(resource_type, name, region, account)

    def _recorded(self, resource_type: str) -> Handler:
        """A type that is nothing but its record in the stack."""

        def create(logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
            identity = self._identity(resource_type, logical_id, stack_name)
            return recorded.reference(identity, properties), recorded.attributes(identity, properties)

        def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> tuple[str, Json]:
            identity = self._identity(resource_type, logical_id, stack_name)
            if not recorded.replaces(resource_type, old, new):
                return physical_id, recorded.attributes(identity, new)
            created: tuple[str, Json] = self._cloudformation._seeded_create(create, logical_id, new, stack_name)
            return created

        def delete(physical_id: str, properties: Json) -> None:
            """Nothing stands behind the record, so nothing is left to remove."""

        return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}

    def _completed(self, resource_type: str, handler: Handler) -> Handler:
        """An emulated type, with those attributes of its schema that ministack does not answer."""

        def completed(made: tuple[str, Json], logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
            identity = self._identity(resource_type, logical_id, stack_name)
            return made[0], recorded.attributes(identity, properties) | (made[1] or {})

        def create(logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
            return completed(handler["create"](logical_id, properties, stack_name), logical_id, properties, stack_name)

        def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> tuple[str, Json]:
            named = (logical_id,) if handler.get("update_with_logical_id") else ()
            updated = handler["update"](physical_id, old, new, stack_name, *named)
            return completed(updated, logical_id, new, stack_name)

        whole = handler | {"create": create}
        return whole | {"update": update, "update_with_logical_id": True} if "update" in handler else whole


def _either(name: str, recording: Handler, emulating: Handler) -> Handler:
    """Record a resource that has the property `name`, which ministack refuses for this type; emulate any other."""

    def create(logical_id: str, properties: Json, stack_name: str) -> Json:
        chosen = recording if properties.get(name) else emulating
        return chosen["create"](logical_id, properties, stack_name)

    def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> Json:
        if old.get(name) and new.get(name):
            return recording["update"](physical_id, old, new, stack_name, logical_id)
        if not old.get(name) and not new.get(name):
            return emulating["update"](physical_id, old, new, stack_name, logical_id)
        delete(physical_id, old)
        return create(logical_id, new, stack_name)

    def delete(physical_id: str, properties: Json) -> Json:
        return (recording if properties.get(name) else emulating)["delete"](physical_id, properties)

    return emulating | {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


class Replacing(dict[str, tuple[str, ...]]):
    """ministack's table of replacing properties, completed from the schema for types that it does not list."""

    def __init__(self, listed: Mapping[str, tuple[str, ...]], always: bool) -> None:
        super().__init__(listed)
        self._always = always

    def get(self, resource_type: str, default: Json = None) -> Json:
        if resource_type not in self and resource_type in recorded.schema_files():
            always, depends = recorded.replacing(resource_type)
            self[resource_type] = always if self._always else depends
        return super().get(resource_type, default)


def complete_ministack() -> Mapping[str, Handler]:
    """Put the completed tables where ministack looks them up. Nothing else of it is changed.

    Returns ministack's own handlers.
    """
    from ministack.services.cloudformation import _stacks, changesets, provisioners, stacks

    emulated = dict(provisioners._RESOURCE_HANDLERS)
    emulated[STACK] = NestedStacks(emulated[STACK], provisioners, stacks, _stacks).handler()
    emulated[BUCKET] = emulated[BUCKET] | {"delete": lambda name, properties: _delete_bucket(provisioners._s3, name)}
    handlers = Handlers(emulated, provisioners)
    provisioners._RESOURCE_HANDLERS = changesets._RESOURCE_HANDLERS = handlers
    replacing, depending = provisioners._REPLACING_PROPERTIES, provisioners._CONDITIONALLY_REPLACING_PROPERTIES
    provisioners._CONDITIONALLY_REPLACING_PROPERTIES = Replacing(depending, always=False)
    provisioners._REPLACING_PROPERTIES = Replacing(replacing, always=True)
    keeping = _keeping_attributes(provisioners._update_resource, _stacks)
    provisioners._update_resource = stacks._update_resource = keeping
    return emulated


def _delete_bucket(s3: ModuleType, name: str) -> None:
    """As DeleteBucket does it: refuse a bucket that is not empty, and remove its folder, or it would come back."""
    status, _, answer = s3._delete_bucket(name)
    if status not in (204, 404):
        reason = re.search(r"<Message>(.*?)</Message>", answer.decode())
        raise ValueError(reason[1] if reason else f"DeleteBucket answered {status}")


def _keeping_attributes(update: Callable[..., Json], stacks: Json) -> Callable[..., Json]:
    """The update of a nested stack forgets the attributes of resources that stay as they are: hand them over."""

    def update_resource(*arguments: Json) -> Json:
        if len(arguments) > 6:
            return update(*arguments)
        stack_name, logical_id = arguments[4:6]
        known = (stacks.get(stack_name) or {}).get("_resources", {}).get(logical_id, {})
        return update(*arguments, known.get("Attributes"))

    return update_resource


class Refusals(logging.Handler):
    """Collects what ministack's persistence only logs, so that a state which was not saved is not taken for one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def adopt_state(folder: Path) -> Path:
    """The folder with the last state that was saved whole; finishes a change-over that was cut off."""
    state, saved = folder / "state", folder / "state.saved"
    if saved.exists():
        shutil.rmtree(state, ignore_errors=True)
        saved.rename(state)
    return state


def working_state(folder: Path) -> Path:
    """A copy of the last state, for ministack to work in: what it writes counts only once `commit_state` ran."""
    working = folder / "state.working"
    shutil.rmtree(working, ignore_errors=True)
    state = adopt_state(folder)
    if state.exists():
        shutil.copytree(state, working)
    (working / "s3").mkdir(parents=True, exist_ok=True)
    return working


def commit_state(folder: Path) -> None:
    """One rename makes the working copy the valid state; `adopt_state` does the rest."""
    (folder / "state.working").rename(folder / "state.saved")
    adopt_state(folder)


async def settle(stacks: Json) -> None:
    """Wait for stack operations in progress; mark those that do not end as failed, or no command could go on."""
    waited = 0.0
    while waited < GRACE_SECONDS and any(stack["StackStatus"] in INTERRUPTED for stack in stacks._data.values()):
        await asyncio.sleep(0.05)
        waited += 0.05
    for stack in stacks._data.values():
        if stack["StackStatus"] in INTERRUPTED:
            stack["StackStatus"] = INTERRUPTED[stack["StackStatus"]]
            stack["StackStatusReason"] = "The sandbox was closed while this operation was in progress"


def bound_socket(preferred: int) -> socket.socket:
    """A listening socket on 127.0.0.1: the port of last time, so that stored URLs stay right, or any free one."""
    for port in (preferred, 0):
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(("127.0.0.1", port))
        except OSError:
            bound.close()
            continue
        bound.listen(100)
        return bound
    raise OSError("no free port on 127.0.0.1")


def _application(handlers: Mapping[str, Handler]) -> Application:
    """ministack, and the one request that only the sandbox knows."""
    from ministack import app

    return with_existing(app.app, handlers)


async def serve(application: Application, listening: socket.socket, folder: Path, refusals: Refusals) -> None:
    """Answer requests until standard input ends, which it does however the command ends; then save the state."""
    from hypercorn.asyncio import serve as serve_asgi
    from hypercorn.config import Config
    from ministack.services.cloudformation import _stacks

    async def command_ended() -> None:
        await asyncio.to_thread(sys.stdin.buffer.read)
        await settle(_stacks)

    config = Config()
    config.bind = [f"fd://{listening.detach()}"]
    config.loglevel = "WARNING"
    await serve_asgi(application, config, shutdown_trigger=command_ended)
    if refusals.messages:
        raise OSError("; ".join(refusals.messages))
    commit_state(folder)
    # A thread that still waits for something, such as a WaitCondition, must not keep the process alive.
    leaving = threading.Timer(1.0, os._exit, (0,))
    leaving.daemon = True
    leaving.start()


def main() -> int:
    """Serve one command. First line of standard input: ``{"folder": …, "port": …}``; answers ``{"port": …}``."""
    wanted = json.loads(sys.stdin.buffer.readline())
    folder = Path(wanted["folder"])
    listening = bound_socket(wanted["port"])
    port = listening.getsockname()[1]
    state = working_state(folder)
    os.environ["GATEWAY_PORT"] = str(port)
    os.environ |= {"PERSIST_STATE": "1", "STATE_DIR": str(state)}
    os.environ |= {"S3_PERSIST": "1", "S3_DATA_DIR": str(state / "s3")}
    refusals = Refusals()
    logging.getLogger("persistence").addHandler(refusals)
    handlers = complete_ministack()
    print(json.dumps({"port": port}), flush=True)
    asyncio.run(serve(_application(handlers), listening, folder, refusals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
