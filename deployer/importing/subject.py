"""What one root's import is about: the root, what is deployed of it, and what is wanted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace

from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.changeset import Request
from deployer.deployed import Stack
from deployer.history.materials import Materials
from deployer.publish import Choice
from deployer.session import Aws
from reviewer.change import Review
from reviewer.settings import digest


@frozen(eq=True)
class Subject:
    """One root in its account and region."""

    aws: Aws
    compiled: Compiled
    choice: Choice
    bucket: str
    stack: Stack | None
    nested: Mapping[str, str]
    """Logical id → stack id of each nested stack that is deployed."""

    @property
    def deployed(self) -> bool:
        """Whether the root has been created, rather than only planned."""
        return self.stack is not None and self.stack.status not in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")

    def review(self) -> Review:
        """What every review of an import begins with."""
        compiled = self.compiled
        return Review(
            platform=compiled.platform,
            environment=compiled.environment,
            stack=compiled.stack_name,
            region=self.aws.region,
            account=self.aws.account,
            operation="import",
            changes=(),
            spec=("", digest(compiled.settings)),
        )


def named(request: Request, stack: Stack | None) -> Request:
    """The request with a name that follows from its arguments and the state of the stack, as that of a plan."""
    state = [stack.id, stack.changed] if stack else []
    content = json.dumps([{**asdict(request), "name": ""}, state], sort_keys=True, default=dict)
    return replace(request, name=f"stackwright-{hashlib.sha256(content.encode()).hexdigest()[:24]}")


def materials_of(subject: Subject) -> Materials:
    """Where the records are. What an import leaves is no version to return to: the next deployment makes one."""
    compiled = subject.compiled
    return Materials(subject.bucket, {}, {}, regions=compiled.regions, home=compiled.home or compiled.region)
