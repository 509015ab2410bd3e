"""The section `services`."""
