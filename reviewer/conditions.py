"""Properties that a resource schema calls replacing under conditions, where the service's API says which it is.

A schema's `conditionalCreateOnlyProperties` is all that CloudFormation publishes; it also has there what merely
interrupts. `False`: the service's modify call takes the property. `True`: it has no such parameter.
"""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.change import Replacement

_MODIFY_DB_INSTANCE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"
_UPDATE_TABLE = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"

DECIDED: Mapping[tuple[str, str], tuple[Replacement, str]] = {
    ("AWS::DynamoDB::GlobalTable", "KeySchema"): ("True", _UPDATE_TABLE),
    ("AWS::DynamoDB::GlobalTable", "LocalSecondaryIndexes"): ("True", _UPDATE_TABLE),
    ("AWS::DynamoDB::Table", "KeySchema"): ("True", _UPDATE_TABLE),
    ("AWS::RDS::DBInstance", "AutoMinorVersionUpgrade"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "DBParameterGroupName"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "MultiAZ"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "PreferredMaintenanceWindow"): ("False", _MODIFY_DB_INSTANCE),
}
"""Type and property → what a change of it does, and the reference of the call."""


def decided(resource_type: str, name: str, degree: Replacement) -> Replacement:
    """`degree`, or what the service's API makes of a conditional one."""
    if degree != "Conditional":
        return degree
    return DECIDED.get((resource_type, name), (degree, ""))[0]
