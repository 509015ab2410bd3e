"""The section `delivery`."""
