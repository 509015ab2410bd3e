"""How a document database comes back in another region.

Source: AWS Backup developer guide, feature availability: clusters have cross-Region copies, elastic ones have not.
"""

from __future__ import annotations

from compiler.meaning.recovery import Recovers, Wish, hole
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.backup_copies import POINT, Restore, backup_help, copied_backups


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    restore = Restore("DocumentDB", {"restore_from": {"snapshot": hole(component, POINT)}})
    if component.settings["elastic"]:
        return Recovers((), "", "")
    ways = tuple(copied_backups(component, spec, wish, restore))
    return Recovers(ways, "", backup_help(wish))
