"""The platforms of the flows, each in two versions; small, so that thousands of runs stay quick."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.deployer.platforms import stubborn

_HEAD = """platform: demo
region: eu-central-1
environments: {dev: {posture: development}, prod: {posture: production}}
"""
_SMALL = "queues: {jobs: {retention_days: %d}}\n"
_CODE = """functions:
  api: {runtime: python3.13, handler: app.handler, code: ./code, layers: [./layer], timeout: %d}
"""
_TWO = """domains: {site: {domain: example.com, zone: {create: true}, certificate: {}}}
buckets: {static: {}}
cdn: {front: {paths: {'/*': static}, domain: site}}
queues: {jobs: {retention_days: %d}}
"""
_EXISTING = """topics: {alerts: {existing: 'TOPIC'}}
queues: {orders: {existing: orders}}
encryption: {existing: alias/shop}
secrets: {stripe: {existing: stripe, keys: [api_key]}}
repositories: {images: {existing: images}}
parameters: {url: {existing: /shop/url}}
domains: {site: {domain: www.example.org, existing: {}}}
databases: {main: {engine: postgres, existing: {id: shop}}}
buckets: {media: {existing: BUCKET}}
filesystems: {files: {existing: {id: FILES}}}
"""
_FLEET = """platform: demo
region: eu-central-1
environments:
  dev:
    posture: development
    fleet: {accounts: ["111111111111", "222222222222"], regions: [eu-central-1, us-east-1]}
queues: {jobs: {retention_days: %d}}
functions: {api: {runtime: python3.13, handler: app.handler, code: ./code}}
"""
OLD, NEW = "old", "new"
REGIONS = ("eu-central-1", "us-east-1")


def write_platforms(folder: Path) -> None:
    """``<folder>/<platform>/<version>/demo.yaml``, with code beside it."""
    for number, version in enumerate((OLD, NEW)):
        for name, text in _texts(number).items():
            place = folder / name / version
            for part in ("code", "layer/python"):
                (place / part).mkdir(parents=True)
            (place / "code" / "app.py").write_text(f"def handler(event, context):\n    return {number}\n")
            (place / "layer" / "python" / "shared.py").write_text(f"VERSION = {number}\n")
            (place / "demo.yaml").write_text(text if text.startswith("platform: ") else _HEAD + text)


def write_existing(folder: Path, values: Mapping[str, str]) -> None:
    """The platform of existing resources with what an account calls them, and without a lock."""
    text = _EXISTING
    for name, value in values.items():
        text = text.replace(name, value)
    (folder / "existing" / OLD / "demo.yaml").write_text(_HEAD + text)
    (folder / "existing" / OLD / "demo.lock.json").unlink(missing_ok=True)


def _texts(number: int) -> Mapping[str, str]:
    refusing = {f"refuses-{what.lower()}": _raw(what, number) for what in ("Create", "Update", "Delete")}
    return {
        "small": _SMALL % (4 + number),
        "code": _CODE % (10 + number),
        "two": _TWO % (4 + number),
        "fleet": _FLEET % (4 + number),
        "fleet-fails": (_FLEET % (4 + number)).replace("222222222222", "333333333333"),
        "existing": _EXISTING,
        "imports": _SMALL % 4 + ("tables: {orders: {key: id}}\n" if number else ""),
        "heals": _SMALL % 5 if number else refusing["refuses-create"],
        **refusing,
    }


def _raw(refuses: str, number: int) -> str:
    """A custom resource that fails, as raw resources."""
    function, custom = stubborn(refuses, str(number)).values()
    named = {"answering": function, "stubborn": custom}
    text = json.dumps({"resources": named}).replace('"Function"', '"Answering"')
    return f"{text[1:-1]}\n"
