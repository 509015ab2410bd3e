"""The section `repositories`."""
