"""Functions, which answer with nothing, and layers."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn

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
    return {"LayerName": _layer_name(wanted)} if wanted.own else None


def _version(wanted: Wanted) -> None:
    """The next version of the layer is the one that its ARN has."""
    from ministack.services import lambda_svc

    number = int(wanted.name.split(":")[1])
    lambda_svc._layers.setdefault(_layer_name(wanted), {"versions": []})["next_version"] = number


def _layer_name(wanted: Wanted) -> str:
    return wanted.name.split(":")[0]


SEEDS = {
    "AWS::Lambda::Function": Seed(("lambda_svc", "_functions"), _function, looks=arn("lambda", "function:")),
    "AWS::Lambda::LayerVersion": Seed(("lambda_svc", "_layers"), _layer, lambda wanted: wanted.id, prepare=_version),
}
