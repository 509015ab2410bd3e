"""The section `cdn`."""
