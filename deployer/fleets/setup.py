"""`bootstrap` for a fleet: the artefact buckets, open to its accounts, and who has to be allowed what.

Sources: CloudFormation user guide, "Grant self-managed permissions" and "Perform StackSets operations involving Regions
that are disabled by default"; Service Authorization Reference for the resources of the actions. Since 2022-10-31
StackSets needs no permissions of its own for Amazon SNS any more (its announcement of that day).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from compiler.language.fleet import Fleet
from compiler.meaning.fleet_rules import OPT_IN
from compiler.program.component import Grant
from compiler.shared.deployer_calls import artefacts
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.environment import Open
from deployer.fleets.access import open_buckets
from deployer.fleets.state import ROLES
from deployer.session import Aws
from deployer.setup.account import Gate
from deployer.setup.bootstrap import Account, make_buckets
from deployer.setup.policies import OF_OWN_ROLES, document, filled, packed, statement
from deployer.setup.stacks import bucket_stack
from deployer.setup.type_permissions import actions_of, read_actions_of

READ = tuple(
    f"cloudformation:{name}"
    for name in (
        *("DescribeStackInstance", "DescribeStackSet", "DescribeStackSetOperation", "DetectStackSetDrift"),
        *("ListStackInstanceResourceDrifts", "ListStackInstances", "ListStackSetOperationResults"),
        "ListStackSetOperations",
    )
)
CHANGE = tuple(
    f"cloudformation:{name}"
    for name in (
        *("CreateStackInstances", "DeleteStackInstances", "DeleteStackSet", "TagResource", "UntagResource"),
        "UpdateStackInstances",
        "UpdateStackSet",
    )
)
CREATE = ("cloudformation:CreateStackSet",)
"""For which the service has no resources."""
_ROLE_PREFIX = 20
"""Letters of a stack's name with which the names of its roles begin at least."""


@frozen(eq=True)
class FleetWish:
    """What somebody wants set up for a fleet."""

    root: Compiled
    policies_only: bool


def set_up_fleet(wish: FleetWish, aws: Aws, open_region: Open, gate: Gate) -> Account:
    """Make and open the buckets, unless only policies are wanted. Raises `DeployError` when AWS refuses."""
    root, fleet = wish.root, wish.root.fleet
    assert fleet
    pseudo = {"AWS::Partition": aws.s3.meta.partition, "AWS::Region": fleet.region, "AWS::AccountId": aws.account}
    policies = {name: filled(one, pseudo) for name, one in fleet_policies(root, fleet).items()}
    if wish.policies_only:
        return Account((), "", policies)
    regions = dict.fromkeys((fleet.region, *fleet.regions))
    stacks = [bucket_stack(replace(root, region=region)) for region in regions]
    gate(stacks)
    buckets = tuple(make_buckets(stacks, open_region))
    names = {one.region: one.name for one in buckets if one.region in fleet.regions}
    opened = open_buckets(aws, fleet, root.stack_name, (names, read_keys(root)))
    return Account(buckets, "", policies, tuple(f"the accounts of the fleet may read from {one} now" for one in opened))


def read_keys(root: Compiled) -> tuple[str, ...]:
    """Prefixes of what the stacks read from the buckets."""
    return (("templates/",) if root.children else ()) + (("artifacts/",) if root.artifacts else ())


def fleet_policies(root: Compiled, fleet: Fleet) -> dict[str, Json]:
    """Policies by what they are for, with pseudo parameters of CloudFormation."""
    found = {"plan": document(_planning(root, fleet)), "apply": document(_applying(root, fleet))}
    if not fleet.service_managed:
        found |= _of_self_managed(root, fleet)
    return found


def _sets(root: Compiled, fleet: Fleet) -> tuple[str, ...]:
    stem = f"arn:${{AWS::Partition}}:cloudformation:{fleet.region}:${{AWS::AccountId}}"
    return (f"{stem}:stackset/{root.stack_name}:*",)


def _targets(root: Compiled, fleet: Fleet) -> tuple[str, ...]:
    """The stacks of the set, and the types of resources, which these actions name as well."""
    stem = "arn:${AWS::Partition}:cloudformation"
    return (
        *_sets(root, fleet),
        f"{stem}:{fleet.region}:${{AWS::AccountId}}:stackset-target/{root.stack_name}:*",
        f"{stem}:{fleet.region}::type/resource/*",
    )


