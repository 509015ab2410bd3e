"""The section `tables`."""
