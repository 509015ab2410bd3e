"""The section `workflows`."""
