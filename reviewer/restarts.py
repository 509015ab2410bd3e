"""Changes of databases that a restart or an upgrade goes with: what happens to whom, and what avoids it.

Sources: RDS user guide, "DB parameter groups" and "Using Amazon RDS blue/green deployments", with its limitations;
CloudFormation reference, AWS::RDS::DBInstance, DBParameterGroupName; its handlers restart an instance whose group RDS
calls pending-reboot (aws-cloudformation-resource-providers-rds, aws-rds-dbinstance, UpdateHandler).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.applied_parameters import When, applied
from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.reasons import place_behind

BLUE_GREEN = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments-considerations.html"
_GROUP, _CLUSTER_GROUP = "AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup"
_PARAMETERS = "Parameters"
_UPGRADED = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster")
_MEMBER = ("DBClusterIdentifier", "SourceDBInstanceIdentifier")
"""Of an instance that is upgraded with another database."""
_HELD_BACK: Mapping[str, str] = {
    _GROUP: "static: the update restarts the database, unavailable meanwhile; without a restart it is pending-reboot",
    _CLUSTER_GROUP: "static: pending-reboot until each instance of the cluster restarts",
}
_UNKNOWN: Mapping[str, str] = {
    _GROUP: "holds at once if RDS calls it dynamic; if static, the update restarts the database",
    _CLUSTER_GROUP: "holds at once if RDS calls it dynamic; if static, when each instance of the cluster restarts",
}
_HINT = (
    "with less outage: a blue/green deployment of RDS, made outside of CloudFormation, switches over in about a "
    "minute, and the spec follows"
)
_MANAGED = ". It takes no managed password: `password: generated` first"


def restart_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for the parameters of each group by when they hold, and one for each database that could be switched."""
    slow = {change.component for change in changes if _is_slow(causes, change)}
    for change in changes:
        yield from _of_group(causes, change)
    for component in sorted(slow):
        yield _switched(causes, [one for one in changes if one.component == component])


def _of_group(causes: Causes, change: Change) -> Iterator[Risk]:
    changed = [*_changed(causes, change)]
    for when, texts in (("static", _HELD_BACK), ("unknown", _UNKNOWN)):
        names = [name for name, own in changed if own == when]
        if names:
            place = place_behind(causes, change, _PARAMETERS)
            text = f"{', '.join(f'`{name}`' for name in names)}: {texts[change.resource_type]}"
            yield Risk("outage", change.component, text, place, serious=False)


def _changed(causes: Causes, change: Change) -> Iterator[tuple[str, When]]:
    """The parameters of a group that stays which have another value, with when they hold."""
    if change.resource_type not in _HELD_BACK or change.action != "Modify" or change.replacement == "True":
        return
    old, new = (_parameters(side) for side in causes.sides.properties(causes.sides.address(change)))
    family = str(causes.sides.properties(causes.sides.address(change))[1].get("Family", ""))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield name, applied(family, name)


def _parameters(properties: Mapping[str, Json]) -> Mapping[str, Json]:
    found = properties.get(_PARAMETERS)
    return found if isinstance(found, dict) else {}


def _is_slow(causes: Causes, change: Change) -> bool:
    """Whether a database is upgraded or restarts for a static parameter."""
    if any(when == "static" for _, when in _changed(causes, change)):
        return True
    if change.resource_type not in _UPGRADED or change.action != "Modify" or change.replacement == "True":
        return False
    _, new = causes.sides.properties(causes.sides.address(change))
    alone = not any(name in new for name in _MEMBER)
    return alone and any(detail.top == "EngineVersion" for detail in change.details)


def _switched(causes: Causes, changes: Sequence[Change]) -> Risk:
    first = next(change for change in changes if _is_slow(causes, change))
    place = place_behind(causes, first, "EngineVersion" if first.resource_type in _UPGRADED else _PARAMETERS)
    text = _HINT + (_MANAGED if _is_managed(causes, first.component) else "")
    return Risk("outage", first.component, text, place, serious=False, source=BLUE_GREEN)


def _is_managed(causes: Causes, component: str) -> bool:
    """Whether RDS manages the password of the component's database, which blue/green deployments do not support."""
    sides = causes.sides
    own = [one for one in sides.new.addresses() if sides.new_origins(one[0]).get(one[1]) == component]
    return any(sides.properties(one)[1].get("ManageMasterUserPassword") for one in own)
