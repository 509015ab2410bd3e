"""An existing user pool of Cognito."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    """A user pool's clients, by their names as words."""
    pool = {"UserPoolId": question.id}
    question.ask(lambda: question.client("cognito-idp").describe_user_pool(**pool))
    clients = question.pages("cognito-idp", "list_user_pool_clients", "UserPoolClients", **pool)
    words = sorted((_word(client["ClientName"]), client["ClientId"]) for client in clients)
    twice = [word for (word, _), (other, _) in itertools.pairwise(words) if word == other]
    if twice:
        raise Unfound(f"it has several clients with the name '{twice[0]}': name them in 'clients'")
    return {"clients": {word: client for word, client in words if word}}


def _word(name: str) -> str:
    """A client's name in the form that the spec uses: lower-case words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:32].rstrip("-")
