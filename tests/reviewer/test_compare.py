"""The comparison of what is deployed with what is compiled."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from reviewer.change import Change, Detail
from reviewer.compare import compare
from reviewer.sides import Before
from tests.reviewer.programs import compiled, deployed, resource, stack, tagged

QUEUE = "SQS::Queue"


def rows(changes: tuple[Change, ...]) -> list[tuple[str, str, str, str]]:
    return [(change.action, change.stack, change.logical_id, change.replacement) for change in changes]


def single(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[Change, ...]:
    """Changes between two bodies of one nested stack."""
    old, new = (compiled({"Resources": {"DataStack": stack("data")}}, DataStack=body) for body in (before, after))
    return compare(deployed(old), new, {})


def one(kind: str, properties: Mapping[str, Json], **attributes: str) -> Mapping[str, Json]:
    return {"Resources": {"It": resource(kind, properties, **attributes)}}


def test_the_first_deployment_adds_resources_and_folds_the_stack() -> None:
    platform = compiled({"Resources": {"DataStack": stack("data")}}, DataStack=one(QUEUE, {}))
    (change,) = compare(Before(), platform, {})
    assert (change.action, change.stack, change.logical_id) == ("Add", "data", "It")
    assert (change.component, change.replacement) == ("kind.It", "")


def test_the_same_again_is_no_change() -> None:
    platform = compiled({"Resources": {"DataStack": stack("data")}}, DataStack=one(QUEUE, {"DelaySeconds": 5}))
    assert compare(deployed(platform), platform, {}) == ()


@pytest.mark.parametrize(
    ("kind", "before", "after", "replacement", "details"),
    [
        (QUEUE, {"DelaySeconds": 5}, {"DelaySeconds": 6}, "False", [("DelaySeconds", 5, 6)]),
        (QUEUE, {}, {"FifoQueue": True}, "True", [("FifoQueue", None, True)]),
        (QUEUE, {"QueueName": "a"}, {"QueueName": "b"}, "True", [("QueueName", "a", "b")]),
        ("RDS::DBInstance", {"Engine": "a"}, {"Engine": "b"}, "Conditional", [("Engine", "a", "b")]),
        ("No::Such", {"A": 1}, {"A": 2}, "Conditional", [("A", 1, 2)]),
        (
            QUEUE,
            {"RedrivePolicy": {"maxReceiveCount": 3, "deadLetterTargetArn": "x"}},
            {"RedrivePolicy": {"maxReceiveCount": 5, "deadLetterTargetArn": "x"}},
            "False",
            [("RedrivePolicy.maxReceiveCount", 3, 5)],
        ),
        (QUEUE, {"Tags": [{"Key": "a"}]}, {"Tags": []}, "False", [("Tags[a]", {"Key": "a"}, None)]),
    ],
)
def test_modifications(
    kind: str, before: Json, after: Json, replacement: str, details: list[tuple[str, Json, Json]]
) -> None:
    (change,) = single(one(kind, before), one(kind, after))
    assert (change.action, change.replacement) == ("Modify", replacement)
    assert [(detail.path, detail.before, detail.after) for detail in change.details] == details


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"DelaySeconds": 5}, {"DelaySeconds": "5"}),
        ({"FifoQueue": True}, {"FifoQueue": "true"}),
        (
            {"QueueName": {"Fn::Sub": "a-${AWS::Region}"}},
            {"QueueName": {"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}},
        ),
        ({"QueueName": {"Fn::GetAtt": "X.Name"}}, {"QueueName": {"Fn::GetAtt": ["X", "Name"]}}),
    ],
)
def test_two_ways_of_writing_the_same_are_no_change(before: Json, after: Json) -> None:
    assert compare(deployed(compiled(one(QUEUE, before))), compiled(one(QUEUE, after)), {}) == ()


@pytest.mark.parametrize(
    ("kind", "attributes", "properties", "policy"),
    [
        (QUEUE, {}, {}, "Delete"),
        (QUEUE, {"DeletionPolicy": "Retain"}, {}, "Retain"),
        ("RDS::DBInstance", {}, {}, "Snapshot"),
        ("RDS::DBInstance", {}, {"DBClusterIdentifier": "c"}, "Delete"),
        ("RDS::DBCluster", {}, {}, "Snapshot"),
    ],
)
def test_removals_say_what_remains(kind: str, attributes: dict[str, str], properties: Json, policy: str) -> None:
    (change,) = single(one(kind, properties, **attributes), {"Resources": {}})
    assert (change.action, change.policy, change.component) == ("Remove", policy, "kind.It")
    assert change.retained is (policy != "Delete")


def test_a_stack_that_goes_away_removes_each_resource() -> None:
    old = compiled({"Resources": {"CdnStack": stack("cdn")}}, CdnStack=one(QUEUE, {}))
    (change,) = compare(deployed(old), compiled({"Resources": {}}), {})
    assert (change.action, change.stack, change.logical_id) == ("Remove", "CdnStack", "It")


def test_a_deletion_policy_alone_is_a_modification() -> None:
    (change,) = single(one(QUEUE, {}), one(QUEUE, {}, DeletionPolicy="Retain"))
    assert change.details == (Detail("DeletionPolicy", None, "Retain"),)


def test_another_type_under_the_same_name_is_a_replacement() -> None:
    (change,) = single(one(QUEUE, {}), one("SNS::Topic", {}))
    assert (change.replacement, change.resource_type) == ("True", "AWS::SNS::Topic")


def test_a_resource_with_a_name_of_its_own_cannot_be_replaced() -> None:
    (change,) = single(one("SQS::Queue", {}), one("SQS::Queue", {"FifoQueue": True}))
    assert (change.replacement, change.note) == ("True", "")  # its URL is the service's to give
    role = {"RoleName": "web", "Path": "/a/"}
    (change,) = single(one("IAM::Role", role), one("IAM::Role", {**role, "Path": "/b/"}))
    assert (change.replacement, change.note[:37]) == ("True", "has a name of its own (RoleName): Clo")
    (change,) = single(one("IAM::Role", role), one("IAM::Role", {**role, "RoleName": "other", "Path": "/b/"}))
    assert (change.replacement, change.note) == ("True", "")


def fed(value: Json, **data: Json) -> Compiled:
    """A data stack with a table and `data`, and an app stack whose queue's name is fed by `value` of the root."""
    root = {
        "Parameters": {"CodeKey": {"Type": "String"}},
        "Resources": {"DataStack": stack("data"), "AppStack": stack("app", {"Given": value})},
    }
    table = resource("DynamoDB::Table", data)
    app = {
        "Parameters": {"Given": {"Type": "String"}},
        "Resources": {"Worker": resource(QUEUE, {"KmsMasterKeyId": {"Ref": "Given"}})},
    }
    data_body = {"Resources": {"Orders": table}, "Outputs": {"OrdersArn": {"Value": {"Fn::GetAtt": ["Orders", "Arn"]}}}}
    return compiled(root, DataStack=data_body, AppStack=app)


