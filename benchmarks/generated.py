"""Specs of any size: N services, each with its own queue, bucket and table."""

from __future__ import annotations

_HEAD = """\
platform: generated-{services}
region: us-east-1
environments:
  dev: {{posture: development}}
network: {{cidr: 10.0.0.0/16, zones: 2, nat: single}}
"""
_SERVICE = """\
  service-{number}:
    image: public.ecr.aws/docker/library/nginx:1.27
    port: 8080
    cpu: 256
    memory: 512
    uses: {{queue-{number}: send, bucket-{number}: [read, write], table-{number}: [read, write]}}
"""
_SECTIONS = (
    ("queues", "  queue-{number}: {{retention_days: 4}}\n"),
    ("buckets", "  bucket-{number}: {{versioning: true}}\n"),
    ("tables", "  table-{number}: {{key: id}}\n"),
    ("services", _SERVICE),
)


def spec_text(services: int) -> str:
    """The YAML of a platform with that many services, in the one environment ``dev``."""
    sections = (_section(name, component, services) for name, component in _SECTIONS)
    return _HEAD.format(services=services) + "".join(sections)


def _section(name: str, component: str, count: int) -> str:
    return f"{name}:\n" + "".join(component.format(number=number) for number in range(1, count + 1))
