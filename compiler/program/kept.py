"""Values that others change after a deployment, and that the next one must not undo."""

from __future__ import annotations

from compiler.source.frozen import frozen


@frozen(eq=True)
class KeptValue:
    """A root parameter whose value, once deployed, is what there is in AWS instead of what the spec has."""

    parameter: str
    """Root parameter, e.g. ``WebServiceImage``."""
    component: str
    """Component path, e.g. ``services.web``."""
    setting: str
    """The setting in `ignore`, e.g. ``image``."""
    resource: str = ""
    """Logical id of what is asked for the value; empty: the parameter keeps the one that it has."""
    type: str = ""
    """Its resource type."""
    part: str = ""
    """Which part of that resource has it: the name of a container."""
