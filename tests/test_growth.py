"""The exponent of the benchmark of growth."""

from __future__ import annotations

import pytest

from benchmarks.growth import Size, exponent, lines
from benchmarks.measure import Usage


def measured(power: float) -> list[Size]:
    sizes = (49, 593, 1_732, 20_432)
    return [Size(count, Usage(0.3 + 0.001 * (count - 49) ** power, 40_000_000)) for count in sizes]


@pytest.mark.parametrize(("power", "word"), [(1.0, "kept"), (1.09, "kept"), (1.2, "over")])
def test_the_exponent_is_that_of_what_grows(power: float, word: str) -> None:
    assert exponent(measured(power)) == pytest.approx(power)
    assert [*lines(measured(power))][-1] == f"exponent {power:.2f} ({word}: at most 1.1)"


def test_a_size_that_costs_hardly_more_than_the_smallest_says_nothing() -> None:
    first, *rest = measured(1.0)
    by_chance = Size(202, Usage(first.usage.cpu_seconds + 0.0001, 40_000_000))
    assert exponent([first, by_chance, *rest]) == pytest.approx(1.0)
