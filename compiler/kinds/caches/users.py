"""Users of a cache of Redis OSS or Valkey, and the password of the one that applications sign in as."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref, Sub, elasticache, secretsmanager

from compiler.kinds.caches.settings import CacheSettings
from compiler.program.component import Platform, Value
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.secrets import generated_password

_USER_ENGINE = "redis"
"""Users and groups of this engine serve Valkey too, and stay in place when a cache moves from Redis OSS to Valkey.

Source: ElastiCache user guide, "Role-Based Access Control (RBAC)": Valkey takes user groups of both engines.
"""
_NOBODY = "off -@all"
_PASSWORD_LENGTH = 64


def users(cache: CacheSettings, platform: Platform) -> Iterator[AWSObject]:
    """A user group must have a user named default; ours is off, and its password serves only as its lock."""
    yield _secret(cache)
    password = Sub(f"{{{{resolve:secretsmanager:${{{cache.secret_id}}}:SecretString:password}}}}")
    by_password = elasticache.AuthenticationMode(Type="password", Passwords=[password])
    by_token = elasticache.AuthenticationMode(Type="iam")
    yield elasticache.User(
        cache.part("DefaultUser"),
        Engine=_USER_ENGINE,
        UserId=cache.own_name(platform, "default"),
        UserName="default",
        AccessString=_NOBODY,
        AuthenticationMode=by_password,
    )
    yield elasticache.User(
        cache.part("User"),
        Engine=_USER_ENGINE,
        UserId=cache.own_name(platform, "app"),
        UserName=user_name(cache, platform),
        AccessString=f"on {cache.access}",
        AuthenticationMode=by_token if cache.auth == "iam" else by_password,
    )
    yield elasticache.UserGroup(
        cache.part("Users"),
        Engine=_USER_ENGINE,
        UserGroupId=cache.own_name(platform, "users"),
        UserIds=[Ref(cache.part("DefaultUser")), Ref(cache.part("User"))],
    )


def user_name(cache: CacheSettings, platform: Platform) -> Value:
    """For IAM the user's name is its id; that of an existing one is what its own `user` says."""
    return cache.own_name(platform, "app") if cache.existing is None else Ref(cache.part("User"))


def _secret(cache: CacheSettings) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        cache.secret_id,
        Description=f"Password of the cache {cache.name}",
        KmsKeyId=KEY_ARN,
        GenerateSecretString=generated_password("{}", _PASSWORD_LENGTH),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
