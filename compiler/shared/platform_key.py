"""The platform's KMS key, as those see it whose data it encrypts."""

from __future__ import annotations

from troposphere import GetAtt

from compiler.program.component import KEY_ID, Grant, Platform

KEY_ARN = GetAtt(KEY_ID, "Arn")

USE = (
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)
"""All that encrypting and decrypting with a key may take."""


def key_grant(platform: Platform, service: str, *actions: str) -> Grant:
    """Use of the key, only through `service` (``s3``) in this region.

    Source: AWS KMS developer guide, kms:ViaService.
    """
    through = {"kms:ViaService": f"{service}.{platform.region}.amazonaws.com"}
    return Grant(tuple(f"kms:{action}" for action in actions), (KEY_ARN,), {"StringEquals": through})
