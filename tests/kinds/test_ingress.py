"""Order of listener rules: specific before general, and independent of everything else in the spec."""

from __future__ import annotations

import itertools

import pytest

from compiler.shared.ingress import HIGHEST, LOWEST, Route, free_priority, priority

IN_ORDER: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("/health",), ("shop.example.com",)),
    (("/*",), ("shop.example.com",)),
    (("/api/*",), ("*.example.com",)),
    (("/*",), ("*.example.com",)),
    (("/a/b/c/d",), ()),
    (("/a/b/c/d/*",), ()),
    (("/a/b/c/*",), ()),
    (("/a/b/*",), ()),
    (("/a/b*",), ()),
    (("/a/*",), ()),
    (("/a*",), ()),
    (("/*",), ()),
)


@pytest.mark.parametrize(("first", "second"), list(itertools.pairwise(IN_ORDER)))
def test_more_specific_requests_come_first(
    first: tuple[tuple[str, ...], tuple[str, ...]], second: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    names = [f"service-{number}" for number in range(50)]
    assert max(priority(name, *first) for name in names) < min(priority(name, *second) for name in names)


def test_the_least_specific_path_counts() -> None:
    assert priority("web", ("/health", "/api/*", "/*"), ()) == priority("web", ("/*",), ())


def test_priorities_are_ones_that_a_listener_takes() -> None:
    found = [priority(f"s{number}", *one) for number in range(500) for one in IN_ORDER]
    assert min(found) >= LOWEST and max(found) <= HIGHEST


def test_priority_is_fixed_for_ever() -> None:
    assert priority("web", ("/*",), ()) == 43706
    assert priority("web", ("/api/*",), ("shop.example.com",)) == 9746


def test_many_services_of_one_form_rarely_meet() -> None:
    names = [f"service-{number}" for number in range(33)]
    assert len({priority(name, (f"/{name}/*",), ()) for name in names}) == 33


@pytest.mark.parametrize(
    ("wanted", "taken", "free"),
    [(7, {8}, 7), (7, {7, 8}, 9), (HIGHEST, {HIGHEST, LOWEST}, LOWEST + 1)],
)
def test_free_priority(wanted: int, taken: set[int], free: int) -> None:
    assert free_priority(wanted, frozenset(taken)) == free


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (Route("b", False, ("/x/*",), (), 2), True),
        (Route("b", True, ("/x/*",), (), 2), False),
        (Route("b", False, ("/y/*",), (), 2), False),
        (Route("b", False, ("/x/*",), ("b.example.com",), 2), False),
    ],
)
def test_overlap(other: Route, overlaps: bool) -> None:
    assert Route("a", False, ("/", "/x/*"), (), 1).overlaps(other) is overlaps
