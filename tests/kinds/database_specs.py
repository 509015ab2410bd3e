"""Specs with a database named main, and what they compile to."""

from __future__ import annotations

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development, account: "111111111111"}
  prod: {posture: production, account: "222222222222"}
"""
SERVICE = """
services:
  web: {image: "public.ecr.aws/docker/library/nginx:1.27", uses: {main: connect}}
"""
KEY = "arn:aws:kms:eu-west-1:222222222222:key/12345678-1234-1234-1234-123456789012"
REPLICA = f"engine: postgres, version: '15', replicate_backups: {{region: eu-west-1, key: '{KEY}'}}"
SECRET = {"Fn::GetAtt": ["MainDatabase", "MasterUserSecret.SecretArn"]}
AURORA = "engine: aurora-postgresql, version: '17', instance: db.t4g.medium"
SERVERLESS = "engine: aurora-mysql, version: '8.0', serverless: {min: 0.5, max: 8}"
REPLICAS = "engine: postgres, version: '17', password: generated, readers: 2"
PROXIED = "engine: postgres, version: '17', port: 5433, proxy: {}"
USERS = "engine: postgres, version: '17', iam_users: [app]"
SNAPSHOT = "arn:aws:rds:us-east-1:222222222222:snapshot:before"
RESTORED = f"engine: postgres, version: '17', restore_from: '{SNAPSHOT}'"


def spec(settings: str = "engine: postgres, version: '15'", more: str = "") -> str:
    return f"{HEAD}databases:\n  main: {{{settings}}}\n{more}"


def built(settings: str = "engine: postgres, version: '15'", environment: str = "dev") -> Json:
    return resources(compiled(spec(settings), environment))


def instance(settings: str = "engine: postgres, version: '15'", environment: str = "dev") -> Json:
    return built(settings, environment)["MainDatabase"]["Properties"]


def properties(settings: str, logical_id: str, environment: str = "dev") -> Json:
    return built(settings, environment)[logical_id]["Properties"]


def used(settings: str, verbs: str = "connect") -> tuple[Json, Json, Json]:
    """All resources, the user's statements about the database, and the variables and secrets of its container."""
    service = SERVICE.replace("main: connect", f"main: {verbs}")
    found = resources(compiled(spec(settings, service)))
    statements = found["WebServiceAccess"]["Properties"]["PolicyDocument"]["Statement"]
    (task,) = (one for one in found.values() if one["Type"] == "AWS::ECS::TaskDefinition")
    container = task["Properties"]["ContainerDefinitions"][0]
    variables = {one["Name"]: one["Value"] for one in container["Environment"]}
    variables |= {one["Name"]: one["ValueFrom"] for one in container.get("Secrets", ())}
    return found, statements, variables
