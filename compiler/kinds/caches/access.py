"""What `connect` gives to whoever uses a cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from troposphere import GetAtt, Ref, Sub

from compiler.kinds.caches.engines import READER_PORTS
from compiler.kinds.caches.settings import CacheSettings
from compiler.kinds.caches.users import user_name
from compiler.program.component import Capability, Grant, Platform, Port, Value
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.secrets import by_secret
from compiler.source.json_value import Json


def connect(cache: CacheSettings, platform: Platform) -> Capability:
    ports = _ports(cache)
    if cache.memcached:
        return Capability(ports=ports, environment=_environment(cache))
    variables = {**_environment(cache), "USERNAME": user_name(cache, platform), **_topology(cache)}
    if cache.auth == "iam" and cache.existing is None:
        token = Grant(("elasticache:Connect",), (cache.arn, cache.own_arn("user", cache.part("User"))))
        return Capability((token,), ports, {**variables, "NAME": cache.id, **_token_type(cache)})
    keys = {"PASSWORD": Sub(f"${{{cache.secret_id}}}:password::")}
    sign_in = by_secret(Ref(cache.secret_id), keys, platform)
    return replace(sign_in, ports=ports, environment={**variables, **sign_in.environment})


def shared(cache: CacheSettings, platform: Platform) -> Mapping[str, Json]:
    """What platforms above need, as words of `existing`."""
    place: dict[str, Json] = {"host": cache.host, "security_group": Ref(cache.group_id)}
    if cache.memcached:
        return place
    apart = not cache.clustered and cache.nodes > 1
    reader = {"reader": GetAtt(cache.main_id, "ReaderEndPoint.Address")} if apart else {}
    return {**place, **reader, "user": user_name(cache, platform), "secret": Ref(cache.secret_id), "key": KEY_ARN}


def _ports(cache: CacheSettings) -> tuple[Port, ...]:
    own = Port(cache.port_number, Ref(cache.group_id))
    return (own, Port(READER_PORTS[cache.engine], Ref(cache.group_id))) if cache.serverless else (own,)


def _environment(cache: CacheSettings) -> Mapping[str, Value]:
    reader = {"READER_HOST": cache.host, "READER_PORT": str(READER_PORTS[cache.engine])} if cache.serverless else {}
    return {"HOST": cache.host, "PORT": str(cache.port_number), "TLS": "true", **reader}


def _topology(cache: CacheSettings) -> Mapping[str, Value]:
    if cache.clustered:
        return {"CLUSTER": "true"}
    return {"READER_HOST": GetAtt(cache.main_id, "ReaderEndPoint.Address")} if cache.nodes > 1 else {}


def _token_type(cache: CacheSettings) -> Mapping[str, Value]:
    """A token for a serverless cache says so (ElastiCache user guide, authenticating with IAM: ResourceType)."""
    return {"SERVERLESS": "true"} if cache.serverless else {}
