"""An environment in two regions on the sandbox: planned as far as values are known, deployed and removed in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.stacks.compiled import Compiled
from deployer.environment import Waiting, apply_plans, make_plans, plan_removals
from deployer.errors import DeployError
from deployer.publish import AS_SPECIFIED, Choice
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from tests.kinds.building import roots

HEAD = "platform: far\nregion: eu-central-1\nenvironments: {dev: {posture: development}}\n"
SITE = HEAD + "domains: {site: {domain: example.com, zone: {create: true}, certificate: {}}}\n"
CDN = "buckets: {static: {}}\ncdn: {front: {paths: {'/*': static}, domain: site}}\n"

pytestmark = pytest.mark.slow


class Account:
    """A sandbox account that is opened region by region."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open(self, region: str) -> Iterator[Aws]:
        with open_sandbox(self._folder, region) as sandbox:
            yield connect_to(sandbox_destination(sandbox, region))


def deploy(found: tuple[Compiled, ...], account: Account, spec_dir: Path) -> None:
    plans = make_plans(found, spec_dir, account.open, AS_SPECIFIED)
    assert all(outcome.succeeded for outcome in apply_plans(plans, account.open))


def test_from_the_first_plan_to_the_removal(tmp_path: Path, spec_dir: Path) -> None:
    account, found = Account(tmp_path / "sandbox"), roots(SITE + CDN)
    first = make_plans(found, spec_dir, account.open, AS_SPECIFIED)
    assert [plan.review.region for plan in first.plans] == ["us-east-1"]
    assert first.waiting == (Waiting("far-dev", "eu-central-1", ("us-east-1",)),)
    (outcome,) = apply_plans(first, account.open)
    assert outcome.succeeded, str(outcome)

    second = make_plans(found, spec_dir, account.open, AS_SPECIFIED)
    assert second.waiting == ()
    assert [plan.empty for plan in second.plans] == [True, False]
    handed = second.plans[1].request.parameters
    assert handed == {name: outcome.outputs[name] for name in ("SiteDomainCertificate", "SiteDomainZone")}
    assert all(outcome.succeeded for outcome in apply_plans(second, account.open))
    assert make_plans(found, spec_dir, account.open, AS_SPECIFIED).empty

    alone = roots(SITE.replace("zone: {create: true}, certificate: {}", "zone: {id: Z0123456789ABCDEFGHIJ}"))
    (left,) = make_plans(alone, spec_dir, account.open, AS_SPECIFIED).plans
    assert "the platform has no resources in us-east-1 any more" in left.review.notes[0]
    assert list(plan_removals("far-dev", ("eu-central-1",), account.open)) == ["eu-central-1", "us-east-1"]
    one = plan_removals("far-dev", ("us-east-1",), account.open, whole=False)
    assert list(one) == ["us-east-1"]
    assert plan_removals("far-dev", ("eu-west-1",), account.open) == {}


def test_values_that_have_changed_since_the_plan_are_refused(tmp_path: Path, spec_dir: Path) -> None:
    account, found = Account(tmp_path / "sandbox"), roots(SITE + CDN)
    deploy(found[:1], account, spec_dir)
    plans = make_plans(found, spec_dir, account.open, AS_SPECIFIED)
    last = plans.plans[1]
    parameters = {**last.request.parameters, "SiteDomainZone": "ZOTHER"}
    stale = replace(plans, plans=(plans.plans[0], replace(last, request=replace(last.request, parameters=parameters))))
    with pytest.raises(DeployError, match="SiteDomainZone, an output of us-east-1 and input of eu-central-1"):
        list(apply_plans(stale, account.open))


def test_a_parameter_that_no_root_has_is_refused(tmp_path: Path, spec_dir: Path) -> None:
    with pytest.raises(DeployError, match="has no parameter 'WebImage'"):
        make_plans(roots(SITE + CDN), spec_dir, Account(tmp_path / "sandbox").open, Choice(None, {"WebImage": "web:2"}))
