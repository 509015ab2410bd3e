"""The section `exports`."""
