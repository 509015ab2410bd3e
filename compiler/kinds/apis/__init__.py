"""The section `apis`."""
