"""Compiled platforms, written by hand: a queue stack, and a stack that is fed by its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compiler.program.artifact import Artifact
from compiler.source.diagnostics import Place
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 345600}}
FAILING = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1},
}
HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}

STUBBORN_CODE = """
import json, urllib.request
def handler(event, context):
    refused = event["RequestType"] == event["ResourceProperties"]["Refuses"]
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "FAILED" if refused else "SUCCESS", "PhysicalResourceId": "stubborn"}
    answer |= {"Reason": "will not " + event["RequestType"]}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request).read()
"""


def stubborn(refuses: str, version: str = "1") -> Mapping[str, Json]:
    """A custom resource that fails to be created, updated or deleted, and the function behind it."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.11",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::000000000000:role/stubborn",
            "Code": {"ZipFile": STUBBORN_CODE},
        },
    }
    properties = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Refuses": refuses, "Version": version}
    return {"Function": function, "Stubborn": {"Type": "Custom::Stubborn", "Properties": properties}}


def _sleepy() -> Mapping[str, Json]:
    resources = dict(stubborn("Nothing"))
    code = STUBBORN_CODE.replace("    refused", "    import time; time.sleep(2)\n    refused")
    properties = {**resources["Function"]["Properties"], "Code": {"ZipFile": code}}
    resources["Function"] = {**resources["Function"], "Properties": properties}
    return {**resources, "Last": {**QUEUE, "DependsOn": "Stubborn"}}


SLEEPY = _sleepy()
"""A custom resource that takes two seconds, and a queue after it."""


def messaging(retention: int = 345600, **more: Json) -> Template:
    """A nested stack with one queue, `more` resources, and the queue's ARN as output."""
    queue = {**QUEUE, "Properties": {"MessageRetentionPeriod": retention}}
    body = {
        "Resources": {"JobsQueue": queue, **more},
        "Outputs": {"JobsQueueArn": {"Value": {"Fn::GetAtt": ["JobsQueue", "Arn"]}}},
    }
    origins = dict.fromkeys(("JobsQueue", *more), "queues.jobs")
    return Template("messaging", "MessagingStack", body, origins)


def alerts(**more: Json) -> Template:
    """A nested stack with a topic whose display name is the ARN of the queue of the other stack."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "JobsQueueArn"}}}
    body = {
        "Parameters": {"JobsQueueArn": {"Type": "String"}},
        "Resources": {"AlertsTopic": topic, **more},
        "Outputs": {"AlertsTopicArn": {"Value": {"Ref": "AlertsTopic"}}},
    }
    origins = dict.fromkeys(("AlertsTopic", *more), "topics.alerts")
    return Template("alerts", "AlertsStack", body, origins, ("messaging",))


def platform(name: str, *children: Template, **root_resources: Json) -> Compiled:
    """A platform of these nested stacks; `root_resources` lie in the root itself."""
    stacks = {child.logical_id: _nested(child) for child in children}
    outputs = {
        output: {"Value": {"Fn::GetAtt": [child.logical_id, f"Outputs.{output}"]}}
        for child in children
        for output in child.body["Outputs"]
    }
    body = {"Resources": {**stacks, **root_resources}, "Outputs": outputs}
    root = Template("root", "", body, {logical_id: f"raw.{logical_id}" for logical_id in root_resources})
    place = Place("spec/demo.yaml", 3, 5)
    return Compiled(
        platform="demo",
        environment="dev",
        posture="development",
        region="us-east-1",
        account=None,
        stack_name=name,
        tags={"owner": "team"},
        root=root,
        children=children,
        artifacts=(),
        places={"queues.jobs": place, "topics.alerts": place},
    )


def with_code(compiled: Compiled) -> Compiled:
    """The same platform with a packaged artefact, whose key is the display name of a topic in the root."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "ApiCodeKey"}}}
    parameters = {"ArtifactBucket": {"Type": "String"}, "ApiCodeKey": {"Type": "String"}}
    resources = {**compiled.root.body["Resources"], "CodeTopic": topic}
    body = {**compiled.root.body, "Parameters": parameters, "Resources": resources}
    origins = {**compiled.root.origins, "CodeTopic": "functions.api"}
    artifact = Artifact("ApiCodeKey", "functions.api", "functions/api")
    return replace(compiled, root=replace(compiled.root, body=body, origins=origins), artifacts=(artifact,))


def _nested(child: Template) -> Mapping[str, Json]:
    properties: dict[str, Json] = {"TemplateURL": f"{child.name}.template.json"}
    if "messaging" in child.depends_on:
        properties["Parameters"] = {"JobsQueueArn": {"Fn::GetAtt": ["MessagingStack", "Outputs.JobsQueueArn"]}}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
