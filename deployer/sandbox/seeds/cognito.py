"""User pools and their clients."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted


def _pool(wanted: Wanted) -> Properties:
    return {"UserPoolName": wanted.name}


def _client(wanted: Wanted) -> Properties:
    clients = wanted.settings.get("clients") or {}
    names = [name for name, client in clients.items() if client == wanted.id]
    return {"UserPoolId": wanted.setting("name", ""), "ClientName": names[0] if names else wanted.id}


_ID = "[a-z]+(-[a-z]+)+-[0-9]_[A-Za-z0-9]+"
SEEDS = {
    "AWS::Cognito::UserPool": Seed(("cognito", "_user_pools"), _pool, looks=_ID),
    "AWS::Cognito::UserPoolClient": Seed(("cognito", "_user_pools"), _client),
}
