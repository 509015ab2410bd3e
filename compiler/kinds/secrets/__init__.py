"""The section `secrets`."""
