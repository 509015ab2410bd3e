"""W9718: a version that RDS changes by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import literal

_PINNED = (
    (re.compile(r"(aurora-)?postgres(ql)?"), re.compile(r"[1-9][0-9]\.[0-9]+.*")),
    (re.compile(r"mysql|mariadb"), re.compile(r"[0-9]+\.[0-9]+\.[0-9]+.*")),
    (re.compile(r"aurora-mysql"), re.compile(r".+\.mysql_aurora\.[0-9]+\.[0-9]+.*")),
)
"""Engines, and what a version of them with a minor part looks like (RDS user guide, engine versions)."""


class MinorVersion(OwnRule):
    id = "W9718"
    shortdesc = "Major versions of RDS only"
    description = (
        "RDS moves minor versions in the maintenance window, and at their end whatever is set. A template with the "
        "old one then drifts, and the next update of the stack fails, because RDS does not go back."
    )
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
        "USER_UpgradeDBInstance.Upgrading.html#USER_UpgradeDBInstance.Upgrading.AutoMinorVersionUpgrades"
    )
    tags = ("rds",)
    types = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster")
    fix = "write the major version alone"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        engine, version = literal(resource.get("Engine")) or "", str(resource.get("EngineVersion") or "")
        if any(of.fullmatch(engine) and minor.fullmatch(version) for of, minor in _PINNED):
            yield ("Properties", "EngineVersion"), f"'EngineVersion' pins the minor version {version}"
