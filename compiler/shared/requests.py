"""Which requests are meant: what an ingress of a service and a rule of the load balancer both say of them."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.shared.sign_in import SignIn
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Requests:
    """Conditions of a listener rule, its load balancer and place, and who has to sign in before it."""

    public: bool
    path: Json
    host: Json
    headers: Mapping[str, Json]
    methods: tuple[str, ...]
    sources: tuple[str, ...]
    query: Mapping[str, Json]
    sign_in: SignIn | None
    priority: int | None
