"""Things that are there already of which little more than that has to be known."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.json_value import Json
from deployer.lookup_question import Question, Unfound


def role(question: Question) -> Mapping[str, Json]:
    name = question.name.split("/")[-1]
    question.ask(lambda: question.client("iam").get_role(RoleName=name))
    return {}


def repository(question: Question) -> Mapping[str, Json]:
    question.ask(lambda: question.client("ecr").describe_repositories(repositoryNames=[question.name]))
    return {}


def function(question: Question) -> Mapping[str, Json]:
    question.ask(lambda: question.client("lambda").get_function_configuration(FunctionName=question.id))
    return {}


def bus(question: Question) -> Mapping[str, Json]:
    question.ask(lambda: question.client("events").describe_event_bus(Name=question.name))
    return {}


def parameter(question: Question) -> Mapping[str, Json]:
    same = [{"Key": "Name", "Option": "Equals", "Values": [question.id]}]
    found = list(question.pages("ssm", "describe_parameters", "Parameters", ParameterFilters=same))
    if not found:
        raise Unfound(f"there is no parameter '{question.id}' in account {question.account}, {question.region}")
    if found[0]["Type"] == "SecureString":
        raise Unfound(f"the parameter '{question.id}' is a SecureString, which templates can't read: make it a secret")
    return {}


def cluster(question: Question) -> Mapping[str, Json]:
    """An ECS cluster, and the log group that it records commands in containers in."""
    ecs = question.client("ecs")
    answer = question.ask(lambda: ecs.describe_clusters(clusters=[question.id], include=["CONFIGURATIONS"]))
    about = next((one for one in answer.get("clusters", ()) if one.get("status") == "ACTIVE"), None)
    if about is None:
        raise Unfound(f"there is no cluster '{question.id}' in account {question.account}, {question.region}")
    commands = about.get("configuration", {}).get("executeCommandConfiguration", {})
    group = commands.get("logConfiguration", {}).get("cloudWatchLogGroupName")
    partition = question.aws.s3.meta.partition
    arn = f"arn:{partition}:logs:{question.region}:{question.account}:log-group:{group}"
    return {"log_group": arn if group else None}


def identity(question: Question) -> Mapping[str, Json]:
    about = question.ask(lambda: question.client("sesv2").get_email_identity(EmailIdentity=question.id))
    return {"configuration_set": about.get("ConfigurationSetName")}
