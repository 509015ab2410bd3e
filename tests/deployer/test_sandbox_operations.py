"""What counts for the sandbox's limit of an operation, and what is only undone."""

from __future__ import annotations

import asyncio
from types import ModuleType

import pytest

from compiler.source.json_value import Json
from deployer.sandbox.operations import REFUSED, Operations, limit_operations

RECORDS: dict[str, Json] = {
    "root": {},
    "child": {"_parent_stack_name": "root"},
    "inner": {"_parent_stack_name": "child"},
    "other": {},
}


class Cloud(ModuleType):
    """Stands for ministack's modules: does what a test tells it while an operation runs."""

    def __init__(self) -> None:
        super().__init__("cloud")
        self.work: Json = lambda: None
        self.deleted: list[str] = []

    async def _deploy_stack_async(self, stack: str) -> None:
        self.work()

    async def _delete_stack_async(self, stack: str) -> None:
        self.work()

    async def _roll_back_operation(self, stack: str) -> None:
        self.work()

    def _provision_resource(self, kind: str, logical_id: str, properties: Json, stack: str) -> str:
        if properties == "bad":
            raise ValueError("bad")
        return logical_id

    def _update_resource(self, kind: str, physical: str, *arguments: Json) -> str:
        _, new, stack, logical_id = arguments
        return self._provision_resource(kind, logical_id, new, stack) if kind == "made anew" else physical

    def _delete_resource(self, kind: str, physical: str, properties: Json, stack: str, logical_id: str | None) -> None:
        self.deleted.append(physical)


@pytest.fixture
def cloud() -> Cloud:
    made = Cloud()
    limit_operations(Operations(RECORDS, 3), (made,))
    return made


def create(cloud: Cloud, stack: str, count: int, properties: str = "") -> None:
    for number in range(count):
        cloud._provision_resource("queue", f"q{number}", properties, stack)


def run(cloud: Cloud, name: str, *work: Json, stack: str = "root") -> None:
    def all_of_it() -> None:
        for one in work:
            one()

    cloud.work = all_of_it
    asyncio.run(getattr(cloud, name)(stack))


def test_nested_stacks_count_for_their_root_and_other_roots_do_not(cloud: Cloud) -> None:
    run(cloud, "_deploy_stack_async", lambda: create(cloud, "root", 1), lambda: create(cloud, "inner", 2))
    run(cloud, "_deploy_stack_async", lambda: create(cloud, "child", 3), stack="root")
    run(cloud, "_deploy_stack_async", lambda: create(cloud, "other", 3), stack="other")
    with pytest.raises(ValueError, match=REFUSED):
        run(cloud, "_deploy_stack_async", lambda: create(cloud, "root", 2), lambda: create(cloud, "inner", 2))


def test_an_update_that_changes_nothing_does_not_count_and_one_that_makes_anew_counts_once(cloud: Cloud) -> None:
    def updates() -> None:
        for _ in range(9):
            cloud._update_resource("queue", "q", "same", "same", "child", "q")
        for number in range(3):
            cloud._update_resource("made anew", "q", "old", "new", "child", f"q{number}")

    run(cloud, "_deploy_stack_async", updates)
    with pytest.raises(ValueError, match=REFUSED):
        run(cloud, "_deploy_stack_async", updates, lambda: create(cloud, "root", 1))


def test_a_rollback_does_what_it_must(cloud: Cloud) -> None:
    def failing() -> None:
        with pytest.raises(ValueError, match="bad"):
            create(cloud, "root", 1, "bad")
        for number in range(9):
            cloud._delete_resource("queue", f"q{number}", "", "child", None)

    run(cloud, "_deploy_stack_async", lambda: create(cloud, "root", 2), failing)
    assert len(cloud.deleted) == 9
    run(cloud, "_roll_back_operation", lambda: create(cloud, "root", 9))


def test_a_removal_fails_from_the_first_resource_too_many_on(cloud: Cloud) -> None:
    def deleting() -> None:
        for number in range(3):
            cloud._delete_resource("queue", f"q{number}", "", "child", None)
        for number in range(3, 6):
            with pytest.raises(ValueError, match=REFUSED):
                cloud._delete_resource("queue", f"q{number}", "", "root", None)

    run(cloud, "_delete_stack_async", deleting)
    assert cloud.deleted == ["q0", "q1", "q2"]
