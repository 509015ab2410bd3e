"""Removing an environment: what goes, what stays, and what has to be turned off or emptied first."""
