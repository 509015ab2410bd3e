"""What settings of a database go together: with its engine, with how it signs in, with what it starts from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.kinds.databases.automated import AUTOMATED
from compiler.kinds.databases.engines import DatabaseEngine
from compiler.language.facts import fact
from compiler.language.schedule_expression import real_time
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.copy_keys import secret_replica_faults
from compiler.source.json_value import Json

_INSTANCE_ONLY = ("storage", "max_storage", "storage_type", "iops", "replicate_backups", "replica_of")
_CLUSTER_ONLY = ("serverless", "io_optimized", "global_database", "data_api", "instance_parameters")
_AURORA_CLASS = re.compile(r"^db\.([rx][0-9][a-z]*\.[a-z0-9]+|t(3|4g)\.(medium|large))$")
"""Aurora user guide, supported DB engines for DB instance classes."""


def engine_faults(component: ResolvedComponent, engine: DatabaseEngine) -> Iterator[Fault]:
    data = component.settings
    yield from _unused(component, engine)
    if data["serverless"]:
        yield from _capacity(data["serverless"], bool(data["proxy"]))
    elif engine.aurora and not _AURORA_CLASS.search(data["instance"]) and _known_class(data["instance"]):
        message = f"{data['engine']} has no {data['instance']}"
        help_text = "set 'instance: db.t4g.medium' or larger, or 'serverless: {max: 2}'"
        yield Fault("not-allowed", message, ("instance",), help_text)
    if data["proxy"] and data["proxy"]["idle_percent"] > data["proxy"]["connections_percent"]:
        message = "more connections would be kept idle than the proxy may have"
        yield Fault("scale-limits", message, ("proxy", "idle_percent"), "at most 'connections_percent'")


def _known_class(instance: str) -> bool:
    """Of another it is not known that Aurora does without it."""
    classes = fact("database-classes").lists
    return any(instance in of_engine for of_engine in classes.values())


def _unused(component: ResolvedComponent, engine: DatabaseEngine) -> Iterator[Fault]:
    """Settings of the other form of database; a default that is said is not told from one that is not."""
    data, about = component.settings, component.kind["properties"]
    of, foreign = ("an RDS instance", _INSTANCE_ONLY) if engine.aurora else ("an Aurora cluster", _CLUSTER_ONLY)
    for setting in foreign:
        if data[setting] != about[setting]["default"]:
            message = f"'{setting}' is a setting of {of}, and the engine is {data['engine']}"
            yield Fault("unused-setting", message, (setting,), "remove it")


def _capacity(serverless: Mapping[str, Json], proxied: bool) -> Iterator[Fault]:
    if serverless["max"] < serverless["min"]:
        message = f"at most {serverless['max']:g} ACUs are fewer than at least {serverless['min']:g}"
        yield Fault("scale-limits", message, ("serverless", "max"), "set 'max' to 'min' or more")
    if serverless["min"] and serverless["pause_seconds"]:
        message = "an instance with 'min' above 0 never pauses"
        yield Fault("unused-setting", message, ("serverless", "pause_seconds"), "set 'min: 0', or remove it")
    if proxied and not serverless["min"]:
        message = "with 'min: 0' it would pause, but the proxy keeps connections to it open all the time"
        yield Fault("unused-setting", message, ("proxy",), "set 'min: 0.5' or more, or remove the proxy")


def sign_in_faults(data: Mapping[str, Json], engine: DatabaseEngine) -> Iterator[Fault]:
    if data["iam_users"] and not data["iam_authentication"]:
        message = "they sign in with IAM tokens, which 'iam_authentication: false' disables"
        yield Fault("unused-setting", message, ("iam_users",), "remove one of the two")
    for index, name in enumerate(data["iam_users"]):
        if name == data["username"]:
            message = f"'{name}' is the master user, who signs in with a password"
            yield Fault("reserved-name", message, ("iam_users", index), "name a user that is made for IAM")
    if data["readers"] and not engine.aurora and data["password"] == "managed" and not data["replica_of"]:
        message = "RDS makes no read replica of an instance whose password it manages"
        help_text = "set 'password: generated', which is not rotated, or take an Aurora engine"
        yield Fault("managed-password", message, ("readers",), help_text)


_NOT_OF_REPLICAS = ("restore_from", "proxy", "readers", "public", "secret_replicas")
"""Settings that a read replica can't have, or that are its source's."""


def replica_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """A read replica of another region's instance, and copies of the secret for such replicas."""
    yield from secret_replica_faults(data["secret_replicas"], "secret_replicas", spec)
    source = data["replica_of"]
    if data["secret_replicas"] and data["password"] != "generated":
        message = "RDS makes the secret of a managed password, and copies it nowhere"
        yield Fault("unused-setting", message, ("secret_replicas",), "set 'password: generated', or remove it")
    if not source:
        return
    of = region_in(source["database"])
    if of == spec.region:
        message = f"the source is in {of}, as the replica would be"
        yield Fault("replica-region", message, ("replica_of", "database"), "set 'readers' on the source for one there")
    for setting in ("secret", "key"):
        if region_in(source[setting]) != spec.region:
            message = f"it is in {region_in(source[setting])}, and the replica in {spec.region}"
            yield Fault("replica-region", message, ("replica_of", setting), f"name that of {spec.region}")
    backed_up = () if source["promoted"] else ("replicate_backups",)
    for setting in (*_NOT_OF_REPLICAS, *backed_up):
        if data[setting]:
            message = f"a read replica has no '{setting}'"
            yield Fault("unused-setting", message, (setting,), "remove it, or remove 'replica_of'")


def restore_faults(data: Mapping[str, Json], region: str) -> Iterator[Fault]:
    """A name says nothing of itself; an ARN says where the snapshot is and of what."""
    snapshot = data["restore_from"] or ""
    yield from _time(data["restore_time"], snapshot)
    if not snapshot.startswith("arn:"):
        return
    if region_in(snapshot) != region:
        message = f"the snapshot is in {region_in(snapshot)}, and the database in {region}"
        yield Fault("bad-value", message, ("restore_from",), f"copy the snapshot to {region}")
    if ":cluster-snapshot:" in snapshot and not data["engine"].startswith("aurora-"):
        message = f"it is a snapshot of a cluster, and {data['engine']} is an instance"
        yield Fault("bad-value", message, ("restore_from",), "name a snapshot of an instance")
    if AUTOMATED in snapshot and data["engine"].startswith("aurora-"):
        message = f"automated backups by ARN are those of an RDS instance, and {data['engine']} is a cluster"
        yield Fault("bad-value", message, ("restore_from",), "name a snapshot of the cluster or of an instance")


def _time(time: str | None, source: str) -> Iterator[Fault]:
    if time and AUTOMATED not in source:
        message = "only automated backups can be restored to a time, and 'restore_from' names none"
        yield Fault("unused-setting", message, ("restore_time",), "remove it, or name the ARN of automated backups")
    elif time and not real_time(time):
        yield Fault(
            "bad-value", f"'{time}' is no time of the calendar", ("restore_time",), "write it as 2027-05-01T12:30:00Z"
        )
