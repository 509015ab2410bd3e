"""How a database comes back in another region.

Sources: RDS user guide, "Replicating automated backups to another AWS Region"; AWS Backup developer guide,
"Restoring an RDS database"; CloudFormation reference, AWS::RDS::DBInstance, SourceDBInstanceAutomatedBackupsArn.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.kinds.databases.engines import ENGINES
from compiler.language.naming import physical_name
from compiler.meaning.recovery import RESTORE, Recovers, Step, Way, Wish, hole, logical_id, of_stack
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.backup_copies import POINT, Restore, backup_help, copied_backups

_REPLICATED = 15
"""Minutes: RDS uploads transaction logs every five, and then copies them. A planning value; see RestoreWindow."""


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    aurora = ENGINES[component.settings["engine"]].aurora
    restore = Restore("Aurora" if aurora else "RDS", {"restore_from": hole(component, POINT)})
    ways = (*_replicated(component, spec, wish), *copied_backups(component, spec, wish, restore))
    if aurora and wish.rto < RESTORE:
        return Recovers(ways, "", "run a secondary cluster there, an environment of its own with 'global_database'")
    if aurora:
        return Recovers(ways, "", backup_help(wish))
    if wish.rto < RESTORE:
        return Recovers(ways, "", "run a replica there, an environment of its own with 'replica_of'")
    return Recovers(ways, "replicate_backups", f"set 'replicate_backups: {{region: {wish.region}}}'")


def _replicated(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Iterator[Way]:
    """Replicated automated backups, from which a template restores the latest time by itself."""
    replica = component.settings["replicate_backups"]
    if not replica or replica["region"] != wish.region:
        return
    columns = "[DBInstanceIdentifier, RestoreWindow.LatestTime, DBInstanceAutomatedBackupsArn]"
    listed = f"aws rds describe-db-instance-automated-backups --region {wish.region}"
    named = _identifier(component, spec)
    which = f"DBInstanceIdentifier=='{named}'" if named else of_stack(spec, "DBInstanceIdentifier")
    found = f'{listed} --query "DBInstanceAutomatedBackups[?{which}].{columns}" --output table'
    about = f"its identifier is `{named}`" if named else f"`{logical_id(component).lower()}` is in its identifier"
    backup = hole(component, "AUTOMATED_BACKUP")
    text = f"Find its replicated backups, `{backup}`, and how far they reach ({about})."
    yield Way(
        "the replication of automated backups",
        _REPLICATED,
        RESTORE,
        (Step(text, (found,)),),
        {"restore_from": backup},
    )


def _identifier(component: ResolvedComponent, spec: ResolvedSpec) -> str | None:
    """The identifier that the spec gives; without one, CloudFormation makes it."""
    named = component.settings["identifier"]
    return named or physical_name(spec.header["naming"], component.kind, component.name, component.settings)
