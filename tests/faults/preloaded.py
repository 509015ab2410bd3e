"""What every command needs, imported once for all those that are killed."""

from __future__ import annotations

import deployer.commands.apply
import deployer.commands.bootstrap
import deployer.commands.deploy
import deployer.commands.destroy
import deployer.commands.lookup
import deployer.commands.plan
import deployer.commands.recover
import tests.faults.commands

__all__ = ["deployer", "tests"]
