"""The section `resources`."""
