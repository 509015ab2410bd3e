"""What identifies a resource for an import: the parts of its type's primary identifier, read by name where generated.

Which parts a type has is CloudFormation's own answer (GetTemplateSummary, ResourceIdentifierSummaries).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from deployer import identifiers
from deployer.errors import refused
from deployer.faults import read
from deployer.session import Aws

Named = Callable[[Aws, str], str | None]


@cache
def named_types() -> Mapping[str, Named]:
    """Resource type → what reads its identifier by name; a type that two modules have is an error."""
    found: dict[str, Named] = {}
    for module in pkgutil.iter_modules(identifiers.__path__):
        readers: Mapping[str, Named] = importlib.import_module(f"{identifiers.__name__}.{module.name}").NAMED
        twice = sorted(found.keys() & readers.keys())
        if twice:
            raise ValueError(f"{twice[0]} is read by two modules of {identifiers.__name__}")
        found |= readers
    return found


def only(found: Iterable[str]) -> str | None:
    """The only one, or None when there is none or several."""
    several = sorted(set(found))
    return several[0] if len(several) == 1 else None


def parts_of_types(aws: Aws, template_url: str) -> Mapping[str, Sequence[str]]:
    """Resource type of the template → parts of its identifier; without the types that can't be imported."""
    answer = read(lambda: aws.cloudformation.get_template_summary(TemplateURL=template_url))
    summaries = answer.get("ResourceIdentifierSummaries", [])
    return {one["ResourceType"]: one["ResourceIdentifiers"] for one in summaries if one.get("ResourceIdentifiers")}


def identifier(aws: Aws, resource_type: str, parts: Sequence[str], value: str) -> Mapping[str, str]:
    """Part → its value. `value` has one for each part, joined by ``|`` as the CloudFormation registry does.

    Raises `DeployError` (exit 4) for another number of values, and for a name that no or several resources have.
    """
    values = value.split("|") if len(parts) > 1 else [value]
    if len(values) != len(parts) or not all(values):
        form = "|".join(parts)
        raise refused(
            f"'{value}' does not identify an {resource_type}",
            f"it is identified by {form}{': quote it for the shell' if len(parts) > 1 else ''}",
            "bad-identifier",
        )
    if len(parts) == 1:
        values = [_by_name(aws, resource_type, parts[0], value)]
    return dict(zip(parts, values, strict=True))


def _by_name(aws: Aws, resource_type: str, part: str, value: str) -> str:
    reader = named_types().get(resource_type)
    known = reader(aws, value) if reader else value
    if known is None:
        message = f"no {resource_type} in {aws.region} has the name '{value}', or several have it"
        raise refused(message, f"give its {part}", "bad-identifier")
    return known
