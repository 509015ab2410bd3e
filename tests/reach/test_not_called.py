"""What AWS does in a component's place goes through no network of the platform, and needs no endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reach.test_unreached import IN, faults, function, spec

NOT_CALLED = (
    ("Lambda polls queues", function(f"{IN}\n    triggers: [{{queue: jobs}}]", "queues: {jobs: {}}")),
    (
        "Lambda polls tables",
        function(f"{IN}\n    triggers: [{{table: orders}}]", "tables: {orders: {key: id, stream: both}}"),
    ),
    ("Lambda polls streams", function(f"{IN}\n    triggers: [{{stream: clicks}}]", "streams: {clicks: {}}")),
    (
        "Lambda polls for an alias",
        function(
            f"{IN}\n    provisioned: 1\n    concurrency: 2\n    triggers: [{{queue: jobs}}]", "queues: {jobs: {}}"
        ),
    ),
    (
        "Lambda polls an imported queue",
        function(f"{IN}\n    triggers: [{{queue: jobs}}]", "queues: {jobs: {existing: j}}"),
    ),
    (
        "Lambda polls an imported stream",
        function(f"{IN}\n    triggers: [{{stream: clicks}}]", "streams: {clicks: {existing: c}}"),
    ),
    (
        "Lambda sends to an imported topic",
        function(f"{IN}\n    asynchronous: {{on_failure: news}}", "topics: {news: {existing: n}}"),
    ),
    ("Lambda sends what failed", function(f"{IN}\n    asynchronous: {{on_failure: news}}", "topics: {news: {}}")),
    ("outside of the network", function("uses: {jobs: send}", "queues: {jobs: {}}")),
    ("a connection inside", function(IN)),
)


@pytest.mark.parametrize(("about", "body"), NOT_CALLED, ids=[row[0] for row in NOT_CALLED])
def test_what_nobody_calls_from_the_network_needs_nothing(tmp_path: Path, about: str, body: str) -> None:
    assert faults(tmp_path, spec((), body)) == []
