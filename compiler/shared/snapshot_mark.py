"""How a template says that a deployment makes a snapshot of a resource first. Read by the deployer; no troposphere."""

from __future__ import annotations

OWNER = "Stackwright"
"""Key in the resource's Metadata."""
SNAPSHOT = "SnapshotBeforeDeployment"
"""Key below it, with the value true."""
