"""The section `auth`."""
