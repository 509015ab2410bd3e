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

from compiler.stacks.operation_limit import OPERATION_LIMIT
from deployer.sandbox.deploy_steps import DeploySteps
from deployer.sandbox.handlers import Handler, Handlers, Replacing
from deployer.sandbox.identifiers import with_identifiers
from deployer.sandbox.imported_names import keep_imported_names
from deployer.sandbox.nested_stacks import NestedStacks
from deployer.sandbox.operations import Operations, limit_operations
from deployer.sandbox.parents import with_parents
from deployer.sandbox.seeding import Application, with_existing
from deployer.sandbox.stored_parameters import with_stored_names
from reviewer.template_set import STACK_TYPE, STEP_TYPE

if TYPE_CHECKING:
    from compiler.source.json_value import Json

BUCKET = "AWS::S3::Bucket"
FUNCTION = "AWS::Lambda::Function"

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


def complete_ministack(most: int = OPERATION_LIMIT) -> Mapping[str, Handler]:
    """Put the completed tables where ministack looks them up. Nothing else of it is changed.

    `most` are the resources that one stack operation may touch. Returns ministack's own handlers.
    """
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import _stacks, changesets, engine, provisioners, stacks
    from ministack.services.cloudformation import handlers as actions

    emulated = dict(provisioners._RESOURCE_HANDLERS)
    steps = DeploySteps(provisioners, lambda_svc)
    emulated[STEP_TYPE] = steps.handler()
    emulated[FUNCTION] = steps.lambda_function(emulated[FUNCTION])
    emulated[STACK_TYPE] = NestedStacks(emulated[STACK_TYPE], provisioners, stacks, _stacks).handler()
    emulated[BUCKET] = emulated[BUCKET] | {"delete": lambda name, properties: _delete_bucket(provisioners._s3, name)}
    handlers = Handlers(emulated, provisioners)
    provisioners._RESOURCE_HANDLERS = changesets._RESOURCE_HANDLERS = handlers
    replacing, depending = provisioners._REPLACING_PROPERTIES, provisioners._CONDITIONALLY_REPLACING_PROPERTIES
    provisioners._CONDITIONALLY_REPLACING_PROPERTIES = Replacing(depending, always=False)
    provisioners._REPLACING_PROPERTIES = Replacing(replacing, always=True)
    keep_imported_names(provisioners, changesets)
    keeping = _keeping_attributes(provisioners._update_resource, _stacks)
    provisioners._update_resource = stacks._update_resource = keeping
    engine._resolve_refs = _with_all_zones(engine._resolve_refs)
    with_identifiers(actions)
    with_stored_names(actions, _stacks)
    with_parents(actions, _stacks)
    limit_operations(Operations(_stacks, most), (stacks, changesets, actions, provisioners))
    return emulated


def _delete_bucket(s3: ModuleType, name: str) -> None:
    """As DeleteBucket does it: refuse a bucket that is not empty, and remove its folder, or it would come back."""
    status, _, answer = s3._delete_bucket(name)
    if status not in (204, 404):
        reason = re.search(r"<Message>(.*?)</Message>", answer.decode())
        raise ValueError(reason[1] if reason else f"DeleteBucket answered {status}")


def _keeping_attributes(update: Callable[..., Json], stacks: Json) -> Callable[..., Json]:
    """The update of a nested stack forgets the attributes of resources that stay as they are: pass them on."""

    def update_resource(*arguments: Json) -> Json:
        if len(arguments) > 6:
            return update(*arguments)
        stack_name, logical_id = arguments[4:6]
        known = (stacks.get(stack_name) or {}).get("_resources", {}).get(logical_id, {})
        return update(*arguments, known.get("Attributes"))

    return update_resource


def _with_all_zones(resolve: Callable[..., Json]) -> Callable[..., Json]:
    """Fn::GetAZs with six zones, as many as any region has; ministack gives three, too few for some networks."""

    def resolve_refs(value: Json, *context: Json) -> Json:
        found = resolve(value, *context)
        if isinstance(value, dict) and "Fn::GetAZs" in value and found:
            return [f"{found[0][:-1]}{letter}" for letter in "abcdef"]
        return found

    return resolve_refs


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
    """Serve one command. First line of standard input: ``{"folder": …, "port": …, "most": …}``; answers
    ``{"port": …}``.
    """
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
    handlers = complete_ministack(wanted["most"])
    print(json.dumps({"port": port}), flush=True)
    asyncio.run(serve(_application(handlers), listening, folder, refusals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
