"""Things that are there already of which little more than that has to be known."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.finders.question import Question, Unfound


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


def user_pool(question: Question) -> Mapping[str, Json]:
    """A user pool's clients, by their names as words."""
    asked = {"UserPoolId": question.id}
    question.ask(lambda: question.client("cognito-idp").describe_user_pool(**asked))
    clients = question.pages("cognito-idp", "list_user_pool_clients", "UserPoolClients", **asked)
    words = sorted((_word(one["ClientName"]), one["ClientId"]) for one in clients)
    twice = [word for (word, _), (other, _) in itertools.pairwise(words) if word == other]
    if twice:
        raise Unfound(f"it has several clients with the name '{twice[0]}': name them in 'clients'")
    return {"clients": {word: client for word, client in words if word}}


def _word(name: str) -> str:
    """A client's name as the spec may say it: lower-case words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:32].rstrip("-")


def load_balancers(question: Question) -> Mapping[str, Json]:
    """Both that may be said: each is there, with this listener and this security group."""
    for word in ("public", "internal"):
        if word in question.thing.said:
            _load_balancer(question, question.thing.said[word])
    return {}


def _load_balancer(question: Question, said: Mapping[str, Json]) -> None:
    arn, client = said["arn"], question.client("elbv2")
    answer = question.ask(lambda: client.describe_load_balancers(LoadBalancerArns=[arn]), arn)
    if said["security_group"] not in answer["LoadBalancers"][0].get("SecurityGroups", ()):
        raise Unfound(f"the load balancer '{arn}' does not have the security group '{said['security_group']}'")
    listeners = question.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn)
    if said["listener"] not in [one["ListenerArn"] for one in listeners]:
        raise Unfound(f"the load balancer '{arn}' does not have the listener '{said['listener']}'")
