"""Environments over the base: what merges, what replaces, what null means where."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import check_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json

DEV = "platform: demo\nenvironments:\n  dev: {posture: development%s}\n"


def resolved(folder: Path, text: str, change: str = "") -> Json:
    (folder / "spec.yaml").write_text(DEV % change + text)
    (one,) = check_spec(str(folder / "spec.yaml"))
    return one.document.data


def test_a_component_of_which_nothing_is_said_has_all_defaults(tmp_path: Path) -> None:
    data = resolved(tmp_path, "queues:\n  jobs:\n  mails: {delay_seconds: 5}\ntopics: {alerts: }\nnetwork:\n")
    assert data["queues"]["jobs"] == {**data["queues"]["mails"], "delay_seconds": 0}
    assert data["topics"]["alerts"]["email"] == []
    assert data["network"]["cidr"] == "10.0.0.0/16"


def test_null_in_an_environment_removes(tmp_path: Path) -> None:
    text = "queues:\n  jobs: {delay_seconds: 5}\n  mails:\nmonitoring:\n"
    data = resolved(tmp_path, text, ", queues: {mails: null, jobs: {delay_seconds: null}}, monitoring: null")
    assert list(data["queues"]) == ["jobs"]
    assert data["queues"]["jobs"]["delay_seconds"] == 0
    assert "monitoring" not in data


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        ("functions: {web: {uses: {queues.jobs: null}}}", 3, "queues.jobs"),
        ("functions: {web: {environment: {LEVLE: null}}}", 3, "LEVLE"),
        ("network: null", 3, "network"),
        ("queues: {jobs: {delay_seconds: null}}", 3, "delay_seconds"),
    ],
)
def test_null_that_removes_nothing_is_told(tmp_path: Path, change: str, line: int, told: str) -> None:
    text = (
        "queues: {jobs: {}}\nfunctions:\n"
        "  web: {image: example/web, uses: {jobs: [send]}, environment: {LEVEL: debug}}\n"
    )
    with pytest.raises(SpecError) as fault:
        resolved(tmp_path, text, f", {change}")
    (found,) = fault.value.diagnostics
    assert (found.code, found.place.line) == ("nothing-to-remove", line)
    assert f"'{told}'" in found.message


def test_maps_merge_and_lists_replace(tmp_path: Path) -> None:
    text = "topics:\n  alerts: {email: [a@example.com, b@example.com], display_name: Alerts}\n"
    data = resolved(tmp_path, text, ", topics: {alerts: {email: [c@example.com]}}")
    assert data["topics"]["alerts"]["email"] == ["c@example.com"]
    assert data["topics"]["alerts"]["display_name"] == "Alerts"


def test_a_fault_in_an_override_points_into_the_override(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as fault:
        resolved(tmp_path, "queues:\n  jobs: {delay_seconds: 5}\n", ", queues: {jobs: {delay_seconds: 1000}}")
    (found,) = fault.value.diagnostics
    assert (found.code, found.place.line) == ("out-of-range", 3)


@pytest.mark.parametrize("only", ["[{}]", "[1]", "[prod]"])
def test_only_that_names_no_environment_is_told(tmp_path: Path, only: str) -> None:
    with pytest.raises(SpecError) as fault:
        resolved(tmp_path, f"queues:\n  jobs: {{only: {only}}}\n  mails:\n")
    assert {found.code for found in fault.value.diagnostics} == {"unknown-environment"}


def test_only_of_another_type_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as fault:
        resolved(tmp_path, "queues:\n  jobs: {only: true}\n")
    assert {found.code for found in fault.value.diagnostics} == {"wrong-type"}


def test_only_keeps_a_component_to_its_environments(tmp_path: Path) -> None:
    text = "queues:\n  jobs: {only: [dev]}\n"
    assert "jobs" in resolved(tmp_path, text)["queues"]
    (tmp_path / "spec.yaml").write_text(DEV % "" + "  prod: {posture: production}\n" + text + "  mails:\n")
    _, prod = check_spec(str(tmp_path / "spec.yaml"))
    assert list(prod.document.data["queues"]) == ["mails"]
