"""What the sandbox refuses, with what to do about it, and what it says of resource types."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest

from deployer.sandbox.process import SandboxUnavailable, open_sandbox, support

REGION = "eu-west-1"


def version_of(version: str | None) -> Callable[[str], str]:
    def answer(name: str) -> str:
        if version is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return version

    return answer


@pytest.mark.parametrize(("version", "said"), [(None, "not installed"), ("9.0.0", "installed is 9.0.0")])
def test_without_the_pinned_ministack_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, said: str
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", version_of(version))
    for refused in (lambda: open_sandbox(tmp_path, REGION).__enter__(), lambda: support(["AWS::SQS::Queue"])):
        with pytest.raises(SandboxUnavailable, match=said) as raised:
            refused()
        assert raised.value.hint == "pip install 'stackwright[sandbox]'"


@pytest.mark.parametrize(
    ("notes", "said"),
    [("{", "damaged"), ("[]", "damaged"), ('{"ministack": "1.0.0"}', "made by ministack 1.0.0")],
)
def test_a_state_that_it_cannot_read_is_refused(tmp_path: Path, notes: str, said: str) -> None:
    (tmp_path / "sandbox.json").write_text(notes)
    with pytest.raises(SandboxUnavailable, match=said) as raised, open_sandbox(tmp_path, REGION):
        pytest.fail("opened")
    assert "start with an empty sandbox" in raised.value.hint


@pytest.mark.parametrize("account", ["", "12", "abcdefghijkl"])
def test_an_account_that_is_none_is_refused(tmp_path: Path, account: str) -> None:
    with pytest.raises(SandboxUnavailable, match="not an AWS account id"), open_sandbox(tmp_path, REGION, account):
        pytest.fail("opened")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SandboxUnavailable, match="cannot keep"), open_sandbox(tmp_path / "file" / "in", REGION):
        pytest.fail("opened")


def test_support_tells_emulated_types_from_recorded_ones() -> None:
    types = ["AWS::SQS::Queue", "AWS::EC2::EIP", "AWS::CloudFormation::Stack", "Custom::Thing", "AWS::No::Such"]
    assert dict(support(types)) == {
        "AWS::CloudFormation::Stack": "emulated",
        "AWS::EC2::EIP": "recorded",
        "AWS::SQS::Queue": "emulated",
        "Custom::Thing": "emulated",
    }
