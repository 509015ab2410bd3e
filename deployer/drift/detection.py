"""Let CloudFormation compare what is there with the templates, in the root and in each nested stack.

Detection on a stack leaves its nested stacks out, so each is asked for by itself; all run at the same time.
Source: CloudFormation API reference, DetectStackDrift.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.deployed import StackResource, stack_resources
from deployer.faults import error_code, error_message, read
from deployer.session import Aws
from reviewer.template_set import ROOT, STACK_TYPE

_MANY_POLLS = 900
_BUSY = "in progress"
"""Part of the refusal to begin a second detection on a stack."""

Tree = Mapping[str, tuple[str, tuple[StackResource, ...]]]
"""Key of each stack → its id and its resources. ``A/B`` is the nested stack B of the nested stack A."""


def stack_tree(aws: Aws, stack_id: str, key: str = ROOT) -> Tree:
    """The stack and all stacks nested in it."""
    resources = stack_resources(aws, stack_id)
    found: dict[str, tuple[str, tuple[StackResource, ...]]] = {key: (stack_id, resources)}
    for one in resources:
        if one.resource_type == STACK_TYPE and one.physical_id and one.status != "DELETE_COMPLETE":
            found |= stack_tree(aws, one.physical_id, f"{key}/{one.logical_id}" if key else one.logical_id)
    return found


@frozen(eq=True)
class Reasons:
    """Why stacks could not be checked: key → reason."""

    refused: Mapping[str, str]
    """Those that were not checked at all, such as one in a state in which there is no detection."""
    incomplete: Mapping[str, str]
    """Those of which some resources could not be checked."""


def detect(aws: Aws, stacks: Mapping[str, str]) -> Reasons:
    """Detect drift in all stacks (key → id) at the same time, and wait for the end."""
    started: dict[str, str] = {}
    refused: dict[str, str] = {}
    for key, stack_id in stacks.items():
        try:
            started[key] = _start(aws, stack_id)
        except ClientError as fault:
            if error_code(fault) != "ValidationError":
                raise
            refused[key] = error_message(fault)
    ended = {key: _await(aws, detection) for key, detection in started.items()}
    return Reasons(refused, {key: reason for key, reason in ended.items() if reason})


def _start(aws: Aws, stack_id: str) -> str:
    """Begin a detection; one that already runs, perhaps our own whose response was lost, has to end first."""
    for _ in range(_MANY_POLLS):
        try:
            return read(lambda: aws.cloudformation.detect_stack_drift(StackName=stack_id))["StackDriftDetectionId"]
        except ClientError as fault:
            if error_code(fault) != "ValidationError" or _BUSY not in _words(fault):
                raise
            time.sleep(aws.poll_seconds)
    return read(lambda: aws.cloudformation.detect_stack_drift(StackName=stack_id))["StackDriftDetectionId"]


def _words(fault: ClientError) -> str:
    """The message if it is about a detection; a stack that an operation runs on is in progress too."""
    text = error_message(fault).lower()
    return text if "drift detection" in text and "_in_progress" not in text else ""


def _await(aws: Aws, detection: str) -> str:
    """Wait for the end of a detection; empty when all was checked, else the reason."""
    for _ in range(_MANY_POLLS):
        status: Json = read(
            lambda: aws.cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        )
        if status["DetectionStatus"] == "DETECTION_COMPLETE":
            return ""
        if status["DetectionStatus"] == "DETECTION_FAILED":
            return str(status.get("DetectionStatusReason") or "no reason given")
        time.sleep(aws.poll_seconds)
    return f"not ready after {_MANY_POLLS * aws.poll_seconds:.0f} seconds"
