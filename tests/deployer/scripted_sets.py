"""A scripted StackSets: answers that no stand-in gives, each checked against botocore's model of the service.

Requests are checked by botocore itself. An operation runs for some polls and then ends in each account and region, in
which it fails if it is told to. It knows nothing of templates: it is there for states, not for resources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import boto3
from botocore.config import Config
from botocore.validate import ParamValidator

from compiler.source.json_value import Json

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_SERVED = (
    "CreateStackSet DescribeStackSet UpdateStackSet DeleteStackSet CreateStackInstances DeleteStackInstances "
    "ListStackInstances ListStackSetOperations DescribeStackSetOperation ListStackSetOperationResults "
    "DetectStackSetDrift ListStackInstanceResourceDrifts"
)


_KEPT = ("AdministrationRoleARN", "AutoDeployment", "ExecutionRoleName", "Parameters", "PermissionModel", "Tags")


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
    drifted: dict[str, list[Json]] = field(default_factory=dict)
    """Account and region → drifts of resources."""
    inoperable: set[str] = field(default_factory=set)
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
        assert model.name in _SERVED.split(), model.name
        self.calls.append((model.name, self._params))
        try:
            answer = getattr(self, model.name)(self._params) or {}
        except Refusal as refusal:
            error = {"Error": {"Code": refusal.code, "Message": refusal.message}}
            return _Answer(400), {**error, "ResponseMetadata": {"HTTPStatusCode": 400}}
        if model.output_shape is not None:
            report = ParamValidator().validate(answer, model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return _Answer(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

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
        return {"StackSet": self._known()}

    def DeleteStackSet(self, _params: Json) -> None:
        if self.instances:
            raise Refusal("StackSetNotEmptyException")
        self.found = None

    def UpdateStackSet(self, params: Json) -> Json:
        before = self._known()
        if not params.get("UsePreviousTemplate"):
            kept = {"PermissionModel": before["PermissionModel"]}
            self.found = self._set(params) | kept
        places = self._places(params) or [*self.instances]
        return self._operation("UPDATE", params, places)

    def CreateStackInstances(self, params: Json) -> Json:
        return self._operation("CREATE", params, self._places(params))

    def DeleteStackInstances(self, params: Json) -> Json:
        return self._operation("DELETE", params, self._places(params))

    def DetectStackSetDrift(self, params: Json) -> Json:
        return self._operation("DETECT_DRIFT", params, [*self.instances])

    def _places(self, params: Json) -> list[str]:
        owners = params.get("Accounts") or params.get("DeploymentTargets", {}).get("Accounts")
        owners = owners or params.get("DeploymentTargets", {}).get("OrganizationalUnitIds", ())
        return [f"{owner}/{region}" for region in params.get("Regions", ()) for owner in owners]

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
        self.results[operation_id] = [self._result(place, "PENDING") for place in places]
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
            failed = place in self.failing and operation["Action"] != "DETECT_DRIFT"
            result.update({"Status": "FAILED" if failed else "SUCCEEDED"})
            result.update({"StatusReason": self.failing[place]} if failed else {})
            self._become(place, operation["Action"], result)
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
        if action == "DETECT_DRIFT":
            known["DriftStatus"] = "DRIFTED" if place in self.drifted else "IN_SYNC"
        else:
            known["Status"] = "INOPERABLE" if place in self.inoperable else "OUTDATED" if failed else "CURRENT"
            known["StackInstanceStatus"] = {"DetailedStatus": result["Status"]}
            known["StatusReason"] = result.get("StatusReason", "")
            if not failed:
                known["StackId"] = f"arn:aws:cloudformation:{result['Region']}:{result['Account']}:stack/StackSet-x/1"
        self.instances[place] = known

    def ListStackSetOperationResults(self, params: Json) -> Json:
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
