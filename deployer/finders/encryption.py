"""The platform's key, which is looked up as any other key is."""

from __future__ import annotations

from deployer.finders.keys import find

__all__ = ["find"]
