"""Functions, which answer with nothing, and layers."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted

_CODE = "def handler(event, context):\n    return {}\n"


def _function(wanted: Wanted) -> Properties:
    return {
        "FunctionName": wanted.name,
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": f"arn:aws:iam::{wanted.account}:role/{wanted.name}",
        "Code": {"ZipFile": _CODE},
    }


def _layer(wanted: Wanted) -> Properties | None:
    """A layer of another account is taken by ministack as it is."""
    return {"LayerName": wanted.name.split(":")[0]} if wanted.own else None


SEEDS = {
    "AWS::Lambda::Function": Seed(("lambda_svc", "_functions"), _function),
    "AWS::Lambda::LayerVersion": Seed(("lambda_svc", "_layers"), _layer, lambda wanted: wanted.name.split(":")[0]),
}