def test_a_parameter_of_the_root_is_named_as_the_cause() -> None:
    platform = fed({"Ref": "CodeKey"})
    (change,) = compare(deployed(platform, CodeKey="old"), platform, {"CodeKey": "new"})
    assert change.logical_id == "Worker"
    assert change.details == (Detail("KmsMasterKeyId", "old", "new", "parameter CodeKey"),)


OUTPUT = {"Fn::GetAtt": ["DataStack", "Outputs.OrdersArn"]}


def test_a_sibling_that_changes_in_place_touches_nobody_else() -> None:
    old, new = fed(OUTPUT, BillingMode="PROVISIONED"), fed(OUTPUT, BillingMode="PAY_PER_REQUEST")
    changes = compare(deployed(old, CodeKey="k"), new, {"CodeKey": "k"})
    assert [change.logical_id for change in changes] == ["Orders"]


def test_a_replacement_reaches_what_refers_to_it_in_another_stack() -> None:
    changes = compare(deployed(fed(OUTPUT, TableName="a"), CodeKey="k"), fed(OUTPUT, TableName="b"), {"CodeKey": "k"})
    assert rows(changes) == [("Modify", "data", "Orders", "True"), ("Modify", "app", "Worker", "False")]
    (detail,) = changes[1].details
    assert (detail.path, detail.cause) == ("KmsMasterKeyId", "replacement of DataStack/Orders")


