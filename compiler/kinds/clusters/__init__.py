"""The section `clusters`."""
