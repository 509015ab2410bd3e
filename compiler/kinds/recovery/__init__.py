"""The section `recovery`."""
