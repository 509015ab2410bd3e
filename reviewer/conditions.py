"""Properties of which the resource schema does not say whether a change replaces, and the service's own API does.

A schema's `conditionalCreateOnlyProperties` has all that may replace, and also what merely interrupts; some older
schemas miss a property that can't be changed. `False`: the service's modify call takes the property. `True`: it has no
such parameter.
"""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from reviewer.change import Replacement

_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_MODIFY_DB_INSTANCE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"
_UPDATE_TABLE = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"

DECIDED: Mapping[tuple[str, str], tuple[Replacement, str]] = {
    ("AWS::CertificateManager::Certificate", "ValidationMethod"): (
        "True",
        f"{_REFERENCE}/aws-resource-certificatemanager-certificate.html",
    ),
    ("AWS::DynamoDB::GlobalTable", "KeySchema"): ("True", _UPDATE_TABLE),
    ("AWS::DynamoDB::GlobalTable", "LocalSecondaryIndexes"): ("True", _UPDATE_TABLE),
    ("AWS::DynamoDB::Table", "KeySchema"): ("True", _UPDATE_TABLE),
    ("AWS::EC2::EIP", "Domain"): ("True", f"{_REFERENCE}/aws-resource-ec2-eip.html"),
    ("AWS::RDS::DBInstance", "AutoMinorVersionUpgrade"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "DBParameterGroupName"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "MultiAZ"): ("False", _MODIFY_DB_INSTANCE),
    ("AWS::RDS::DBInstance", "PreferredMaintenanceWindow"): ("False", _MODIFY_DB_INSTANCE),
}
"""Type and property → what a change of it does, and the page that says so."""


TAKEN_ONCE: Mapping[tuple[str, str], str] = {
    ("AWS::RDS::DBInstance", "PerformanceInsightsKMSKeyId"): _MODIFY_DB_INSTANCE,
}
"""Type and property → the page of the call that sets it in place where it was not set; another value may replace."""


EMPTIED: Mapping[tuple[str, str], str] = {
    ("AWS::RDS::DBCluster", "GlobalClusterIdentifier"): f"{_REFERENCE}/aws-resource-rds-dbcluster.html",
}
"""Type and property → the page that says that it is emptied in place; another value may replace."""


def emptied(resource_type: str, name: str, after: Json) -> bool:
    """Whether a property gets the empty text that takes a resource out of something in place."""
    return after == "" and (resource_type, name) in EMPTIED


def decided(resource_type: str, name: str, degree: Replacement, first: bool = False) -> Replacement:
    """What a change of a property does, where the schema says `degree`; `first`: the property was not set."""
    if first and (resource_type, name) in TAKEN_ONCE:
        return "False"
    return DECIDED.get((resource_type, name), (degree, ""))[0]
