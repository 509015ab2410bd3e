"""The section `buckets`."""
