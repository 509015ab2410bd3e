"""The section `keys`."""
