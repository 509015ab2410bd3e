"""The section `databases`."""
