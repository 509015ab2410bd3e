"""The settings of a workload."""

from __future__ import annotations

from compiler.program.component import User
from compiler.program.frozen import frozen


@frozen(kw_only=True)
class WorkloadSettings(User):
    """Pods of one service account."""

    cluster: str
    namespace: str
    service_account: str | None
    identity: str
    session_hours: int
    boundary: str | None

    @property
    def account(self) -> str:
        """Name of the service account."""
        return self.service_account or self.name.replace("_", "-")
