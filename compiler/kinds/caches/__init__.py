"""The section `caches`."""
