"""A plan as its record: what is executed, and all that a return to it takes, without a secret."""

from __future__ import annotations

from deployer.changeset import ChangeSet
from deployer.history.keeping import Entry
from deployer.history.record import Begun, Version
from deployer.plan import Plan
from deployer.session import Aws
from reviewer.wording import summary


def entry_of(plan: Plan, aws: Aws, change_set: ChangeSet) -> Entry:
    review, request = plan.review, plan.request
    begun = Begun(
        operation=review.operation,
        stack=review.stack,
        region=aws.region,
        account=aws.account,
        stack_id=change_set.stack_id,
        request=request.name,
        who=aws.caller,
        summary=_summary(plan),
        change_set=change_set.id,
        spec=review.spec,
        back_to=plan.back_to,
        version=version_of(plan) if request == plan.final and plan.materials.templates else None,
    )
    hidden = [request.parameters[name] for name in plan.materials.hidden if name in request.parameters]
    return Entry(begun, review.to_json(), hidden)


def _summary(plan: Plan) -> str:
    """In one line, of several change sets with the number of this one; only after the last all is as wanted."""
    if not plan.later:
        return summary(plan.review)
    number = plan.later.index(plan.request) + 2 if plan.request in plan.later else 1
    return f"change set {number} of {len(plan.later) + 1}: {summary(plan.review)}"


def version_of(plan: Plan) -> Version:
    request, made = plan.request, plan.materials
    return Version(
        materials=made,
        parameters={name: value for name, value in made.apart(request.parameters).items() if name not in made.hidden},
        tags=request.tags,
        role=request.role,
        origins=plan.origins,
        places=plan.places,
        posture=plan.posture,
        takes=plan.takes,
    )
