"""The section `pipelines`."""
