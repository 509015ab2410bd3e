"""`AWS::RDS::DBCluster` of Aurora Serverless v2 as a component of `databases`, with what Copilot makes around it."""

from __future__ import annotations

import re

from compiler.source.json_value import Json

TYPE = "AWS::RDS::DBCluster"
SECTION = "databases"
VERBS = ("connect",)
ATTRIBUTES = {"Endpoint.Address": "endpoint", "Endpoint.Port": "port", "ReadEndpoint.Address": "reader_endpoint"}
AROUND = frozenset(
    {
        "AWS::RDS::DBSubnetGroup",
        "AWS::RDS::DBClusterParameterGroup",
        "AWS::RDS::DBInstance",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::SecretsManager::Secret",
        "AWS::SecretsManager::SecretTargetAttachment",
    }
)
"""What a database of a spec makes itself."""
_KNOWN = frozenset(
    {
        "DBClusterParameterGroupName",
        "DBSubnetGroupName",
        "DatabaseName",
        "Engine",
        "EngineVersion",
        "MasterUserPassword",
        "MasterUsername",
        "Port",
        "ServerlessV2ScalingConfiguration",
        "VpcSecurityGroupIds",
    }
)


def native(properties: dict[str, Json]) -> dict[str, Json] | None:
    """The settings; None for another cluster, or where a property has no setting."""
    capacity = properties.get("ServerlessV2ScalingConfiguration")
    if not capacity or not properties.keys() <= _KNOWN or not str(properties.get("Engine")).startswith("aurora-"):
        return None
    major = r"\d+\.\d+" if properties["Engine"] == "aurora-mysql" else r"\d+"
    version = re.match(major, str(properties.get("EngineVersion", "")))
    if not version:
        return None
    found = {"engine": properties["Engine"], "version": version[0], "database": properties.get("DatabaseName")}
    found["serverless"] = {"min": capacity["MinCapacity"], "max": capacity["MaxCapacity"]}
    return {key: value for key, value in found.items() if value is not None}
