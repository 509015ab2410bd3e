"""Deploy-time steps: a custom resource that runs something at each deployment in which it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from troposphere import AWSObject, Ref, awslambda
from troposphere.validators import integer

from compiler.program.component import Component, Grant, Platform, Value
from compiler.shared.logs import Logs
from compiler.shared.shipped import Shipped, shipped
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

LONGEST = 800
"""Seconds that a step may take: Lambda's 15 minutes without what waiting for IAM and the answer may take."""
BEFORE = "before"
_PROVIDER_SECONDS = 900
_ANSWERED_WITHIN = 960
"""Seconds after which CloudFormation gives up, if the provider could not answer."""


class _DeployStep(AWSObject):  # type: ignore[misc]  # troposphere has no types
    """The custom resource. Every change of a property runs the step again."""

    resource_type = "Custom::DeployStep"
    props: ClassVar[dict[str, Json]] = {
        "ServiceToken": (object, True),
        "ServiceTimeout": (integer, True),
        "Step": (str, True),
        "Function": (object, False),
        "Task": (dict, False),
        "With": (object, True),
        "Version": (dict, True),
    }


def reads(when: str, given: Json) -> Json:
    """What the step is given, unless others wait for it: an API whose address it reads may lead to them."""
    return None if when == BEFORE else given


@frozen(kw_only=True)
class Step:
    """What runs, with what, and what must be there first."""

    name: str
    """What messages call it."""
    stem: str
    """Start of its logical ids."""
    days: int
    """How long the provider's log is kept."""
    runs: Mapping[str, Json]
    """``Function``: what to invoke, or ``Task``: what to run in ECS."""
    given: Value
    """JSON text: the event of a function, the variables of a task."""
    reads: Json
    """Settings with pointers to components that have to answer too."""
    version: Mapping[str, Value]
    """Whatever else runs the step again when it changes."""
    grants: Sequence[tuple[str, Grant]]
    after: Sequence[str]


def step_id(stem: str) -> str:
    """Logical id of the custom resource, which is there once the step has run."""
    return f"{stem}DeployStep"


def deploy_step(platform: Platform, component: Component, step: Step) -> Iterator[AWSObject]:
    """The custom resource, with a provider of its own that may run this step and nothing else."""
    provider = Shipped(
        logical_id=f"{step.stem}DeployProvider",
        code="deploy_step",
        about=f"Runs {step.name} at deployments",
        log=Logs(f"/{platform.name}/{platform.environment}/{component.address.replace('.', '/')}/deploy", step.days),
        timeout=_PROVIDER_SECONDS,
        grants=[*step.grants, ("Rollback", _OWN_STACK)],
    )
    yield from shipped(platform, component, provider)
    yield _once(provider)
    yield _DeployStep(
        step_id(step.stem),
        ServiceToken=provider.arn,
        ServiceTimeout=_ANSWERED_WITHIN,
        Step=step.name,
        **step.runs,
        With=step.given,
        Version=dict(step.version),
        DependsOn=sorted({*step.after, *_used(platform, component, step), _once(provider).title}),
    )


def _used(platform: Platform, component: Component, step: Step) -> list[str]:
    """What answers of all that the component uses: a service, too, whose address is known before it runs.

    What it only reads an address of counts too.
    """
    used = {edge.target for edge in platform.edges_from(component)}
    used |= {target.address for target, _ in platform.spec.pointers(step.reads)}
    targets = (platform.components[address] for address in sorted(used))
    return [one for target in targets if target.existing is None for one in target.answering_ids(platform)]


def _once(provider: Shipped) -> awslambda.EventInvokeConfig:
    """A step that failed is not run again before its deployment is: Lambda's own answer to an error is to retry."""
    return awslambda.EventInvokeConfig(
        f"{provider.logical_id}Once",
        FunctionName=Ref(provider.logical_id),
        Qualifier="$LATEST",
        MaximumRetryAttempts=0,
    )


_OWN_STACK = Grant(("cloudformation:DescribeStacks",), (Ref("AWS::StackId"),))
"""Whether it is being rolled back."""
