"""Checks of copies in other regions and of the keys that encrypt them. No troposphere here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.partitions import partition
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.arns import region_in
from compiler.source.document import Path
from compiler.source.json_value import Json


def apart(region: str, home: str, path: Path, code: str = "replica-region") -> Iterator[Fault]:
    """AWS copies nothing between partitions, such as from a region of China into one that is not."""
    if partition(region) != partition(home):
        message = f"{region} is in another partition of AWS than {home}, and AWS copies nothing between them"
        yield Fault(code, message, path, "take a region of the same partition")


def key_faults(key: str | None, region: str, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """What is wrong with copies in `region` and their key, of which `path` is the setting that has `key`."""
    other = list(apart(region, spec.region, path))
    if other:
        yield from other
    elif key:
        if region_in(key) != region:
            message = f"the key is in {region_in(key)}, and the copies are in {region}"
            yield Fault("replica-region", message, (*path, "key"), f"name a key of {region}")
    elif not any(one.settings["region"] == region for one in spec.able("wish")):
        message = f"the copies need a KMS key of {region}"
        help_text = f"name its ARN in 'key', or {region} in the platform's recovery, which then makes one"
        yield Fault("missing-property", message, path, help_text)


def secret_replica_faults(replicas: Mapping[str, Json], setting: str, spec: ResolvedSpec) -> Iterator[Fault]:
    """What is wrong with the copies of a secret in other regions, of which `setting` is the map."""
    for region, one in replicas.items():
        path: Path = (setting, region)
        if region == spec.region:
            yield Fault("replica-region", f"the secret itself is in {region}", path, "name other regions only")
        else:
            yield from key_faults(one["key"], region, path, spec)
