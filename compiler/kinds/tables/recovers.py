"""How a table comes back in another region: its copy there, or a restored backup.

Source: DynamoDB developer guide, "Global tables: how it works": changes are usually replicated within a second.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.kinds.tables.replica import AWS_MANAGED
from compiler.language.naming import physical_name
from compiler.meaning.recovery import (
    LIVE,
    RECOVERY_KEY,
    Recovers,
    Step,
    Way,
    Wish,
    existing,
    hole,
    logical_id,
    of_stack,
)
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.backup_copies import Restore, copied_backups


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    name = f"{spec.platform}-{spec.environment}-{component.name}-restored"
    restore = Restore("DynamoDB", {"existing": name}, f"targetTableName={name}")
    ways = (*_replica(component, spec, wish), *copied_backups(component, spec, wish, restore))
    return Recovers(ways, "replicas", f"set 'replicas: {{{wish.region}: {{}}}}'")


def _replica(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Iterator[Way]:
    data = component.settings
    if wish.region not in data["replicas"]:
        return
    named = physical_name(spec.header["naming"], component.kind, component.name, data)
    listed = f"aws dynamodb list-tables --region {wish.region}"
    find = f'{listed} --query "TableNames[?{of_stack(spec, "@")}]" --output table'
    table = hole(component, "TABLE")
    text = f"Find the replica, `{table}`: its name has `{logical_id(component, 'Global')}`."
    described = f"aws dynamodb describe-table --region {wish.region} --table-name {named or table}"
    check = f"{described} --query Table.TableStatus"
    steps = [] if named else [Step(text, (find,))]
    steps.append(Step("Look at the replica, which takes writes already.", (check,)))
    key = data["replicas"][wish.region]["key"] or RECOVERY_KEY
    settings = existing(named or table, None if key == AWS_MANAGED else key)
    yield Way("the replica of the table", 1, LIVE, tuple(steps), settings)
