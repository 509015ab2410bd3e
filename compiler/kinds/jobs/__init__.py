"""The section `jobs`."""
