"""What is different in alarms that come with components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from compiler.kinds.monitoring.patterns import is_pattern, matches
from compiler.program.component import AlarmSpec, Component
from compiler.source.frozen import frozen


@frozen()
class Change:
    """What is set is different."""

    enabled: bool | None
    severity: str | None
    threshold: float | None
    band: float | None
    periods: int | None
    datapoints: int | None

    def applied(self, spec: AlarmSpec) -> AlarmSpec:
        """`spec` with this change; periods that are set alone must all be beyond the threshold.

        An alarm is held against a threshold or a band: whichever is said last.
        """
        held = self.threshold is not None or self.band is not None
        threshold = spec.threshold if self.threshold is None else self.threshold
        datapoints = self.datapoints or self.periods or spec.datapoints
        periods = self.periods or max(spec.evaluation_periods, datapoints)
        return replace(
            spec,
            threshold=threshold,
            evaluation_periods=periods,
            datapoints=datapoints,
            band=self.band if held else spec.band,
        )


def changes_of(tune: Mapping[str, Change], component: Component, alarm: str) -> tuple[Change, ...]:
    """The changes of one alarm: those of patterns in the order in which they are written, then its own.

    A name without its number means all alarms that differ in nothing but their number.
    """
    own = [f"{component.address}.{name}" for name in _names(alarm)]
    whole = next((tune[name] for name in own if name in tune), None)
    written = [f"{address}.{name}" for address in _addresses(component) for name in _names(alarm)]
    by_pattern = [change for key, change in tune.items() if is_pattern(key) and matches(key, written)]
    return (*by_pattern, *([whole] if whole else []))


def _names(alarm: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((alarm, alarm.rstrip("0123456789"))))


def _addresses(component: Component) -> Iterator[str]:
    """How the spec names a component now."""
    yield component.path
    yield component.path.rpartition(".")[2]


def is_on(changes: Iterable[Change]) -> bool:
    """Whether an alarm with these changes is created."""
    return next((change.enabled for change in reversed([*changes]) if change.enabled is not None), True)


def severity_of(changes: Iterable[Change], default: str) -> str:
    return next((change.severity for change in reversed([*changes]) if change.severity), default)
