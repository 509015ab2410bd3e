"""What the Data API and an Aurora global database need of a cluster.

Sources: Aurora user guide, "Limitations for the Amazon RDS Data API", "Limitations of Amazon Aurora Global Database",
and the limitations of passwords that Aurora manages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.kinds.databases.engines import DatabaseEngine
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.copy_keys import apart
from compiler.source.json_value import Json

_BURSTABLE = re.compile(r"^db\.t[0-9]")
_LARGER = "take a class such as db.r7g.large, or 'serverless: {max: 2}'"
_NOT_OF_SECONDARY = ("restore_from", "proxy", "public", "secret_replicas")
"""Settings that are the primary's, or need a cluster that takes writes."""


def cluster_faults(component: ResolvedComponent, engine: DatabaseEngine, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from _queried(component, spec)
    if not engine.aurora:
        return
    burstable = not data["serverless"] and bool(_BURSTABLE.match(data["instance"]))
    if data["data_api"] and burstable:
        yield Fault("not-allowed", f"{data['instance']} has no Data API", ("instance",), _LARGER)
    if data["global_database"]:
        yield from _global(data, burstable)
        yield from _secondary(data, spec)


def _queried(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """A cluster that others query has to have the Data API."""
    user = next(spec.users(component, "query"), None)
    if user and not component.settings["data_api"]:
        message = f"{user.address} queries it, and the Data API is not enabled"
        help_text = "set 'data_api: true', which Aurora has, or use 'connect'"
        yield Fault("missing-property", message, (), help_text)


def _global(data: Mapping[str, Json], burstable: bool) -> Iterator[Fault]:
    if burstable:
        message = f"a global database has no {data['instance']}"
        yield Fault("not-allowed", message, ("instance",), _LARGER)
    if data["password"] == "managed":
        message = "RDS manages no password of a cluster in a global database"
        yield Fault(
            "managed-password", message, ("global_database",), "set 'password: generated', which is not rotated"
        )


def _secondary(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    source, path = data["global_database"]["secondary"], ("global_database", "secondary")
    if not source:
        return
    if source["of"] == spec.region:
        message = f"the primary is in {source['of']}, as the secondary would be"
        yield Fault("replica-region", message, (*path, "of"), "set 'readers' on the primary for instances there")
    else:
        yield from apart(source["of"], spec.region, (*path, "of"), "replica-region")
    for setting in ("secret", "key"):
        if region_in(source[setting]) != spec.region:
            message = f"it is in {region_in(source[setting])}, and the secondary in {spec.region}"
            yield Fault("replica-region", message, (*path, setting), f"name that of {spec.region}")
    later = () if source["promoted"] else ("data_api",)
    for setting in (*_NOT_OF_SECONDARY, *later):
        if data[setting]:
            message = f"a secondary cluster has no '{setting}'"
            yield Fault("unused-setting", message, (setting,), "remove it, or remove 'secondary'")
