"""AWS's limits on templates and policies, reported as faults of the spec before AWS would.

Numbers: CloudFormation quotas (resources, parameters, outputs, dynamic references, template body in an S3 object) and
IAM quotas (aggregate size of a role's inline policies, managed policies of a role), from the services' quota pages.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from compiler.program.policy_size import MOST_ATTACHED, MOST_INLINE, USUAL_ATTACHED, inline_policies, policy_size
from compiler.source.diagnostics import Diagnostic, Severity
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.fill import DYNAMIC, MOST_DYNAMIC

MOST = {"Resources": 500, "Parameters": 200, "Outputs": 200}
MOST_BYTES = 1_000_000
MOST_ENVIRONMENT = 4_096
"""Of all environment variables of a function together. Lambda quotas, "Environment variables"."""
_GENERATED = 40
"""Characters of a generated name, ``shop-dev-DataStack-1ABCDEFGHIJKL-OrdersTable-1ABCDEFGHIJKL``, or more."""
_ROLE = "AWS::IAM::Role"
_FEWER = "use fewer components"
_RAISED = "use fewer components, or have the quota raised before you deploy"


def over_limits(compiled: Compiled) -> Iterator[Diagnostic]:
    """A fault for each limit that a template is over."""
    for template in compiled.templates:
        for part, most in MOST.items():
            count = len(template.body.get(part, {}))
            if count > most:
                yield _fault(
                    compiled, template, f"has {count} {part.lower()}, more than CloudFormation's limit of {most}"
                )
        text = json.dumps(template.body, separators=(",", ":"))
        dynamic = text.count(DYNAMIC)
        if dynamic > MOST_DYNAMIC:
            told = f"has {dynamic} dynamic references, more than CloudFormation's limit of {MOST_DYNAMIC}"
            yield _fault(compiled, template, told)
        if len(text) > MOST_BYTES:
            yield _fault(compiled, template, f"has {len(text)} bytes, more than CloudFormation's limit of {MOST_BYTES}")
        yield from _large_policies(compiled, template)
        yield from _large_environments(compiled, template)


def _large_environments(compiled: Compiled, template: Template) -> Iterator[Diagnostic]:
    for logical_id, resource in template.body["Resources"].items():
        if resource["Type"] != "AWS::Lambda::Function":
            continue
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        if _at_least(variables) > MOST_ENVIRONMENT:
            origin = template.origins[logical_id]
            message = (
                f"its {len(variables)} environment variables are larger than Lambda's limit of {MOST_ENVIRONMENT} bytes"
            )
            help_text = "leave out those of some uses, {verbs: …, variables: false}, or divide what the function does"
            yield Diagnostic("environment-limit", message, compiled.places[origin], origin, help_text)


def _at_least(variables: Json) -> int:
    """Bytes that variables have at the least: of what is known only after deployment, a generated name."""
    if not isinstance(variables, dict):
        return 0
    texts = (value if isinstance(value, str) else "x" * _GENERATED for value in variables.values())
    return sum(len(name) + len(text.encode()) for name, text in zip(variables, texts, strict=True))


def _fault(compiled: Compiled, template: Template, message: str) -> Diagnostic:
    counts = Counter(template.origins.values())
    largest = counts.most_common(1)[0][0] if counts else ""
    place = compiled.places.get(largest) or next(iter(compiled.places.values()))
    help_text = (
        f"give a component another stack, which replaces its resources: stackwright place SPEC --again {largest}"
    )
    return Diagnostic("template-limit", f"the nested stack '{template.name}' {message}", place, largest, help_text)


def _large_policies(compiled: Compiled, template: Template) -> Iterator[Diagnostic]:
    """IAM counts the policies that stand in a role and those that are put into it together."""
    resources = template.body["Resources"]
    sizes: Counter[str] = Counter()
    first: dict[str, str] = {}
    for logical_id, resource in resources.items():
        for role, document in inline_policies(logical_id, resource):
            sizes[role] += policy_size(document)
            first.setdefault(role, logical_id)
    for role, size in sizes.items():
        if size > MOST_INLINE:
            origin = template.origins[first[role]]
            message = f"its role's policies have about {size} characters, more than IAM's limit of {MOST_INLINE}"
            yield Diagnostic("policy-limit", message, compiled.places[origin], origin, _FEWER)
    for role, count in attached_policies(resources).items():
        if count > USUAL_ATTACHED:
            last = [name for name, one in resources.items() if role in _roles(one)]
            origin = template.origins[last[-1] if last else role]
            limit = f"IAM allows {USUAL_ATTACHED}, and at most {MOST_ATTACHED} on request"
            message = f"its role needs {count} managed policies for what it uses: {limit}"
            severity: Severity = "error" if count > MOST_ATTACHED else "warning"
            yield Diagnostic("policy-limit", message, compiled.places[origin], origin, _RAISED, severity=severity)


def attached_policies(resources: Mapping[str, Json]) -> Mapping[str, int]:
    """Logical id of each role with managed policies → how many: those that it names, and those that name it."""
    found: Counter[str] = Counter()
    for logical_id, resource in resources.items():
        found.update(_roles(resource))
        named = resource.get("Properties", {}).get("ManagedPolicyArns", ()) if resource["Type"] == _ROLE else ()
        found.update({logical_id: len(named)} if isinstance(named, list) and named else {})
    return found


def _roles(resource: Json) -> list[str]:
    """The roles of a managed policy that are in its template."""
    if resource["Type"] != "AWS::IAM::ManagedPolicy":
        return []
    return [role["Ref"] for role in resource["Properties"].get("Roles", ()) if "Ref" in role]
