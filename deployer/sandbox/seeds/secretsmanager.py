"""Secrets. What they hold is not known to the spec: each key of the stand-in holds its own name."""

from __future__ import annotations

import json
import re

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _name(wanted: Wanted) -> str:
    """The name alone: an ARN has six characters more (Secrets Manager user guide, "What's in a secret?")."""
    return re.sub("-[A-Za-z0-9]{6}$", "", wanted.name) if wanted.id.startswith("arn:") else wanted.name


def _secret(wanted: Wanted) -> Properties:
    keys = wanted.settings.get("keys") or ["username", "password"]
    return {"Name": _name(wanted), "SecretString": json.dumps({key: key for key in keys})}


_ARN = arn("secretsmanager", "secret:.*") + "-[A-Za-z0-9]{6}"
SEEDS = {"AWS::SecretsManager::Secret": Seed(("secretsmanager", "_secrets"), _secret, _name, looks=_ARN)}
