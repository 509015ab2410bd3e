"""The section `bastion`."""
