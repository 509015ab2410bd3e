"""Changes that take several updates, one rule a module, found by folder: each has `ORDER`."""
