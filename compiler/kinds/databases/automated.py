"""How the ARN of automated backups is told from that of a snapshot. No troposphere here."""

from __future__ import annotations

AUTOMATED = ":auto-backup:"
"""Source: RDS API reference, DBInstanceAutomatedBackup, DBInstanceAutomatedBackupsArn."""
