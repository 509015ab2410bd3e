"""Backup vaults."""

from __future__ import annotations

from deployer.sandbox.seed import Seed

SEEDS = {"AWS::Backup::BackupVault": Seed(("backup", "_vaults"), lambda wanted: {"BackupVaultName": wanted.name})}
