"""The section `models`."""
