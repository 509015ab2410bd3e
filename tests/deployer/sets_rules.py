"""What the API reference of StackSets says about arguments that exclude or need each other, each with its sentence.

botocore checks names, types and patterns alone. Sources: CreateStackSet, UpdateStackSet, CreateStackInstances,
UpdateStackInstances, StackSetOperationPreferences, DeploymentTargets and AutoDeployment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from compiler.source.json_value import Json

MOST_UNITS, MOST_TAGS = 50, 50


def refusals(operation: str, params: Json, found: Json, places: Collection[str]) -> Iterator[str]:
    """The sentences that a call breaks. `found`: the stack set; `places`: owner and region of each of its stacks."""
    known = found or (params if operation == "CreateStackSet" else None)
    model = known.get("PermissionModel", "SELF_MANAGED") if known else ""
    for rule, sentence in _RULES.items():
        if rule(operation, params, model):
            yield sentence
    missing = [place for place in named(params) if place not in places]
    if operation in ("UpdateStackSet", "UpdateStackInstances") and missing:
        yield f"The specified stack instance doesn't exist: {missing[0]}"
    order = params.get("OperationPreferences", {}).get("RegionOrder", [])
    if operation not in ("CreateStackSet", "CreateStackInstances"):
        foreign = set(order) - {place.split("/")[1] for place in places}
        if foreign:
            yield f"there are no stacks in the regions of the order: {sorted(foreign)}"
    if operation == "CreateStackInstances" and set(order) != set(params["Regions"]):
        yield "the order names other regions than the operation"


def named(params: Json) -> list[str]:
    """Account, or unit, and region of what a call names."""
    targets = params.get("DeploymentTargets", {})
    owners = params.get("Accounts") or targets.get("Accounts") or targets.get("OrganizationalUnitIds", ())
    return [f"{owner}/{region}" for region in params.get("Regions", ()) for owner in owners]


def _both(*names: str) -> Callable[[str, Json, str], bool]:
    return lambda _operation, params, _model: all(name in params for name in names)


def _preferences(*names: str) -> Callable[[str, Json, str], bool]:
    return lambda _operation, params, _model: all(name in params.get("OperationPreferences", {}) for name in names)


def _of_model(name: str, wanted: str) -> Callable[[str, Json, str], bool]:
    return lambda _operation, params, model: name in params and model not in ("", wanted)


def _template(operation: str, params: Json, _model: str) -> bool:
    named_so = [name for name in ("TemplateBody", "TemplateURL", "UsePreviousTemplate") if params.get(name)]
    return operation in ("CreateStackSet", "UpdateStackSet") and len(named_so) != 1


def _targets(operation: str, params: Json, model: str) -> bool:
    wanted = "DeploymentTargets" if model == "SERVICE_MANAGED" else "Accounts"
    return operation in ("CreateStackInstances", "DeleteStackInstances") and wanted not in params


def _filter(operation: str, params: Json, _model: str) -> bool:
    targets = params.get("DeploymentTargets", {})
    both = "Accounts" in targets and "OrganizationalUnitIds" in targets
    return operation == "CreateStackInstances" and both and targets.get("AccountFilterType", "UNION") == "UNION"


def _halved(operation: str, params: Json, _model: str) -> bool:
    return operation == "UpdateStackSet" and ("Accounts" in params) and not params.get("Regions")


_RULES: dict[Callable[[str, Json, str], bool], str] = {
    _both("Accounts", "DeploymentTargets"): "You can specify Accounts or DeploymentTargets, but not both.",
    _both("AutoDeployment", "DeploymentTargets"): (
        "If you specify AutoDeployment, don't specify DeploymentTargets or Regions."
    ),
    _both("AutoDeployment", "Regions"): "If you specify AutoDeployment, don't specify DeploymentTargets or Regions.",
    _preferences("FailureToleranceCount", "FailureTolerancePercentage"): "FailureTolerance: one of both",
    _preferences("MaxConcurrentCount", "MaxConcurrentPercentage"): "MaxConcurrent: one of both",
    _of_model("AdministrationRoleARN", "SELF_MANAGED"): "Valid only if the permissions model is SELF_MANAGED.",
    _of_model("ExecutionRoleName", "SELF_MANAGED"): "Valid only if the permissions model is SELF_MANAGED.",
    _of_model("AutoDeployment", "SERVICE_MANAGED"): "Not used with self-managed permissions.",
    _of_model("CallAs", "SERVICE_MANAGED"): "Valid only if the permissions model is SERVICE_MANAGED.",
    _of_model("DeploymentTargets", "SERVICE_MANAGED"): "[Service-managed permissions]",
    _of_model("Accounts", "SELF_MANAGED"): "[Self-managed permissions]",
    _template: "You must specify only one of TemplateBody or TemplateURL, or set UsePreviousTemplate to true.",
    _targets: "You must specify at least one value for either Accounts or DeploymentTargets.",
    _filter: "When performing create operations, you must also specify AccountFilterType; UNION is not supported.",
    _halved: "If you specify accounts, you must also specify the Regions.",
    lambda operation, params, model: (
        operation == "CreateStackSet" and model == "SERVICE_MANAGED" and "AutoDeployment" not in params
    ): "Required if the permissions model is SERVICE_MANAGED.",
    lambda _operation, params, _model: (
        "RetainStacksOnAccountRemoval" in params.get("AutoDeployment", {}) and not params["AutoDeployment"]["Enabled"]
    ): "Specify only if Enabled is set to True.",
    lambda _operation, params, _model: (
        len(params.get("DeploymentTargets", {}).get("OrganizationalUnitIds", ())) > MOST_UNITS
    ): "The maximum number of organizational units supported is 50.",
    lambda _operation, params, _model: len(params.get("Tags", ())) > MOST_TAGS: "A maximum number of 50 tags.",
}
