"""What the policy of every KMS key says."""

from __future__ import annotations

from awacs.aws import Action, Allow, BoolIfExists, Condition, Deny, Principal, Statement
from troposphere import Sub


def administration() -> Statement:
    return Statement(
        Sid="AccountAdministration",
        Effect=Allow,
        Principal=Principal("AWS", Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")),
        Action=[Action("kms", "*")],
        Resource=["*"],
    )


def no_grants_to_people() -> Statement:
    """Only AWS services may make grants of the key (AWS Control Tower CT.KMS.PR.3)."""
    return Statement(
        Sid="GrantsOnlyForServices",
        Effect=Deny,
        Principal=Principal("AWS", "*"),
        Action=[Action("kms", "CreateGrant")],
        Resource=["*"],
        Condition=Condition(BoolIfExists({"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"})),
    )
