"""The flows whose every call meets every fault. Another flow is another row."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from compiler.source.json_value import Json
from tests.deployer.platforms import stubborn

Command = tuple[str, ...]
Seed = Callable[[Callable[[str, str], Json]], dict[str, str]]
Account = Literal["fresh", "alternating", "returning", "kept"]


@dataclass(frozen=True, slots=True)
class Flow:
    """One command, and what was done before it. ``{old}`` and ``{new}`` are two versions of the spec."""

    name: str
    means: str
    command: Command
    platform: str
    before: tuple[Command, ...] = ()
    """Commands on the fresh account."""
    each: tuple[Command, ...] = ()
    """Commands before every run of the command."""
    account: Account = "fresh"
    """``alternating``: the two versions change places after each run; ``returning``: the command brings back what was
    there before `each`; ``kept``: the command changes nothing."""
    fulfilled: frozenset[str] = frozenset()
    """Codes with which a second run may say that there is nothing left to do."""
    uploads: bool = False
    """Whether the bucket is emptied before the command, so that it uploads everything each time."""
    killed: bool = False
    """Whether the command is killed too, at each of its calls."""
    environment: str = "dev"
    seed: Seed | None = None


def _deploy(spec: str, *more: str) -> Command:
    return ("deploy", spec, "--env", "{env}", "--yes", *more)


def _read(command: str, *more: str) -> Command:
    return (command, "{old}", "--env", "{env}", *more)


_OLD, _NEW = _deploy("{old}"), _deploy("{new}")
_UNFIT = frozenset({"unfit-stack"})
_DESTROY = ("destroy", "{old}", "--env", "{env}", "--yes")
_LOST = ("--approve", "encryption", "--approve", "queues.jobs")
_LOST_TWO = ("--approve", "buckets.static", "--approve", "domains.site")
_PLAN = ("plan", "{new}", "--env", "{env}", "--out", "{plan}")
_APPLY = ("apply", "{plan}")
_ROLLBACK = ("rollback", "{old}", "--env", "{env}", "--to", "1")
_RECOVER = ("recover", "{old}", "--env", "{env}", "--yes")


def lookup_seed(client: Callable[[str, str], Json]) -> dict[str, str]:
    """Existing resources of services that speak all protocols; what the spec has to know of them."""
    region = "eu-central-1"
    key = client("kms", region).create_key()["KeyMetadata"]
    client("kms", region).create_alias(AliasName="alias/shop", TargetKeyId=key["KeyId"])
    topic = client("sns", region).create_topic(Name="alerts", Attributes={"KmsMasterKeyId": key["Arn"]})["TopicArn"]
    client("sqs", region).create_queue(QueueName="orders", Attributes={"KmsMasterKeyId": "alias/shop"})
    client("secretsmanager", region).create_secret(Name="stripe", SecretString="{}", KmsKeyId=key["Arn"])
    client("ecr", region).create_repository(repositoryName="images")
    client("ssm", region).put_parameter(Name="/shop/url", Value="x", Type="String")
    client("route53", region).create_hosted_zone(Name="example.org", CallerReference="1")
    group = client("ec2", region).create_security_group(GroupName="one", Description="one")["GroupId"]
    client("rds", region).create_db_cluster(
        DBClusterIdentifier="shop",
        Engine="aurora-postgresql",
        MasterUsername="shop",
        ManageMasterUserPassword=True,
        VpcSecurityGroupIds=[group],
        Port=5432,
    )
    subnet = client("ec2", region).describe_subnets()["Subnets"][0]["SubnetId"]
    files = client("efs", region).create_file_system(CreationToken="files")["FileSystemId"]
    client("efs", region).create_mount_target(FileSystemId=files, SubnetId=subnet, SecurityGroups=[group])
    client("efs", region).create_access_point(
        ClientToken="p", FileSystemId=files, RootDirectory={"Path": "/shop/uploads"}
    )
    bucket = f"media-{topic.split(':')[4]}"
    location = {"LocationConstraint": region}
    client("s3", region).create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    return {"TOPIC": topic, "FILES": files, "BUCKET": bucket}


def table_seed(client: Callable[[str, str], Json]) -> dict[str, str]:
    """A table that was made by hand."""
    client("dynamodb", "eu-central-1").create_table(
        TableName="by-hand",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return {}


def wedged_seed(client: Callable[[str, str], Json]) -> dict[str, str]:
    """A stack of the platform's name whose rollback fails, which no nested stack of the sandbox brings about."""
    stacks = client("cloudformation", "eu-central-1")
    steps = ((stacks.create_stack, "1", "COMPLETE"), (stacks.update_stack, "2", "ROLLBACK_FAILED"))
    for change, version, ends in steps:
        change(StackName="demo-dev", TemplateBody=json.dumps({"Resources": stubborn("Update", version)}))
        while not stacks.describe_stacks(StackName="demo-dev")["Stacks"][0]["StackStatus"].endswith(ends):
            time.sleep(0.02)
    return {}


