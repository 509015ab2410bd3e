"""How the objects of a bucket come back in another region: copies in another bucket, or a restored backup.

Source: S3 user guide, "Replication Time Control": without it, objects may take hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.recovery import LIVE, RECOVERY_KEY, Recovers, Step, Way, Wish, existing, hole, logical_id
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.backup_copies import Restore, copied_backups
from compiler.source.json_value import Json

_PROMISED = 15
_UNPROMISED = 24 * 60
"""Minutes that an object may take without a promise. A planning value of ours."""


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    new = hole(component, "NEW_BUCKET")
    restore = Restore("S3", {"existing": new}, f"DestinationBucketName={new},NewBucket=true,Encrypted=true")
    ways = (*_copies(component, spec, wish), *copied_backups(component, spec, wish, restore))
    in_time = ", within_15_minutes: true" if wish.rpo < _UNPROMISED else ""
    return Recovers(ways, "replicate", f"set 'replicate: {{region: {wish.region}{in_time}}}'")


def _copies(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Iterator[Way]:
    """Copies of all objects; those below a prefix alone are not the bucket."""
    said = component.settings["replicate"]
    if not said or said["prefix"] or _region(said) != wish.region:
        return
    loses = _PROMISED if said["within_15_minutes"] else _UNPROMISED
    name, steps = _bucket(component, spec, wish, said)
    own_key = component.settings["receives_logs"] or component.settings["public_read"]
    key = None if own_key else said["key"] or RECOVERY_KEY
    yield Way("the replication of objects", loses, LIVE, steps, existing(name, key))


def _region(said: Mapping[str, Json]) -> str:
    return str(said["region"] or region_in(said["key"] or ""))


def _bucket(
    component: ResolvedComponent, spec: ResolvedSpec, wish: Wish, said: Mapping[str, Json]
) -> tuple[str, tuple[Step, ...]]:
    """Name of the bucket with the copies, and how it is found and looked at."""
    name = said["arn"].rpartition(":")[2] if said["arn"] else hole(component, "BUCKET")
    listed = f"aws s3api list-objects-v2 --region {wish.region} --bucket {name} --max-items 5"
    look = Step("Look whether the newest objects are there.", (listed,))
    if said["arn"]:
        return name, (look,)
    output = logical_id(component, "CopyName")
    described = (
        f"aws cloudformation describe-stacks --region {wish.region} --stack-name {spec.platform}-{spec.environment}"
    )
    find = f"{described} --query \"Stacks[0].Outputs[?OutputKey=='{output}'].OutputValue\" --output text"
    return name, (Step(f"Find the bucket with the copies, `{name}`: an output of the stack there.", (find,)), look)
