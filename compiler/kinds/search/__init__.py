"""The section `search`."""
