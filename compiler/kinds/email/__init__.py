"""The section `email`."""
