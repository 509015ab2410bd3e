"""The section `domains`."""
