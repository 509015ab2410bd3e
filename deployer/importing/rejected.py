"""Why an import is refused once CloudFormation has answered: its reason, what it found, or what else it would do."""

from __future__ import annotations

from dataclasses import replace

from deployer.changeset import ChangeSet
from deployer.errors import DeployError, refused
from deployer.importing.prepared import Prepared
from deployer.importing.targets import Target
from deployer.outcome import Names, names_of
from deployer.validations import findings_of, with_findings


def rejected_import(one: Prepared, change_set: ChangeSet) -> DeployError:
    """A change set that failed, with what early validation and hooks have found, by component and line of the spec."""
    told = ", ".join(f"{target.component}={identifier_of(one, target)}" for target in one.targets)
    error = refused(
        f"CloudFormation does not import {told}: {change_set.reason or change_set.status}",
        "check the identifier, the region, and that no other stack has it; nothing was changed",
        "change-set-rejected",
        one.targets[0].component,
    )
    # The change set is of the nested stack itself, and has none inside.
    found, compiled = findings_of(one.subject.aws, change_set, Names()), one.subject.compiled
    named = [replace(finding, stack=one.key) for finding in found.findings]
    return with_findings(error, found, [finding.diagnostic(names_of(compiled), compiled) for finding in named])


def surprising(rows: set[tuple[str, str]]) -> DeployError:
    """A change set that would do anything but the import; `rows` are actions and logical ids."""
    told = ", ".join(f"{action} {logical_id}" for action, logical_id in sorted(rows))
    message = f"the change set is not the import that was asked for: {told}"
    return refused(message, "deploy the other changes first, then import", "change-set-rejected")


def identifier_of(one: Prepared, target: Target) -> str:
    """The identifier of a resource as a person writes it."""
    return "|".join(one.identifiers[target.logical_id].values())
