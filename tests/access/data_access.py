"""Data access policies of OpenSearch Serverless, which decide behind ``aoss:APIAccessAll``.

Source: OpenSearch Service developer guide, "Data access control for Amazon OpenSearch Serverless".
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.access.matching import like
from tests.access.physical import Deployed


def permissions(deployed: Deployed, role: str, resource: str) -> set[str]:
    """What a role may do with ``index/<collection>/<index>`` or ``collection/<collection>``."""
    return set(_permissions(deployed, role, resource))


def _permissions(deployed: Deployed, role: str, resource: str) -> Iterator[str]:
    for logical_id in deployed.of_type("AWS::OpenSearchServerless::AccessPolicy"):
        for statement in json.loads(deployed.properties(logical_id)["Policy"]):
            if role in statement["Principal"]:
                for rule in statement["Rules"]:
                    if any(like(pattern, resource) for pattern in rule["Resource"]):
                        yield from rule["Permission"]
