"""How a secret comes back in another region: its replica, which becomes a secret of its own.

Source: Secrets Manager user guide, "Promote a replica secret to a standalone secret".
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.language.naming import physical_name
from compiler.meaning.recovery import LIVE, RECOVERY_KEY, Recovers, Step, Way, Wish, existing, hole, logical_id
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    ways = tuple(_replica(component, spec, wish))
    return Recovers(ways, "replicas", f"set 'replicas: {{{wish.region}: {{}}}}'")


def _replica(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Iterator[Way]:
    data = component.settings
    if wish.region not in data["replicas"]:
        return
    named = physical_name(spec.header["naming"], component.kind, component.name, data) or logical_id(component)
    filters = f"Key=primary-region,Values={wish.home} Key=name,Values={named}"
    listed = f"aws secretsmanager list-secrets --region {wish.region} --filters {filters}"
    secret = hole(component, "SECRET")
    steps = (
        Step(f"Find the replica: `{secret}`.", (f'{listed} --query "SecretList[].ARN" --output text',)),
        Step(
            "Make it a secret of its own, which can be changed.",
            (f"aws secretsmanager stop-replication-to-replica --region {wish.region} --secret-id {secret}",),
        ),
    )
    settings = {
        **existing(secret, data["replicas"][wish.region]["key"] or RECOVERY_KEY),
        "keys": [*data["generate"]["keys"], *data["keys"]],
    }
    yield Way("the replica of the secret", 1, LIVE, steps, settings)
