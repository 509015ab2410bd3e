"""Databases: numbers that one engine or one type of storage does not take, and those that are just right."""

from __future__ import annotations

import pytest

from tests.kinds.building import faults
from tests.kinds.database_specs import spec

MARIADB = "engine: mariadb, version: '11.8'"
LARGE = "engine: mysql, version: '8.4', storage: 100"


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        (f"{LARGE}, storage_type: io1, iops: 5001", "iops", "5000 with 100 GiB, not 5001"),
        (f"{LARGE}, storage_type: io2, iops: 100001", "iops", "100000 with 100 GiB, not 100001"),
        (f"{MARIADB}, username: application_owner", "bad-value", "has 17 characters, mariadb takes 16"),
    ],
)
def test_more_than_it_takes(settings: str, code: str, words: str) -> None:
    (fault,) = faults(spec(settings))
    assert fault.code == code
    assert words in fault.message


@pytest.mark.parametrize(
    "settings",
    [
        f"{LARGE}, storage_type: io1, iops: 5000",
        f"{LARGE}, storage_type: io2, iops: 100000",
        f"{MARIADB}, username: application_own",
        "engine: mysql, version: '8.4', username: application_owner",
    ],
)
def test_what_is_just_right(settings: str) -> None:
    assert faults(spec(settings)) == ()
