"""What `bootstrap` has set up, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator

from deployer.setup.bootstrap import Account

_STATES = {
    "made": "made",
    "updated": "updated",
    "unchanged": "there already",
    "settled": "there already, not of this command's stack: left as it is",
}
_MEANT = {
    "plan": "for whoever plans to look; what is applied is planned with the next one",
    "apply": "for whoever applies, plans it and deploys",
    "contents": "for whoever plans or applies beside that: whether what goes is empty, and who imports what it exports",
    "empty": "for whoever destroys with --empty, beside that for applying",
    "read": "for whoever detects drift, beside that for planning: reading the resources themselves",
    "change": "for whoever applies beside that, since CloudFormation acts with their permissions",
}
_MEANT |= {
    "administration": "for the administration role of the stack set's account: assuming the execution roles",
    "administration-trust": "who may assume the administration role: CloudFormation, for stack sets of this account",
    "execution-trust": "who may assume the execution role of each account: the administration role alone",
}
_OF_ROLE = "what the role of CloudFormation may do"


def account_lines(account: Account, command: str) -> Iterator[str]:
    """Buckets and role, then each policy under what it is for. `command` is what to run next."""
    for bucket in account.artefacts:
        yield f"bucket {bucket.name} in {bucket.region}: {_STATES[bucket.state]}"
    for one in account.repositories:
        yield f"repositories {', '.join(one.names)} in {one.region}: {_STATES[one.state]}"
    if account.role:
        yield f"role {account.role}"
    yield from (f"note: {note}" for note in account.notes)
    for name, document in account.policies.items():
        purpose = name.split("-")[0]
        meant = _OF_ROLE if account.role and purpose == "change" else _MEANT.get(name) or _MEANT[purpose]
        yield ""
        yield f"policy {name}: {meant}"
        yield json.dumps(document, indent=2)
    yield ""
    yield f"run: {command}"
