"""The section `functions`."""
