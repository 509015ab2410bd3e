"""The section `parameters`."""
