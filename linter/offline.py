"""cloudformation-validate, which AWS publishes: what CloudFormation would refuse, found offline and quickly.

It is an extra of the package (`stackwright[validate]`). Its rules have the numbers of cfn-lint's, with F (fatal) for
what no deployment gets through. What it calls errors is left to cfn-lint: its lists of versions have no major version
of RDS alone. Source: the package's page on PyPI.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from compiler.source.json_value import Json
from linter.around import Around
from linter.finding import LEVELS, Finding

PACKAGE = "cloudformation_validate"


def installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def run(files: Mapping[str, bytes], names: Sequence[str], around: Around) -> dict[str, tuple[Finding, ...]]:
    """Findings of each of `names`, as those of cfn-lint."""
    import cloudformation_validate as aws

    engine = aws.CompositeEngine()
    region = aws.PseudoParameterOverrides(region=around.region)
    config = aws.ValidateConfig(
        severity_level=aws.Severity.FATAL,
        detail_level=aws.DetailLevel.STANDARD,
        pseudo_parameter_overrides=region,
    )
    verdicts = {}
    for name in names:
        found = engine.validate_template(files[name], config).diagnostics
        verdicts[name] = tuple(sorted(_told(name, json.loads(files[name]), found)))
    return verdicts


def not_of_cfn_lint(findings: Sequence[Finding], theirs: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings without those that cfn-lint has too, by the number of the rule and the resource."""
    known = {(one.rule[1:], *_resource(one)) for one in theirs}
    return tuple(one for one in findings if (one.rule[1:], *_resource(one)) not in known)


def version_file() -> Iterator[Path]:
    """What decides over its verdicts: its one library has the rules and the schemas."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(Path(folder).parent.glob(f"{PACKAGE}-*.dist-info/RECORD"))


def _told(name: str, template: Json, found: Sequence[Json]) -> Iterator[Finding]:
    for one in found:
        entity = one.entity.logical_id if one.entity else ""
        resource = template.get("Resources", {}).get(entity)
        if resource is not None and _accepted(resource, one.rule_id):
            continue
        inner = (one.property_path or "").split(".") if one.property_path else []
        pointer = "/".join(["Resources", entity, *inner] if resource is not None else inner)
        yield Finding(name, one.start_line, one.start_column, one.rule_id, LEVELS[0], one.message, pointer)


def _accepted(resource: Json, rule: str) -> bool:
    """Whether the resource's Metadata lets cfn-lint skip the rule of the same number."""
    config = (resource.get("Metadata") or {}).get("cfn-lint", {}).get("config", {})
    return any(one[1:] == rule[1:] for one in config.get("ignore_checks", ()))


def _resource(finding: Finding) -> tuple[str, ...]:
    return finding.template, *finding.pointer.split("/")[:2]
