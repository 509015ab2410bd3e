"""Copies of a table in other regions. No troposphere here."""

from __future__ import annotations

from compiler.source.frozen import frozen

AWS_MANAGED = "aws-managed"
"""What is written for the key that AWS keeps in the account for DynamoDB."""


@frozen()
class Replica:
    """A copy: what encrypts it, if not the platform's key there."""

    key: str | None
