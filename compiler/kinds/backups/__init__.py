"""The section `backups`."""
