"""W9701: data in production that one call deletes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import computed, on

_SWITCHES: Mapping[str, str] = {
    "AWS::DynamoDB::Table": "DeletionProtectionEnabled",
    "AWS::DocDB::DBCluster": "DeletionProtection",
}
_GLOBAL, _POOL = "AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool"


class DeletionProtection(OwnRule):
    id = "W9701"
    shortdesc = "Deletion protection in production"
    description = (
        "A DynamoDB table, a DocumentDB cluster or a Cognito user pool in production is deleted by one call, "
        "whatever the DeletionPolicy of the stack is, unless the service itself protects it."
    )
    source_url = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html"
    tags = (
        "dynamodb",
        "docdb",
        "cognito",
        "production",
    )
    types = (*_SWITCHES, _GLOBAL, _POOL)
    fix = "switch deletion protection on"
    production_only = True

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        if resource.type == _GLOBAL:
            for path, replica in resource.each("Replicas"):
                if isinstance(replica, Mapping) and not on(replica.get("DeletionProtectionEnabled")):
                    yield ("Properties", *path), "'DeletionProtectionEnabled' is not on in this replica"
        elif resource.type == _POOL:
            value = resource.get("DeletionProtection")
            if value != "ACTIVE" and not computed(value):
                yield resource.nearest("DeletionProtection"), "'DeletionProtection' is not ACTIVE"
        else:
            name = _SWITCHES[resource.type]
            if not on(resource.get(name)):
                yield resource.nearest(name), f"'{name}' is not on"
