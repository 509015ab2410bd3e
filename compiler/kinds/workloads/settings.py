"""The settings of a workload."""

from __future__ import annotations

from compiler.shared.pod_identity import PodUser
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class WorkloadSettings(PodUser):
    """Pods of one service account."""

    service_account: str | None
    identity: str
    session_hours: int | str
    boundary: str | None

    @property
    def account(self) -> str:
        """Name of the service account."""
        return self.service_account or self.name.replace("_", "-")

    @property
    def association_id(self) -> str | None:
        return f"{self.stem}Identity" if self.identity == "pod" else None
