"""The master user's password: in a secret of the platform, or managed by DocumentDB."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import Ref, Sub, secretsmanager

from compiler.kinds.documents.settings import DocumentsSettings
from compiler.program.component import Value
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.secrets import generated_password

_LENGTH = 64
"""DocumentDB takes 8 to 100 characters, none of them / " or @ (API reference, CreateDBCluster)."""


def password(documents: DocumentsSettings) -> Mapping[str, object]:
    """Properties of a cluster of instances."""
    if documents.managed:
        return {"ManageMasterUserPassword": True, "MasterUserSecretKmsKeyId": KEY_ARN}
    return {"MasterUserPassword": secret_password(documents)}


def secret_password(documents: DocumentsSettings) -> Value:
    return Sub(f"{{{{resolve:secretsmanager:${{{documents.secret_id}}}:SecretString:password}}}}")


def own_secret(documents: DocumentsSettings) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        documents.secret_id,
        Description=f"Master user of the document database {documents.name}",
        KmsKeyId=KEY_ARN,
        GenerateSecretString=generated_password(f'{{"username":"{documents.username}"}}', _LENGTH),
        **deletion("retain" if documents.keep == "retain" else "delete"),
    )


def attachment(documents: DocumentsSettings) -> secretsmanager.SecretTargetAttachment:
    """It writes engine, host and port into the secret, as clients and functions that rotate it expect them."""
    return secretsmanager.SecretTargetAttachment(
        documents.part("SecretAttachment"),
        SecretId=Ref(documents.secret_id),
        TargetId=Ref(documents.main_id),
        TargetType="AWS::DocDB::DBCluster",
    )
