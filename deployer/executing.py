"""Begin the execution of a change set, also where the answer was lost."""

from __future__ import annotations

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from compiler.source.json_value import Json
from deployer.changeset import ChangeSet, Request, describe, supported
from deployer.errors import refused
from deployer.faults import error_code, read
from deployer.session import Aws

AGAIN = "plan again, review, and apply that"
_EXECUTED = frozenset({"EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"})
_UNSURE = frozenset({"InvalidChangeSetStatus", "InvalidChangeSetStatusException"})


def start(aws: Aws, change_set: ChangeSet, request: Request) -> None:
    """Execute the change set. If the response was lost, the retry gets InvalidChangeSetStatus: it is executing then."""
    wanted: dict[str, Json] = {"ChangeSetName": change_set.id, "ClientRequestToken": request.name}
    if request.kind != "IMPORT":
        # Without it a rolled back creation leaves the resources to be retained behind, in the way of the next one.
        wanted["RetainExceptOnCreate"] = True
    try:
        aws.cloudformation.execute_change_set(**supported(aws, "ExecuteChangeSet", wanted))
    except (ClientError, ResponseParserError) as fault:
        code = error_code(fault) if isinstance(fault, ClientError) else ""
        if (code and code not in _UNSURE) or not _executed(aws, change_set):
            raise _not_started(fault, code) from fault


def _not_started(fault: Exception, code: str) -> Exception:
    if code not in _UNSURE:
        return fault
    return refused(f"the planned change set cannot be executed any more: {fault}", AGAIN, "stale-plan")


def _executed(aws: Aws, change_set: ChangeSet) -> bool:
    found = read(lambda: describe(aws, change_set.id))
    return found is not None and found.execution in _EXECUTED
