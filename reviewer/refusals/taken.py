"""Names that another resource has until the end of the update: what is new is made before what goes is removed."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.claims import claims_of, is_lasting, shown_claim
from reviewer.refusal import Rule, Subject
from reviewer.template_set import Address


def _find(subject: Subject) -> Iterator[str]:
    if subject.change.action == "Remove":
        return
    sides, address = subject.sides, subject.address
    before, after = (claims_of(templates, sides.schemas, address) for templates in (sides.old, sides.new))
    for claim in sorted(one for one in after - before if is_lasting(one, subject.replaced)):
        for other in subject.claimed.get(claim, ()):
            if other != address:
                yield (
                    f"{shown_claim(claim)} is taken by {_owner(subject, other)} until this is made: remove or rename "
                    f"that in a deployment of its own before"
                )


def _owner(subject: Subject, address: Address) -> str:
    stack, logical_id = address
    component = subject.sides.before.origins.get(stack, {}).get(logical_id, "")
    return component if component and component != subject.change.component else logical_id


RULE = Rule(
    types=frozenset(),
    find=_find,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html",
)
