"""Ways back by copies of backups: for every kind that can be backed up, from whatever keeps copies in another region.

What offers ``copies`` says with `of` what it backs up, with `rules` when and into which further vaults, and with
`recovery` the region of a vault of its own there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.schedule_expression import longest_gap
from compiler.meaning.recovery import RESTORE, Step, Way, Wish, created_name, hole
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.physical_names import physical_name
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

LONGEST_VAULT_NAME = 50
_MOST_OFTEN = 120
"""Minutes that a backup each hour may lose, with the shortest window to start in."""
POINT = "RECOVERY_POINT"
"""What a component's newest copy is called in a runbook, behind the component's name."""


def recovery_vault(platform: str, environment: str, name: str) -> str:
    """Name of the vault in the recovery region that is the platform's own."""
    return physical_name((platform, environment, name, "recovery"), LONGEST_VAULT_NAME)


@frozen(eq=True)
class Restore:
    """How a copy becomes a resource again."""

    resource_type: str
    """What AWS Backup calls it: ``RDS``, ``DynamoDB``."""
    settings: Mapping[str, Json]
    metadata: str = ""
    """Of the restore job; empty where a template restores the copy by itself."""


def backup_help(wish: Wish) -> str:
    """What to do where copies of backups are the only way; nothing where they are never enough."""
    enough = wish.rpo >= _MOST_OFTEN and wish.rto >= RESTORE
    return f"copy its backups to {wish.region} with AWS Backup, as often as 'rpo' wants" if enough else ""


def copied_backups(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish, restore: Restore) -> Iterator[Way]:
    """A way for each plan that copies backups of the component into the region of the wish.

    A loss is the longest time between two backups and the window in which one starts. AWS promises no time for a copy.
    """
    for plan in spec.able("copies"):
        if any(one is component for name in plan.settings["of"] for one in spec.candidates(name)):
            for vault, rule in _vaults(plan, spec, wish):
                loses = longest_gap(rule["schedule"]) + rule["start_minutes"]
                point = hole(component, POINT)
                steps = tuple(_steps(vault, wish.region, restore, point))
                yield Way(f"the copies of {plan.address}", loses, RESTORE, steps, restore.settings)


def _vaults(plan: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Vault in the region, and the rule that copies into it."""
    here = (plan.settings["recovery"] or {}).get("region") == wish.region
    for _, rule in sorted(plan.settings["rules"].items()):
        if here:
            yield recovery_vault(spec.platform, spec.environment, created_name(plan)), rule
        for copy in rule["copies"]:
            if region_in(copy["vault"]) == wish.region:
                yield copy["vault"].rpartition(":")[2], rule


def _steps(vault: str, region: str, restore: Restore, point: str) -> Iterator[Step]:
    newest = "reverse(sort_by(RecoveryPoints, &CreationDate))[].[CreationDate, ResourceName, RecoveryPointArn]"
    listed = f"aws backup list-recovery-points-by-backup-vault --region {region} --backup-vault-name {vault}"
    find = f'{listed} --by-resource-type {restore.resource_type} --query "{newest}" --output table'
    yield Step(f"Find the newest copy of its backups: `{point}`.", (find,))
    if restore.metadata:
        start = f"aws backup start-restore-job --region {region} --recovery-point-arn {point} --iam-role-arn ROLE"
        watch = f"aws backup describe-restore-job --region {region} --restore-job-id JOB"
        text = (
            "Restore it, with a role that has `AWSBackupServiceRolePolicyForRestores` (S3: `…ForS3Restore`), and wait."
        )
        yield Step(text, (f"{start} --metadata {restore.metadata}", watch))
