"""The types of manifests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deployer.migration.draft import Draft
from deployer.migration.part import Part
from deployer.migration.workloads import (
    backend,
    load_balanced,
    request_driven,
    scheduled_job,
    static_site,
    worker,
)

Convert = Callable[[Part, Draft, tuple[str, ...]], None]
MODULES = (load_balanced, backend, request_driven, static_site, scheduled_job, worker)
TYPES: Mapping[str, Convert] = {module.TYPE: module.convert for module in MODULES}
"""Workers come last: they subscribe to topics of others."""
