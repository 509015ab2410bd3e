"""The section `firewalls`."""
