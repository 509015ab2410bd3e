"""Which environments that patterns made are old enough to be removed. One that the spec has by name never is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from compiler.language.on_demand import pattern_of
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import stack_name
from deployer.deployments import Deployment
from deployer.states import at_work


@frozen(eq=True)
class Preview:
    """One environment on demand, with its root in each region where there is one."""

    environment: str
    roots: tuple[Deployment, ...]

    def age(self, now: datetime) -> int:
        """Seconds since the last change in any region."""
        return min(root.age(now) for root in self.roots)

    @property
    def status(self) -> str:
        """That of the root at which an operation is at work, else of the first."""
        return next((root.status for root in self.roots if at_work(root.status)), self.roots[0].status)

    @property
    def busy(self) -> bool:
        return at_work(self.status)

    def to_json(self, now: datetime) -> dict[str, Json]:
        roots = [root.to_json(now) for root in self.roots]
        return {"environment": self.environment, "age_seconds": self.age(now), "status": self.status, "roots": roots}


def previews_in(found: Iterable[Deployment], platform: str, names: Sequence[str]) -> Iterator[Preview]:
    """The previews of a platform among what is deployed; `names` are the environments and patterns of its spec.

    A stack has to have the name that the platform gives it, so that the tags of another one are not believed.
    """
    roots: dict[str, list[Deployment]] = {}
    for one in found:
        expected = stack_name(platform, one.environment)
        if one.platform == platform and one.stack == expected and pattern_of(one.environment, names):
            roots.setdefault(one.environment, []).append(one)
    yield from (Preview(name, tuple(ones)) for name, ones in sorted(roots.items()))


def older_than(previews: Iterable[Preview], seconds: int, now: datetime) -> tuple[Preview, ...]:
    """Those whose last change is that long ago, the oldest first."""
    old = [one for one in previews if one.age(now) >= seconds]
    return tuple(sorted(old, key=lambda one: (-one.age(now), one.environment)))
