"""Open the account that a command works on: AWS through the SDK's own settings, or the embedded sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from compiler.source.frozen import frozen
from deployer.errors import unreachable
from deployer.faults import explained
from deployer.sandbox.process import DEFAULT_ACCOUNT, SandboxUnavailable, open_sandbox
from deployer.session import Aws, Destination, connect_to, sandbox_destination

SANDBOX_FOLDER = Path(".stackwright", "sandbox")


@frozen(eq=True)
class Where:
    """What decides where a command works."""

    region: str
    account: str | None
    """The only account allowed, where the spec names one."""
    profile: str | None
    sandbox: bool


@contextmanager
def open_aws(where: Where) -> Iterator[Aws]:
    """Clients for as long as the command runs; the sandbox is started for it and keeps its state in `SANDBOX_FOLDER`.

    Raises `DeployError` when there are no credentials, another account, no answer, or no sandbox.
    """
    if not where.sandbox:
        with explained("working with AWS"):
            yield connect_to(Destination(where.region, where.account, where.profile))
        return
    try:
        with (
            open_sandbox(SANDBOX_FOLDER, where.region, where.account or DEFAULT_ACCOUNT) as sandbox,
            explained("working with the sandbox"),
        ):
            yield connect_to(sandbox_destination(sandbox, where.region, where.account))
    except SandboxUnavailable as problem:
        raise unreachable(str(problem), problem.hint, "no-sandbox") from None


def opener(account: str | None, profile: str | None, sandbox: bool) -> Callable[[str], AbstractContextManager[Aws]]:
    """What opens the account in a region."""
    return lambda region: open_aws(Where(region, account, profile, sandbox))
