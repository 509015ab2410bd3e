"""What IAM takes in the actions of a policy, from the Service Authorization Reference that cfn-lint ships."""

from __future__ import annotations

import functools
import json

from compiler.source.json_value import Json
from deployer.sandbox.recorded_types import schema_folder

_OF_A_STATE_MACHINE = {f"states:SendTask{word}" for word in ("Failure", "Heartbeat", "Success")}
"""The reference has no resource for them, and IAM takes the state machine (AWS CDK, StateMachine.grantTaskResponse)."""


@functools.cache
def services() -> Json:
    """Service → its actions in lower case, and the resource types of each."""
    file = schema_folder().parent / "AdditionalSpecs" / "Policies.json"
    return {service: about["Actions"] for service, about in json.loads(file.read_text("utf-8")).items()}


def takes_a_resource(action: str) -> bool:
    """Whether a statement on anything but `*` can allow the action at all."""
    service, name = action.lower().split(":")
    return action in _OF_A_STATE_MACHINE or bool(services()[service][name].get("Resources"))
