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
