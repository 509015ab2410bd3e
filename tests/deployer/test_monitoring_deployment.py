"""Alarms, charts, events of databases and channels by severity, deployed to the sandbox and then up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from deployer.apply import apply_plan
from deployer.environment import make_plans
from deployer.plan import make_plan
from deployer.publish import AS_SPECIFIED
from deployer.sandbox.process import DEFAULT_ACCOUNT, open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination

SPEC = """
platform: shop
environments: {dev: {posture: development}}
network: {nat: none}
topics: {alerts: {}, pages: {}}
databases: {main: {engine: postgres, version: "17", password: generated, readers: 1, events: pages}}
documents: {profiles: {version: "5.0.0", events: {topic: pages, cluster: [failover]}}}
buckets: {archive: {}}
streams: {events: {}}
search:
  logs: {domain: {version: "2.19"}}
  traces: {collection: {type: logs}, network: true}
functions:
  api: {runtime: python3.13, code: ./code, handler: app.handler}
  told: {runtime: python3.13, code: ./code, handler: app.handler}
log_subscriptions:
  to-domain: {of: [api], to: search.logs, backup: archive}
  to-collection: {of: [api], to: traces, backup: archive}
  to-function: {of: [network], to: told, pattern: REJECT}
  to-stream: {of: [told], to: events}
  to-bucket: {of: [told], to: archive}
monitoring:
  notify: alerts
  channels: {on-call: {notify: pages, pagerduty: {url: "https://events.pagerduty.com/integration/0/enqueue"}}}
  severities: {critical: [on-call]}
  custom:
    odd: {namespace: Shop, metric: Orders, band: 2, when: outside}
    share:
      expression: a / b
      metrics: {a: {namespace: Shop, metric: A}, b: {namespace: Shop, metric: B}}
      threshold: 1
  log_alarms: {errors: {pattern: "?ERROR ?Exception"}}
  composite:
    down: {rule: ALARM(api.Errors) OR ALARM(errors) AND NOT OK(quiet), suppressed_by: odd}
    quiet: {rule: ALARM(share), severity: info}
"""

pytestmark = pytest.mark.slow


def test_all_of_it_deploys_and_is_then_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context):\n    return None\n")
    spec = tmp_path / "shop.yaml"
    spec.write_text(SPEC)
    roots = compile_spec(str(spec), ("dev",))

    @contextmanager
    def opened(region: str) -> Iterator[Aws]:
        with open_sandbox(tmp_path / "sandbox", region, DEFAULT_ACCOUNT) as sandbox:
            yield connect_to(sandbox_destination(sandbox, region, DEFAULT_ACCOUNT))

    (root,) = roots
    with opened(root.region) as aws:
        outcome = apply_plan(make_plan(root, tmp_path, aws, AS_SPECIFIED), aws)
        assert outcome.succeeded, str(outcome)
        assert outcome.outputs["ToDomainLogSubscriptionRoleArn"].startswith("arn:aws:iam::")
    again = make_plans(roots, tmp_path, opened, AS_SPECIFIED)
    assert again.empty