def test_a_replacement_spreads_through_properties_that_cannot_change_in_place() -> None:
    def network(cidr: str) -> Compiled:
        resources = {
            "Vpc": resource("EC2::VPC", {"CidrBlock": cidr}),
            "Subnet": resource("EC2::Subnet", {"VpcId": {"Ref": "Vpc"}}),
            "Route": resource("EC2::SubnetRouteTableAssociation", {"SubnetId": {"Ref": "Subnet"}}),
            "Alone": resource(QUEUE),
        }
        return compiled({"Resources": resources})

    changes = compare(deployed(network("10.0.0.0/16")), network("10.1.0.0/16"), {})
    assert sorted((change.logical_id, change.replacement) for change in changes) == [
        ("Route", "True"),
        ("Subnet", "True"),
        ("Vpc", "True"),
    ]


def test_a_possible_replacement_makes_others_conditional_on_it() -> None:
    def database(engine: str) -> Compiled:
        main = resource("RDS::DBInstance", {"Engine": engine})
        return compiled({"Resources": {"Main": main, "Named": resource(QUEUE, {"QueueName": {"Ref": "Main"}})}})

    main, named = compare(deployed(database("mysql")), database("mariadb"), {})
    assert (main.logical_id, named.logical_id, named.replacement) == ("Main", "Named", "Conditional")
    assert main.details[0].condition == "Engine can't be changed in place"
    assert named.details[0].condition == "Main is replaced"


def test_rewiring_that_changes_no_value_is_no_change() -> None:
    renamed = fed(OUTPUT)
    app = dict(renamed.children[1].body)
    app["Parameters"] = {"Other": {"Type": "String"}}
    app["Resources"] = {"Worker": resource(QUEUE, {"KmsMasterKeyId": {"Ref": "Other"}})}
    root = {**renamed.root.body, "Resources": {"DataStack": stack("data"), "AppStack": stack("app", {"Other": OUTPUT})}}
    after = compiled(root, DataStack=renamed.children[0].body, AppStack=app)
    changes = compare(deployed(fed(OUTPUT), CodeKey="k"), after, {"CodeKey": "k"})
    assert rows(changes) == [("Modify", "root", "AppStack", "False")]  # nothing else explains the stack's update


def test_a_hidden_parameter_is_not_compared() -> None:
    root = {
        "Parameters": {"Hidden": {"Type": "String", "NoEcho": True}},
        "Resources": {"It": resource(QUEUE, {"QueueName": {"Ref": "Hidden"}})},
    }
    assert compare(deployed(compiled(root), Hidden="****"), compiled(root), {"Hidden": "value"}) == ()


def test_tags_of_the_stack_are_one_row() -> None:
    platform = compiled({"Resources": {"It": resource(QUEUE)}})
    (change,) = compare(deployed(platform), tagged(platform, owner="web"), {})
    assert (change.logical_id, change.details) == ("demo-dev", (Detail("Tags.owner", None, "web"),))


def test_the_order_does_not_depend_on_the_templates() -> None:
    resources = {name: resource(QUEUE) for name in "CAB"}
    forward, backward = compiled({"Resources": resources}), compiled({"Resources": dict(reversed(resources.items()))})
    assert compare(Before(), forward, {}) == compare(Before(), backward, {})


def test_a_step_that_changed_runs_in_the_deployment() -> None:
    old, new = ({"Resources": {"It": {"Type": "Custom::DeployStep", "Properties": {"With": one}}}} for one in "12")
    (changed,) = single(old, new)
    assert (changed.action, changed.replacement, changed.note) == ("Modify", "False", "runs in this deployment")
    (added,) = single({"Resources": {}}, new)
    assert (added.action, added.note) == ("Add", "runs in this deployment")
    (removed,) = single(old, {"Resources": {}})
    assert (removed.action, removed.note) == ("Remove", "")
