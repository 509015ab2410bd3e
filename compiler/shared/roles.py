"""Roles that an AWS service assumes for a component."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import Ref, iam

from compiler.program.component import Grant
from compiler.program.encode import encoded
from compiler.program.glue import statement
from compiler.source.json_value import Json


@functools.cache
def trust(service: str) -> Json:
    """Only `service`, acting for this account, may assume the role (confused deputy: AWS IAM user guide)."""
    document = PolicyDocument(
        Version="2012-10-17",
        Statement=[
            Statement(
                Effect=Allow,
                Principal=Principal("Service", service),
                Action=[Action("sts", "AssumeRole")],
                Condition=Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})),
            )
        ],
    )
    return encoded(document)


def role(logical_id: str, trusted: Json, policies: Sequence[iam.Policy] = ()) -> iam.Role:
    """A role without a name of its own, so that it can be replaced. `trusted` is a policy, of awacs or as JSON."""
    more = {"Policies": list(policies)} if policies else {}
    return iam.Role(logical_id, AssumeRolePolicyDocument=trusted, **more)


def policy(name: str, grants: Sequence[tuple[str, Grant]]) -> iam.Policy:
    """An inline policy with one statement for each (statement id, grant)."""
    statements = [statement(sid, grant) for sid, grant in grants]
    return iam.Policy(PolicyName=name, PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=statements))