def _planning(root: Compiled, fleet: Fleet) -> Iterable[Json]:
    regions = list(dict.fromkeys((fleet.region, *fleet.regions)))
    yield statement("StackSet", Grant(READ, _sets(root, fleet)))
    former = f"arn:${{AWS::Partition}}:cloudformation:{fleet.region}:${{AWS::AccountId}}:stack/{root.stack_name}/*"
    yield statement("FormerStack", Grant(("cloudformation:DescribeStacks",), (former,)))
    yield from (statement(sid, grant) for sid, grant in artefacts(None, regions))


def _applying(root: Compiled, fleet: Fleet) -> Iterable[Json]:
    yield from _planning(root, fleet)
    yield statement("Create", Grant(CREATE, ("*",)))
    yield statement("Change", Grant(CHANGE, _targets(root, fleet)))
    buckets = tuple(f"arn:${{AWS::Partition}}:s3:::stackwright-${{AWS::AccountId}}-{one}" for one in fleet.regions)
    yield statement("OpenBuckets", Grant(("s3:PutBucketPolicy",), buckets))
    if not fleet.service_managed:
        passed = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
        yield statement("Administration", Grant(("iam:PassRole",), (administration_role(fleet),), passed))


def administration_role(fleet: Fleet) -> str:
    return fleet.administration_role or f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{ROLES[0]}"


def _of_self_managed(root: Compiled, fleet: Fleet) -> dict[str, Json]:
    """The two roles of self-managed permissions: what each may do, and who may assume it."""
    role = fleet.execution_role or ROLES[1]
    targets = tuple(f"arn:${{AWS::Partition}}:iam::{account}:role/{role}" for account in fleet.accounts)
    service = {"Service": _services(fleet)}
    from_here = {
        "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
        "ArnLike": {"aws:SourceArn": "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stackset/*"},
    }
    return {
        "administration": document([statement("", Grant(("sts:AssumeRole",), targets))]),
        "administration-trust": document([_trust(service, from_here)]),
        "execution-trust": document([_trust({"AWS": administration_role(fleet)}, {})]),
        **{f"change-{number}": one for number, one in enumerate(_changing(root, fleet), 1)},
    }


def _services(fleet: Fleet) -> Json:
    """In regions that are disabled by default the service has a principal of its own."""
    regional = [f"cloudformation.{region}.amazonaws.com" for region in fleet.regions if region in OPT_IN]
    return ["cloudformation.amazonaws.com", *regional] if regional else "cloudformation.amazonaws.com"


def _trust(principal: Json, condition: Mapping[str, Json]) -> Json:
    conditions = {"Condition": dict(condition)} if condition else {}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **conditions}


def _changing(root: Compiled, fleet: Fleet) -> Sequence[Json]:
    """What the execution role has to be allowed in each account: the stacks, what they read, and their resources."""
    types = {body["Type"] for one in root.templates for body in one.body.get("Resources", {}).values()}
    actions, _ = actions_of(types)
    wanted = frozenset((*actions, *read_actions_of(types)))
    stack = f"StackSet-{root.stack_name}"
    role = f"arn:${{AWS::Partition}}:iam::*:role/{stack[:_ROLE_PREFIX]}*"
    buckets = tuple(
        f"arn:${{AWS::Partition}}:s3:::stackwright-${{AWS::AccountId}}-{region}/{key}*"
        for region in fleet.regions
        for key in read_keys(root)
    )
    grants = [
        Grant(("cloudformation:*",), (f"arn:${{AWS::Partition}}:cloudformation:*:*:stack/{stack}-*",)),
        Grant(("cloudformation:DescribeType", "cloudformation:ValidateTemplate"), ("*",)),
        *([Grant(("s3:GetObject",), buckets)] if buckets else []),
        Grant(tuple(sorted(wanted & OF_OWN_ROLES)), (role,)),
        Grant(tuple(sorted(one for one in wanted - OF_OWN_ROLES if not one.startswith("cloudformation:"))), ("*",)),
    ]
    return tuple(packed(one for one in grants if one.actions))
