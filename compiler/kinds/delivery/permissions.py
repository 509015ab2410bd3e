"""What the commands of Stackwright call, as statements on the stacks and artefacts of one environment.

A test reads the deployer's source and holds that these are its calls. Sources: Service Authorization Reference, AWS
CloudFormation and Amazon S3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import Ref, Sub

from compiler.kinds.delivery.lookups import lookup_grants
from compiler.kinds.delivery.settings import DeliveryRole
from compiler.program.component import Grant, Platform, Value

READ = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources")
CHANGE_SETS = ("cloudformation:DeleteChangeSet", "cloudformation:DescribeChangeSet")
CREATE = ("cloudformation:CreateChangeSet",)
TAGS = ("cloudformation:TagResource", "cloudformation:UntagResource")
"""No call of its own: CreateChangeSet with tags needs them."""
BUCKET = ("s3:GetBucketPolicy", "s3:ListBucket")
OBJECTS = ("s3:GetObject",)
UPLOAD = ("s3:PutObject",)
EXECUTE = (
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ExecuteChangeSet",
)
LIST = ("cloudformation:ListStacks",)
PASS = ("iam:PassRole",)
"""No call of its own: a change set that names the service role needs it."""


def permissions(
    role: DeliveryRole, platform: Platform, bucket: str | None, service_role: Value | None
) -> Iterator[tuple[str, Grant]]:
    """Statement id and grant. `service_role` is CloudFormation's, which a role that may `apply` has to name."""
    regions = _regions(platform)
    root, nested = _stacks(platform, regions, ""), _stacks(platform, regions, "-*")
    applies = service_role is not None and role.may == "apply"
    yield "Stacks", Grant((*READ, *CHANGE_SETS), (*root, *nested))
    if applies:
        # Without it CloudFormation would act with the permissions of the pipeline, which has none.
        yield "Change", Grant(CREATE, tuple(root), {"StringEquals": {"cloudformation:RoleArn": service_role}})
        yield "ChangeNested", Grant(CREATE, tuple(nested))
    else:
        yield "Change", Grant(CREATE, (*root, *nested))
    by_change_set = {"StringEquals": {"cloudformation:CreateAction": "CreateChangeSet"}}
    yield "Tag", Grant(TAGS, (*root, *nested), by_change_set)
    yield from _artefacts(bucket, regions)
    yield from lookup_grants(platform)
    if applies and service_role is not None:
        yield from _apply((*root, *nested), service_role)
        yield from _snapshots(platform)


def _apply(stacks: Sequence[Value], service_role: Value) -> Iterator[tuple[str, Grant]]:
    passed = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    yield "Execute", Grant(EXECUTE, tuple(stacks))
    yield "Watch", Grant(LIST, ("*",))
    yield "PassServiceRole", Grant(PASS, (service_role,), passed)


def _snapshots(platform: Platform) -> Iterator[tuple[str, Grant]]:
    """What a deployment copies before it changes anything; each component says what that needs."""
    for component in platform.built:
        if platform.spec.at(component.address).offers("snapshot"):
            grants = platform.offered(component, "snapshot").grants
            yield from ((f"Snapshot{component.stem}{number}", grant) for number, grant in enumerate(grants, 1))


def _artefacts(bucket: str | None, regions: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    names = [bucket] if bucket else [f"stackwright-${{AWS::AccountId}}-{region}" for region in regions]
    arns = [f"arn:${{AWS::Partition}}:s3:::{name}" for name in names]
    own = {"StringEquals": {"aws:ResourceAccount": Ref("AWS::AccountId")}}
    yield "ArtefactBucket", Grant(BUCKET, tuple(Sub(arn) for arn in arns), own)
    objects = tuple(Sub(f"{arn}/*") for arn in arns)
    yield "Artefacts", Grant(OBJECTS, objects, own)
    # What was reviewed stays what it is: only new objects (Amazon S3 user guide, "Enforce conditional writes").
    yield "Upload", Grant(UPLOAD, objects, {**own, "Null": {"s3:if-none-match": "false"}})


def _stacks(platform: Platform, regions: Sequence[str], end: str) -> list[Value]:
    """The root stacks of the environment; with ``-*`` at the end of the name, their nested stacks."""
    name = f"{platform.name}-{platform.environment}{end}"
    arn = "arn:${AWS::Partition}:cloudformation"
    return [Sub(f"{arn}:{region}:${{AWS::AccountId}}:stack/{name}/*") for region in regions]


def _regions(platform: Platform) -> list[str]:
    """Regions with a root stack: the platform's own, and those where a component has to have resources."""
    others = {region for component in platform.built for region in component.elsewhere(platform).values()}
    return ["${AWS::Region}", *sorted(others - {platform.region})]