FLOWS = (
    Flow("create", "`deploy` of a new platform", _OLD, "small", killed=True),
    Flow("create-code", "`deploy` of a new platform with code and a layer", _OLD, "code"),
    Flow("create-production", "`deploy` of a new production platform", _OLD, "small", environment="prod"),
    Flow(
        "update",
        "`deploy` of a changed platform",
        _NEW,
        "small",
        (_OLD,),
        account="alternating",
        killed=True,
        uploads=True,
    ),
    Flow(
        "update-code",
        "`deploy` with changed code and a changed layer",
        _NEW,
        "code",
        (_OLD,),
        account="alternating",
        uploads=True,
    ),
    Flow("no-change", "`deploy` of what is deployed", _OLD, "small", (_OLD,), account="kept"),
    Flow("plan-create", "`plan` of a new platform", ("plan", "{old}", *_PLAN[2:]), "small"),
    Flow(
        "plan",
        "`plan` of a changed platform",
        _PLAN,
        "small",
        (_OLD,),
        (_APPLY,),
        "alternating",
        killed=True,
        uploads=True,
    ),
    Flow("apply", "`apply` of a saved plan", _APPLY, "small", (_OLD,), (_PLAN,), "alternating", killed=True),
    Flow("apply-create", "`apply` of a saved plan for a new platform", _APPLY, "small", ((*_PLAN,),)),
    Flow(
        "apply-recreate",
        "`apply` of a saved plan after a failed creation",
        _APPLY,
        "heals",
        (_OLD, _PLAN),
    ),
    Flow("destroy", "`destroy`", (*_DESTROY, *_LOST), "small", (_OLD,), killed=True),
    Flow("lookup", "`lookup` of ten existing resources", _read("lookup"), "existing", account="kept", seed=lookup_seed),
    Flow("recover-planned", "`recover` after a plan that nobody executed", _RECOVER, "small", (_PLAN,), killed=True),
    Flow("recover-failed", "`recover` after a failed creation", _RECOVER, "refuses-create", (_OLD,)),
    Flow(
        "recover-rollback",
        "`recover --skip` after a failed rollback",
        (*_RECOVER, "--skip", "Stubborn"),
        "small",
        fulfilled=_UNFIT,
        seed=wedged_seed,
    ),
    Flow(
        "recover-delete",
        "`recover --retain` after a failed removal",
        (*_RECOVER, "--retain", "stubborn"),
        "refuses-delete",
        (_OLD, (*_DESTROY, *_LOST)),
        fulfilled=_UNFIT,
    ),
    Flow(
        "import",
        "`import` of a table that was made by hand",
        ("import", "{new}", "--env", "{env}", "tables.orders=by-hand", "--yes"),
        "imports",
        (_OLD,),
        seed=table_seed,
    ),
    Flow("status", "`status`", _read("status"), "small", (_OLD,), account="kept"),
    Flow("outputs", "`outputs`", _read("outputs"), "small", (_OLD,), account="kept"),
    Flow("events", "`events`", _read("events"), "small", (_OLD,), account="kept"),
    Flow("follow", "`events --follow`", _read("events", "--follow"), "small", (_OLD,), account="kept"),
    Flow(
        "diff",
        "`diff --against deployed`",
        ("diff", "{new}", "--env", "{env}", "--against", "deployed"),
        "small",
        (_OLD,),
        account="kept",
    ),
    Flow("drift", "`drift`", _read("drift"), "small", (_OLD,), account="kept"),
    Flow("history", "`history`", _read("history"), "small", (_OLD, _NEW), account="kept"),
    Flow("rollback", "`rollback --to 1`", (*_ROLLBACK, "--yes"), "small", (_OLD,), (_NEW,), "returning", killed=True),
    Flow("bootstrap", "`bootstrap --execution-role`", _read("bootstrap", "--execution-role"), "small", killed=True),
    Flow("bootstrap-again", "`bootstrap` again", _read("bootstrap"), "small", (_read("bootstrap"),), account="kept"),
    Flow("two-create", "`deploy` of a new platform in two regions", _OLD, "two"),
    Flow(
        "two-update",
        "`deploy` of a changed platform in two regions",
        _NEW,
        "two",
        (_OLD,),
        account="alternating",
        uploads=True,
    ),
    Flow("two-apply", "`apply` of a saved plan in two regions", _APPLY, "two", (_OLD,), (_PLAN,), "alternating"),
    Flow("two-destroy", "`destroy` in two regions", (*_DESTROY, *_LOST, *_LOST_TWO), "two", (_OLD,)),
    Flow("fleet-create", "`deploy` of a new fleet", _OLD, "fleet", killed=True),
    Flow("fleet-update", "`deploy` of a changed fleet", _NEW, "fleet", (_OLD,), account="alternating", uploads=True),
    Flow("fleet-plan", "`plan` of a changed fleet", _PLAN, "fleet", (_OLD,), (_APPLY,), "alternating", uploads=True),
    Flow(
        "fleet-apply",
        "`apply` of a saved plan of a fleet",
        _APPLY,
        "fleet",
        (_OLD,),
        (_PLAN,),
        "alternating",
        killed=True,
    ),
    Flow(
        "fleet-retry",
        "`deploy --retry-failed` of a fleet of which half has failed",
        _deploy("{old}", "--retry-failed"),
        "fleet-fails",
        (_OLD,),
    ),
    Flow("fleet-status", "`status` of a fleet", _read("status"), "fleet", (_OLD,), account="kept"),
    Flow("fleet-drift", "`drift` of a fleet", _read("drift"), "fleet", (_OLD,), account="kept"),
    Flow("fleet-destroy", "`destroy` of a fleet", (*_DESTROY, *_LOST), "fleet", (_OLD,), killed=True),
)
BY_NAME = {flow.name: flow for flow in FLOWS}
