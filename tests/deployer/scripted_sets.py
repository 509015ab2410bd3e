"""A scripted StackSets: answers that no stand-in gives, each checked against botocore's model of the service.

Requests are checked by botocore itself, and held to the sentences of the API reference (`sets_rules`). An operation
runs for some polls and then ends in each account and region, in which it fails if it is told to. It knows nothing of
templates: it is there for states, not for resources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import boto3
from botocore.config import Config
from botocore.validate import ParamValidator

from compiler.source.json_value import Json
from tests.deployer.sets_rules import named, refusals

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SERVED = (
    "CreateStackSet DescribeStackSet UpdateStackSet DeleteStackSet CreateStackInstances UpdateStackInstances "
    "DeleteStackInstances ListStackInstances ListStackSetOperations DescribeStackSetOperation "
    "ListStackSetOperationResults DetectStackSetDrift ListStackInstanceResourceDrifts DescribeStacks"
)
"""The operations that are scripted."""


_KEPT = (
    "AdministrationRoleARN",
    "AutoDeployment",
    "ExecutionRoleName",
    "Description",
    "Parameters",
    "PermissionModel",
    "Tags",
)


class _Answer:
    """What botocore needs of an HTTP response."""

    def __init__(self, status: int) -> None:
        self.status_code = status


class Refusal(Exception):
    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message or code


@dataclass
class Scripted:
    """One account with at most one stack set."""

    template: Callable[[str], str] = lambda _url: "{}"
    """Body of a template by its URL."""
    polls: int = 1
    """How often an operation is told to run before it has ended."""
    failing: dict[str, str] = field(default_factory=dict)
    """Account and region in which operations fail → the reason."""
    failing_once: set[str] = field(default_factory=set)
    """Accounts in which the first operation fails."""
    drifted: dict[str, list[Json]] = field(default_factory=dict)
    """Account and region → drifts of resources."""
    inoperable: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    """Accounts and regions that operations leave out, because the account is suspended."""
    empty: set[str] = field(default_factory=set)
    """Organizational units without accounts."""
    late: int = 0
    """How often the results of an operation that has ended are told as they were before its end."""
    stacks: set[str] = field(default_factory=set)
    """Names of stacks that are no stack set's."""
    lose: set[str] = field(default_factory=set)
    """Operations of which the answer is lost once, after they were begun."""
    calls: list[tuple[str, Json]] = field(default_factory=list)
    found: Json = None
    instances: dict[str, Json] = field(default_factory=dict)
    operations: list[Json] = field(default_factory=list)
    results: dict[str, list[Json]] = field(default_factory=dict)
    _left: dict[str, int] = field(default_factory=dict)
    _preferences: dict[str, Json] = field(default_factory=dict)
    _params: Json = None
    _units: set[str] = field(default_factory=set)
    _stale: list[Json] = field(default_factory=list)

    def client(self) -> Json:
        """A client of CloudFormation that never leaves the process."""
        session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
        client: Json = session.client("cloudformation", config=Config(retries={"max_attempts": 1}))
        client.meta.events.register("before-parameter-build.cloudformation", self._keep)
        client.meta.events.register("before-call.cloudformation", self._serve)
        return client

    def _keep(self, params: Json, **_: Json) -> None:
        self._params = dict(params)

    def _serve(self, model: Json, **_: Json) -> Json:
        assert model.name in SERVED.split(), model.name
        try:
            answer = self.answer(model, self._params)
        except Refusal as refusal:
            error = {"Error": {"Code": refusal.code, "Message": refusal.message}}
            return _Answer(400), {**error, "ResponseMetadata": {"HTTPStatusCode": 400}}
        return _Answer(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def answer(self, model: Json, params: Json) -> Json:
        """The answer to one call, as botocore's model of the service has it. Raises `Refusal`."""
        self.calls.append((model.name, params))
        for sentence in refusals(model.name, params, self.found, self.instances):
            missing = "stack instance doesn't exist" in sentence
            raise Refusal("StackInstanceNotFoundException" if missing else "ValidationError", sentence)
        answer = getattr(self, model.name)(params) or {}
        if model.output_shape is not None:
            report = ParamValidator().validate(answer, model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return answer

    def said(self, *names: str) -> list[Json]:
        """The arguments of all calls of some operations."""
        return [params for name, params in self.calls if name in names]

    def CreateStackSet(self, params: Json) -> Json:
        if self.found:
            raise Refusal("NameAlreadyExistsException")
        self.found = self._set(params)
        return {"StackSetId": self.found["StackSetId"]}

    def _set(self, params: Json) -> Json:
        kept = {key: params[key] for key in _KEPT if key in params}
        body = self.template(params["TemplateURL"])
        name = params["StackSetName"]
        return {"StackSetId": f"{name}:1", "StackSetName": name, "Status": "ACTIVE", "TemplateBody": body} | kept

    def _known(self) -> Json:
        if not self.found:
            raise Refusal("StackSetNotFoundException")
        return self.found

    def DescribeStackSet(self, _params: Json) -> Json:
        found = self._known()
        regions = sorted({place.split("/")[1] for place in self.instances})
        units = {"OrganizationalUnitIds": sorted(self._units)} if self._units else {}
        return {"StackSet": {**found, "Regions": regions, **units}}

    def DescribeStacks(self, params: Json) -> Json:
        name = params["StackName"]
        if name not in self.stacks:
            raise Refusal("ValidationError", f"Stack with id {name} does not exist")
        about = {"StackId": f"arn:aws:cloudformation:us-east-1:1:stack/{name}/1", "StackName": name}
        return {"Stacks": [{**about, "CreationTime": NOON, "StackStatus": "CREATE_COMPLETE"}]}

    def DeleteStackSet(self, _params: Json) -> None:
        if self.instances:
            raise Refusal("StackSetNotEmptyException")
        self.found = None

    def UpdateStackSet(self, params: Json) -> Json:
        before = self._known()
        begun = self._operation("UPDATE", params, named(params) or [*self.instances])
        if not params.get("UsePreviousTemplate"):
            roles = {name: before[name] for name in ("AdministrationRoleARN", "ExecutionRoleName") if name in before}
            self.found = {**roles, **self._set(params), "PermissionModel": before["PermissionModel"]}
        if params.get("TemplateURL") or "Parameters" in params:
            # "CloudFormation marks all stack instances with a status of OUTDATED prior to updating"
            for instance in self.instances.values():
                instance["Status"] = "OUTDATED"
        return begun

    def CreateStackInstances(self, params: Json) -> Json:
        self._units |= set(params.get("DeploymentTargets", {}).get("OrganizationalUnitIds", ()))
        return self._operation("CREATE", params, named(params))

    def UpdateStackInstances(self, params: Json) -> Json:
        return self._operation("UPDATE", params, named(params))

    def DeleteStackInstances(self, params: Json) -> Json:
        self._units -= set(params.get("DeploymentTargets", {}).get("OrganizationalUnitIds", ()))
        return self._operation("DELETE", params, named(params))

    def DetectStackSetDrift(self, params: Json) -> Json:
        return self._operation("DETECT_DRIFT", params, [*self.instances])

    def _operation(self, action: str, params: Json, places: list[str]) -> Json:
        self._known()
        if any(one["Status"] == "RUNNING" for one in self.operations):
            raise Refusal("OperationInProgressException")
        operation_id = params.get("OperationId") or f"sdk-{len(self.operations)}"
        if any(one["OperationId"] == operation_id for one in self.operations):
            raise Refusal("OperationIdAlreadyExistsException")
        about = {"OperationId": operation_id, "Action": action, "Status": "RUNNING", "CreationTimestamp": NOON}
        self.operations.insert(0, about)
        self._left[operation_id] = self.polls
        self._preferences[operation_id] = params.get("OperationPreferences", {})
        peopled = [place for place in places if place.split("/")[0] not in self.empty]
        self.results[operation_id] = [self._result(place, "PENDING") for place in peopled]
        self._stale = [dict(one) for one in self.results[operation_id]]
        if action in self.lose:
            self.lose.discard(action)
            raise Refusal("OperationIdAlreadyExistsException", "what the SDK's retry gets")
        return {"OperationId": operation_id}

    def _result(self, place: str, status: str) -> Json:
        """A unit stands for one account in it."""
        owner, region = place.split("/")
        unit = {"OrganizationalUnitId": owner} if owner.startswith("ou-") else {}
        return {"Account": "999999999999" if unit else owner, "Region": region, "Status": status, **unit}

    def ListStackSetOperations(self, _params: Json) -> Json:
        self._known()
        return {"Summaries": self.operations}

    def DescribeStackSetOperation(self, params: Json) -> Json:
        found = next((one for one in self.operations if one["OperationId"] == params["OperationId"]), None)
        if found is None:
            raise Refusal("OperationNotFoundException")
        if found["Status"] == "RUNNING":
            self._left[found["OperationId"]] -= 1
            if self._left[found["OperationId"]] < 0:
                self.end(found)
        return {"StackSetOperation": found}

    def end(self, operation: Json) -> None:
        """Let the operation end everywhere."""
        results = self.results[operation["OperationId"]]
        for result in results:
            place = f"{result.get('OrganizationalUnitId', result['Account'])}/{result['Region']}"
            failed = place in self.failing or result["Account"] in self.failing_once
            result.update({"Status": "FAILED" if failed else "SUCCEEDED"})
            result.update({"StatusReason": self.failing.get(place, "the first time")} if failed else {})
            self._become(place, operation["Action"], result)
        self.failing_once -= {one["Account"] for one in results}
        count = sum(one["Status"] == "FAILED" for one in results)
        operation["StatusDetails"] = {"FailedStackInstancesCount": count}
        operation["Status"] = "FAILED" if self._too_many(operation, results) else "SUCCEEDED"

    def _too_many(self, operation: Json, results: list[Json]) -> bool:
        """Whether more failed in a region than the operation tolerates."""
        preferences = self._preferences.get(operation["OperationId"], {})
        for region in {one["Region"] for one in results}:
            here = [one["Status"] for one in results if one["Region"] == region]
            most = len(here) * preferences.get("FailureTolerancePercentage", 0) // 100
            if here.count("FAILED") > preferences.get("FailureToleranceCount", most):
                return True
        return False

    def _become(self, place: str, action: str, result: Json) -> None:
        failed = result["Status"] == "FAILED"
        if action == "DELETE" and not failed:
            self.instances.pop(place, None)
            return
        about = ("Account", "Region", "OrganizationalUnitId")
        known = self.instances.get(place, {key: result[key] for key in about if key in result})
        if action == "DETECT_DRIFT" and failed:
            pass  # what an earlier detection has found stays
        elif action == "DETECT_DRIFT":
            known["DriftStatus"] = "DRIFTED" if place in self.drifted else "IN_SYNC"
        else:
            known["Status"] = "INOPERABLE" if place in self.inoperable else "OUTDATED" if failed else "CURRENT"
            known["StackInstanceStatus"] = {"DetailedStatus": result["Status"]}
            if place in self.suspended:
                skipped = {"DetailedStatus": "SKIPPED_SUSPENDED_ACCOUNT"}
                known |= {"Status": "OUTDATED", "StackInstanceStatus": skipped}
            known["StatusReason"] = result.get("StatusReason", "")
            if not failed:
                known["StackId"] = f"arn:aws:cloudformation:{result['Region']}:{result['Account']}:stack/StackSet-x/1"
        self.instances[place] = known

    def ListStackSetOperationResults(self, params: Json) -> Json:
        if self.late and not any(one["Status"] == "RUNNING" for one in self.operations):
            self.late -= not params.get("NextToken")
            return _page(self._stale, params)
        return _page(self.results[params["OperationId"]], params)

    def ListStackInstances(self, params: Json) -> Json:
        self._known()
        return _page([*self.instances.values()], params)

    def ListStackInstanceResourceDrifts(self, params: Json) -> Json:
        place = f"{params['StackInstanceAccount']}/{params['StackInstanceRegion']}"
        return {"Summaries": self.drifted.get(place, [])}


def _page(entries: list[Json], params: Json) -> Json:
    """Two entries a page."""
    start = int(params.get("NextToken", 0))
    more = {"NextToken": str(start + 2)} if start + 2 < len(entries) else {}
    return {"Summaries": entries[start : start + 2], **more}
