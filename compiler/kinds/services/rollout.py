"""A deployment of a fixed number of tasks: how many stay and run, and whether they keep a quorum."""

from __future__ import annotations

from compiler.source.frozen import frozen

_MOST, _WHOLE, _DOUBLE = 100, 100, 200
"""Tasks up to which a percentage can say all but one, and what ECS has where no percentage is set.

Source: ECS API, DeploymentConfiguration, for services with the rolling update.
"""
_USUAL_MINUTES, _MINUTES_EACH = 10, 5
"""A task may be missing so long before somebody is told: always, and for each that a deployment replaces by itself."""


@frozen(eq=True)
class Rollout:
    """How many tasks there are while new ones replace old ones: of a fixed number, by percentages of it."""

    tasks: int
    minimum_percent: int
    maximum_percent: int

    @property
    def kept(self) -> int:
        """Tasks that stay. ECS rounds up (API reference, DeploymentConfiguration)."""
        return -(-self.tasks * self.minimum_percent // 100)

    @property
    def most(self) -> int:
        """Tasks that run at most. ECS rounds down."""
        return self.tasks * self.maximum_percent // 100

    @property
    def quorum(self) -> int:
        """More than half of all that may be members at a time, old and new."""
        return self.most // 2 + 1

    @property
    def stuck(self) -> bool:
        """Whether there is neither a task that may stop nor room for a new one."""
        return self.tasks > 0 and self.kept >= self.most


def rollout(tasks: int, wanted: tuple[int | None, int | None], quorum: bool) -> Rollout:
    """The percentages that are wanted, minimum and maximum, and for those that are not set what keeps the quorum."""
    least, most = wanted
    if not quorum:
        return Rollout(tasks, _WHOLE if least is None else least, _DOUBLE if most is None else most)
    most = _WHOLE if most is None else most
    if least is None:
        least = _all_but_one(tasks) if tasks * most // 100 <= tasks else _WHOLE
    return Rollout(tasks, least, most)


def missing_minutes(tasks: int, quorum: bool) -> int:
    """How long a task may be missing: a deployment that replaces one after the other takes longer for more of them."""
    return max(_USUAL_MINUTES, _MINUTES_EACH * tasks) if quorum else _USUAL_MINUTES


def _all_but_one(tasks: int) -> int:
    """In percent, so that ECS rounds it up to one task less than all."""
    return 100 * (tasks - 1) // tasks if 0 < tasks <= _MOST else _WHOLE - 1
