"""What the commands of Stackwright call, as statements on stacks and on the bucket of the artefacts.

A test reads the deployer's source and holds that these are its calls. Sources: Service Authorization Reference, AWS
CloudFormation and Amazon S3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import Ref, Sub

from compiler.program.component import Grant, Value
from compiler.source.json_value import Json

READ = (
    "cloudformation:DescribeStackResourceDrifts",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
)
CHANGE_SETS = (
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeChangeSetHooks",
    "cloudformation:DescribeEvents",
)
FINDINGS = ("cloudformation:DescribeEvents",)
"""Of the stack or of the change set: the Service Authorization Reference names both."""
DETECT = ("cloudformation:DetectStackDrift",)
DETECTING = ("cloudformation:DescribeStackDriftDetectionStatus",)
"""On everything: a detection is no resource of IAM's."""
DETECTED = ("cloudformation:BatchDescribeTypeConfigurations", "cloudformation:DetectStackResourceDrift")
"""No calls of its own: DetectStackDrift needs them (CloudFormation user guide, "Detect drift on an entire stack")."""
CREATE = ("cloudformation:CreateChangeSet",)
TAGS = ("cloudformation:TagResource", "cloudformation:UntagResource")
"""No call of its own: CreateChangeSet with tags needs them."""
BUCKET = ("s3:GetBucketPolicy", "s3:ListBucket")
LIST_OBJECTS = ("s3:ListBucket",)
OBJECTS = ("s3:GetObject",)
UPLOAD = ("s3:PutObject",)
EXECUTE = (
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:SetStackPolicy",
)
LIST = ("cloudformation:ListStacks",)
PASS = ("iam:PassRole",)
"""No call of its own: a change set that names the service role needs it."""


def root_and_nested(stack: str, regions: Sequence[str]) -> tuple[list[Value], list[Value]]:
    """ARNs of the root stacks of an environment, and of their nested stacks."""
    arn = "arn:${AWS::Partition}:cloudformation"
    root, nested = (
        [Sub(f"{arn}:{region}:${{AWS::AccountId}}:stack/{stack}{end}/*") for region in regions] for end in ("", "-*")
    )
    return root, nested


def change(root: Sequence[Value], nested: Sequence[Value], service_role: Value | None) -> Iterator[tuple[str, Grant]]:
    """Making change sets, by `service_role` alone where there is one."""
    if service_role is not None:
        # Without it CloudFormation would act with the permissions of the pipeline, which has none.
        yield "Change", Grant(CREATE, tuple(root), {"StringEquals": {"cloudformation:RoleArn": service_role}})
        yield "ChangeNested", Grant(CREATE, tuple(nested))
    else:
        yield "Change", Grant(CREATE, (*root, *nested))
    by_change_set = {"StringEquals": {"cloudformation:CreateAction": "CreateChangeSet"}}
    yield "Tag", Grant(TAGS, (*root, *nested), by_change_set)


def findings(regions: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    """What was found in a change set, of the root or of a nested stack: these are named after the root's."""
    arn = "arn:${AWS::Partition}:cloudformation"
    sets = tuple(Sub(f"{arn}:{region}:${{AWS::AccountId}}:changeSet/stackwright-*/*") for region in regions)
    yield "Findings", Grant(FINDINGS, sets)


def detect(stacks: Sequence[Value]) -> Iterator[tuple[str, Grant]]:
    """Drift detection, but for reading the resources themselves."""
    configurations, resources = DETECTED
    yield "DetectDrift", Grant((*DETECT, resources), tuple(stacks))
    yield "DriftDetection", Grant((*DETECTING, configurations), ("*",))


def execute(stacks: Sequence[Value]) -> Iterator[tuple[str, Grant]]:
    yield "Execute", Grant(EXECUTE, tuple(stacks))
    yield "Watch", Grant(LIST, ("*",))


def pass_on(service_role: Value) -> Grant:
    """CloudFormation alone may be given the role."""
    return Grant(PASS, (service_role,), {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}})


def artefacts(bucket: str | None, regions: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    """The bucket with templates and artefacts: the named one, or the default one of each region."""
    arns, own = _buckets(bucket, regions), _own()
    yield "ArtefactBucket", Grant(BUCKET, tuple(Sub(arn) for arn in arns), own)
    yield from _objects(("Artefacts", "Upload"), [f"{arn}/*" for arn in arns])


def records(bucket: str | None, regions: Sequence[str], stack: str) -> Iterator[tuple[str, Grant]]:
    """The history of an environment alone, for who executes what somebody else has planned and uploaded."""
    arns = _buckets(bucket, regions)
    yield "HistoryBucket", Grant(LIST_OBJECTS, tuple(Sub(arn) for arn in arns), _own())
    yield from _objects(("History", "Record"), [f"{arn}/history/{stack}/*" for arn in arns])


def _objects(sids: tuple[str, str], arns: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    """Reading objects, and adding new ones: what was reviewed or recorded stays what it is.

    Source: Amazon S3 user guide, "Enforce conditional writes".
    """
    objects, own = tuple(Sub(arn) for arn in arns), _own()
    yield sids[0], Grant(OBJECTS, objects, own)
    yield sids[1], Grant(UPLOAD, objects, {**own, "Null": {"s3:if-none-match": "false"}})


def _buckets(bucket: str | None, regions: Sequence[str]) -> list[str]:
    names = [bucket] if bucket else [f"stackwright-${{AWS::AccountId}}-{region}" for region in regions]
    return [f"arn:${{AWS::Partition}}:s3:::{name}" for name in names]


def _own() -> dict[str, Json]:
    return {"StringEquals": {"aws:ResourceAccount": Ref("AWS::AccountId")}}
