"""The section `topics`."""
