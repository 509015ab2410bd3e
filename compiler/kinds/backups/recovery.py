"""The vault in the recovery region, with its key: what stays when a region is lost.

Nothing of it points at the platform's region, so that it can be made first.
"""

from __future__ import annotations

from collections.abc import Iterator

from awacs.aws import PolicyDocument
from troposphere import AWSObject, GetAtt, backup, kms

from compiler.kinds.backups.settings import BackupSettings
from compiler.program.component import Component, Platform
from compiler.shared.backup_copies import recovery_vault
from compiler.shared.keep import deletion
from compiler.shared.key_policy import administration, no_grants_to_people


def vault_id(component: Component) -> str:
    return f"{component.stem}RecoveryVault"


def key_id(component: Component) -> str:
    return f"{component.stem}RecoveryKey"


def recovery_resources(component: BackupSettings, platform: Platform) -> Iterator[AWSObject]:
    """The key and the vault. The account's IAM policies open the key, to AWS Backup's service-linked role as well."""
    statements = [administration(), no_grants_to_people()]
    yield kms.Key(
        key_id(component),
        Description=f"Encrypts copies of the backups {component.name} of {platform.name} {platform.environment}",
        EnableKeyRotation=True,
        KeyPolicy=PolicyDocument(Version="2012-10-17", Statement=statements),
        **deletion(component.keep),
    )
    yield backup.BackupVault(
        vault_id(component),
        BackupVaultName=recovery_vault(platform.name, platform.environment, component.name),
        EncryptionKeyArn=GetAtt(key_id(component), "Arn"),
        **component.locked(),
        **deletion(component.keep),
    )
