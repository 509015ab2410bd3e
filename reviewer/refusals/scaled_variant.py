"""Another instance type for a model whose instances are scaled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject
from reviewer.shapes import objects

_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"


def _find(subject: Subject) -> Iterator[str]:
    before, after = (_instances(value) for value in subject.both("ProductionVariants"))
    changed = [name for name in after if name in before and before[name] != after[name]]
    for name in changed if subject.change.action == "Modify" else ():
        if _scaled(subject, name):
            yield (
                f"{before[name]} → {after[name]}: SageMaker changes no instance type while its instances are scaled; "
                f"deploy once without scaling before"
            )


def _instances(variants: Json) -> Mapping[str, Json]:
    return {str(one.get("VariantName")): one.get("InstanceType") for one in objects(variants)}


def _scaled(subject: Subject, variant: str) -> bool:
    """Whether a target of the deployed scaling names the variant: ``endpoint/<name>/variant/<variant>``."""
    for address in subject.sides.old.addresses():
        if subject.sides.old.resource(address).get("Type") == _TARGET:
            followed = subject.sides.old.linked(address, "Properties") or {}
            if f"/variant/{variant}" in str(followed.get("ResourceId")):
                return True
    return False


RULE = Rule(
    types=frozenset({"AWS::SageMaker::EndpointConfig"}),
    find=_find,
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-update.html",
    properties=("ProductionVariants",),
)
