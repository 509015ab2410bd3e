"""The order in which events are told: by cause, since the times of events are too coarse for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deployer.events import StackEvent, _in_order

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def event(stack: str, logical_id: str, status: str) -> StackEvent:
    itself = logical_id in ("demo", f"demo-{stack}")
    physical_id = f"id-of-{stack}" if itself else logical_id
    return StackEvent(
        f"{stack}/{logical_id}/{status}", stack, f"id-of-{stack}", logical_id, physical_id, "T", status, "", NOON
    )


ROOT_EVENTS = [
    event("", "demo", "CREATE_IN_PROGRESS"),
    event("", "DataStack", "CREATE_IN_PROGRESS"),
    event("", "DataStack", "CREATE_COMPLETE"),
    event("", "WebStack", "CREATE_IN_PROGRESS"),
    event("", "demo", "CREATE_COMPLETE"),
]
DATA = [event("DataStack", "Table", "CREATE_IN_PROGRESS"), event("DataStack", "Table", "CREATE_COMPLETE")]
WEB = [event("WebStack", "Service", "CREATE_COMPLETE")]


@pytest.mark.parametrize("whole", [True, False])
def test_the_end_of_a_stack_comes_after_what_happened_in_it(whole: bool) -> None:
    of_root = ROOT_EVENTS if whole else ROOT_EVENTS[:-1]
    told = [one.id for one in _in_order(of_root, {"DataStack": list(DATA), "WebStack": list(WEB)})]
    assert told.index("DataStack/Table/CREATE_COMPLETE") < told.index("/DataStack/CREATE_COMPLETE")
    assert len(told) == len(of_root) + 3
    assert told[-1] == ("/demo/CREATE_COMPLETE" if whole else "WebStack/Service/CREATE_COMPLETE")
