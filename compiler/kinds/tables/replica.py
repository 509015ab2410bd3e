"""Copies of a table in other regions. No troposphere here."""

from __future__ import annotations

from dataclasses import dataclass

AWS_MANAGED = "aws-managed"
"""What is written for the key that AWS keeps in the account for DynamoDB."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Replica:
    """A copy: what encrypts it."""

    key: str
