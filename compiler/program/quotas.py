"""Tell which quotas of AWS the resources of a platform are over, before anything is uploaded.

The quotas are data: `schema/quotas.json`, with the page of AWS for each. One that AWS raises is a warning above its
default, and an error above the highest value; one that is fixed is an error. Those of one template are in
`compiler.stacks.limits`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping

from compiler.language.schema import schema_folder
from compiler.program.component import Component, Platform
from compiler.program.quota_measures import by_type, measured
from compiler.program.resource import Resource
from compiler.program.root_names import place_of
from compiler.source.diagnostics import Diagnostic, Severity
from compiler.source.frozen import frozen

DATA = schema_folder() / "quotas.json"


@frozen(eq=True)
class Quota:
    """One quota, what takes of it, and what is told where it does not suffice."""

    measure: str
    """What is counted: a name of `compiler.program.quota_measures`, or a resource type."""
    usual: int
    most: int | None
    """The highest value on request: as `usual` where it is fixed, None where AWS names none."""
    code: str
    says: str
    """The beginning of the message, with ``{}`` for how much there is."""
    help: str
    quota: str
    """Its name on the page of AWS."""
    source: str

    @property
    def fixed(self) -> bool:
        return self.usual == self.most

    def severity(self, amount: int) -> Severity:
        return "error" if self.most is not None and amount > self.most else "warning"

    def message(self, amount: int) -> str:
        raised = f", and at most {self.most:,} on request" if self.most else " by default"
        return f"{self.says.format(f'{amount:,}')}: AWS allows {self.usual:,}{'' if self.fixed else raised}"


@functools.cache
def quotas() -> tuple[Quota, ...]:
    return tuple(Quota(**row) for row in json.loads(DATA.read_bytes())["quotas"])


def over_quotas(platform: Platform, resources: Mapping[str, Resource]) -> Iterator[Diagnostic]:
    """A diagnostic for each quota that the resources are over, at the line of the component that takes most of it."""
    found = by_type(resources)
    for quota in quotas():
        for name, amount in measured(quota.measure, found):
            if amount > quota.usual:
                owner = platform.components[resources[name].component] if name in resources else None
                yield _over(platform, owner, quota, amount)


def _over(platform: Platform, owner: Component | None, quota: Quota, amount: int) -> Diagnostic:
    place = place_of(platform, owner) if owner else platform.document.value_place(("platform",))
    path = owner.path if owner else ""
    return Diagnostic(quota.code, quota.message(amount), place, path, quota.help, severity=quota.severity(amount))
