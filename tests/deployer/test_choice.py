"""What whoever deploys may decide beside the spec: the bucket and the root's parameters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compiler.stacks.compiled import Compiled, Template
from deployer.errors import DeployError
from deployer.publish import root_parameters

ROOT = Template("root", "", {"Resources": {}, "Parameters": {"WebImage": {"Type": "String", "Default": "web:1"}}}, {})
COMPILED = Compiled("demo", "dev", "development", "us-east-1", None, "demo-dev", {}, ROOT, (), (), {})


def test_a_parameter_has_its_default_unless_another_value_is_chosen() -> None:
    assert root_parameters(COMPILED, {}, {}) == {"WebImage": "web:1"}
    assert root_parameters(COMPILED, {}, {"WebImage": "web:2"}) == {"WebImage": "web:2"}


def test_an_unknown_parameter_is_refused_with_a_suggestion() -> None:
    with pytest.raises(DeployError) as fault:
        root_parameters(COMPILED, {}, {"WebImgae": "web:2"})
    assert fault.value.hint == "did you mean 'WebImage'?"


def test_a_parameter_without_any_value_is_refused() -> None:
    body = {**ROOT.body, "Parameters": {"ApiCodeKey": {"Type": "String"}}}
    with pytest.raises(DeployError, match="without a value: ApiCodeKey"):
        root_parameters(replace(COMPILED, root=replace(ROOT, body=body)), {}, {})
