"""The section `roles`."""
