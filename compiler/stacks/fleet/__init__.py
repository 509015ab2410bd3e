"""The one template of a fleet: what its accounts and regions have in common, and tables of what they have not."""
