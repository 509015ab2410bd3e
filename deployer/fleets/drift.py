"""Drift of a fleet: what was changed outside of CloudFormation, in which account and region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.deployed import origins_of
from deployer.errors import refused
from deployer.faults import explained
from deployer.fleets.run import Ended, Report, Subject, begin, busy, follow
from deployer.fleets.state import Instance, State, call_as, read_instances, read_state
from deployer.fleets.steps import OURS, detection
from deployer.session import Aws
from reviewer.template_set import ROOT


@frozen(eq=True)
class Changed:
    """One resource that was changed or deleted outside of CloudFormation."""

    account: str
    region: str
    logical_id: str
    resource_type: str
    status: str
    """``MODIFIED`` or ``DELETED``."""
    component: str
    properties: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.account}/{self.region}"


@frozen(eq=True)
class FleetDrift:
    """What drift detection has found in a fleet."""

    stack: str
    instances: tuple[Instance, ...]
    changed: tuple[Changed, ...]
    unchecked: tuple[str, ...]
    """Accounts and regions of which nothing is known, with the reason."""
    nested: bool
    """Whether there are nested stacks, which StackSets does not look into."""

    @property
    def in_sync(self) -> int:
        """How many stacks this detection has found to be as they should."""
        left = {one.partition(":")[0] for one in self.unchecked}
        return sum(one.drift == "IN_SYNC" and one.name not in left for one in self.instances)

    @property
    def sure(self) -> bool:
        """Whether everything was checked, and nothing was changed."""
        return not (self.changed or self.unchecked or self.nested)

    def to_json(self) -> dict[str, Json]:
        return {**asdict(self), "sure": self.sure}


def detect_fleet_drift(aws: Aws, compiled: Compiled, report: Report) -> FleetDrift:
    """Detect, wait for the end, and read what is not as the template wants it. Changes nothing.

    Raises `DeployError` when there is no stack set, or an operation runs on it.
    """
    fleet = compiled.fleet
    assert fleet
    subject = Subject(compiled.stack_name, fleet)
    with explained("reading the stack set"):
        state = read_state(aws, compiled.stack_name, fleet)
    found = state.stack_set
    if found is None:
        raise refused(f"there is no stack set {compiled.stack_name}", "deploy the environment", "no-stack-set")
    ended = follow(aws, subject, ("drift", _detecting(aws, subject, state)), report)
    with explained("reading drift"):
        instances = read_instances(aws, compiled.stack_name, fleet)
        owners = origins_of(found.template).get(ROOT, {})
        told = {one.name for one in ended.results if one.status == "SUCCEEDED"}
        looked = [one for one in instances if one.name in told]
        changed = tuple(one for each in looked for one in _changed(aws, subject, each, (ended.operation, owners)))
    return FleetDrift(
        compiled.stack_name, instances, changed, tuple(_unchecked(instances, ended)), bool(compiled.children)
    )


def _detecting(aws: Aws, subject: Subject, state: State) -> str:
    """The id of the detection that an earlier run has begun and not seen to its end, or of a new one."""
    if state.running is None:
        return begin(aws, subject, detection((subject.name, subject.fleet), state))
    if state.running.action == "DETECT_DRIFT" and state.running.id.startswith(OURS):
        return state.running.id
    raise busy(aws, subject)


def _json(value: Json) -> Json:
    return value


def _changed(aws: Aws, subject: Subject, instance: Instance, known: tuple[str, Json]) -> Iterator[Changed]:
    if instance.drift != "DRIFTED":
        return
    operation_id, owners = known
    arguments = {
        "StackSetName": subject.name,
        "StackInstanceAccount": instance.account,
        "StackInstanceRegion": instance.region,
        "OperationId": operation_id,
        "StackInstanceResourceDriftStatuses": ["MODIFIED", "DELETED"],
        **call_as(subject.fleet),
    }
    token: Json = None
    while True:
        more = {"NextToken": token} if token else {}
        answer: Json = aws.cloudformation.list_stack_instance_resource_drifts(**_json(arguments), **more)
        for item in answer["Summaries"]:
            yield Changed(
                instance.account,
                instance.region,
                item["LogicalResourceId"],
                item["ResourceType"],
                item["StackResourceDriftStatus"],
                owners.get(item["LogicalResourceId"], ""),
                tuple(one["PropertyPath"] for one in item.get("PropertyDifferences", [])),
            )
        token = answer.get("NextToken")
        if not token:
            return


def _unchecked(instances: tuple[Instance, ...], ended: Ended) -> Iterator[str]:
    """Stacks that this detection has not come to: what is known of them may be of an earlier one."""
    told = {one.name: one for one in ended.results}
    for one in instances:
        result = told.get(one.name)
        if result is None or result.status != "SUCCEEDED" or one.drift not in ("IN_SYNC", "DRIFTED"):
            reason = (result and (result.reason or (result.status != "SUCCEEDED" and result.status))) or one.reason
            yield f"{one.name}: {reason or one.drift}"
