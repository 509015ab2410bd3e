"""The function that makes a document of each log event, with a Firehose in memory that has the limits of AWS's."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from compiler.shipped import split_log_events
from compiler.source.json_value import Json

MOST_BYTES_OF_A_BATCH = 4 * 2**20
MOST_BYTES_OF_A_RECORD = 1000 * 2**10


@dataclass
class Firehose:
    """Takes records within Firehose's own limits, all but the first `refused` of each further call."""

    refused: list[int] = field(default_factory=list)
    calls: int = 0
    taken: list[bytes] = field(default_factory=list)

    def put_record_batch(self, DeliveryStreamName: str, Records: Sequence[Mapping[str, bytes]]) -> Json:
        assert DeliveryStreamName == "central" and 0 < len(Records) <= 500
        assert sum(len(one["Data"]) for one in Records) <= MOST_BYTES_OF_A_BATCH
        assert all(len(one["Data"]) <= MOST_BYTES_OF_A_RECORD for one in Records)
        self.calls += 1
        bad = self.refused.pop(0) if self.refused else 0
        self.taken += [one["Data"] for one in Records[bad:]]
        failed: list[Json] = [{"ErrorCode": "ServiceUnavailableException"}] * min(bad, len(Records))
        return {"RequestResponses": [*failed, *({"RecordId": "1"} for _ in Records[bad:])]}


@dataclass
class Run:
    """The function with its Firehose."""

    handler: Json
    firehose: Firehose
    waited: list[float]

    def __call__(self, messages: Sequence[str], kind: str = "DATA_MESSAGE") -> list[Json]:
        events = [
            {"id": str(number), "timestamp": 1700000000123, "message": one} for number, one in enumerate(messages)
        ]
        data = {
            "messageType": kind,
            "owner": "111111111111",
            "logGroup": "/demo",
            "logStream": "one",
            "logEvents": events,
        }
        packed = base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()
        self.handler({"awslogs": {"data": packed}}, None)
        return [json.loads(one) for one in self.firehose.taken]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    firehose, waited = Firehose(), list[float]()
    monkeypatch.setattr("boto3.client", lambda name: firehose)
    monkeypatch.setattr("time.sleep", waited.append)
    monkeypatch.setenv("STREAM", "central")
    monkeypatch.setenv("FIELDS", "true")
    return Run(split_log_events.handler, firehose, waited)


def test_an_event_becomes_a_document_of_one_line(run: Run) -> None:
    found = run(["first\nline", '{"level": "error", "n": {"a": 1}}', '{"broken', "[1]"])
    assert found[0] == {
        "@timestamp": "2023-11-14T22:13:20.123Z",
        "id": "0",
        "account": "111111111111",
        "log_group": "/demo",
        "log_stream": "one",
        "message": "first\nline",
    }
    assert found[1]["fields"] == {"level": "error", "n": {"a": 1}} and found[1]["message"].startswith("{")
    assert "fields" not in found[2] and "fields" not in found[3]
    assert not any(b"\n" in one for one in run.firehose.taken)


def test_fields_are_left_in_the_text_on_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDS", "false")
    assert "fields" not in run(['{"a": 1}'])[0]


def test_what_cloudwatch_sends_to_try_a_filter_is_no_event(run: Run) -> None:
    assert run(["CWL CONTROL MESSAGE"], "CONTROL_MESSAGE") == [] and run.firehose.calls == 0


def test_more_events_than_a_batch_takes_are_several(run: Run) -> None:
    assert len(run(["x"] * 1001)) == 1001 and run.firehose.calls == 3


def test_large_events_are_cut_to_what_a_record_takes(run: Run) -> None:
    found = run(["ä" * 1_000_000] * 6 + [json.dumps({"a": "b" * 890_000})])
    assert len(found) == 7 and run.firehose.calls == 2
    assert found[0]["message"] == "ä" * 450_000 and "fields" not in found[6]


def test_what_firehose_does_not_take_is_sent_again(run: Run) -> None:
    run.firehose.refused = [2, 1]
    found = run(["a", "b", "c"])
    assert sorted(one["message"] for one in found) == ["a", "b", "c"]
    assert run.firehose.calls == 3 and run.waited == [1, 2]


def test_a_firehose_that_takes_nothing_makes_lambda_try_again(run: Run) -> None:
    run.firehose.refused = [1] * 6
    with pytest.raises(RuntimeError, match="1 log events"):
        run(["a"])
    assert run.firehose.taken == []
