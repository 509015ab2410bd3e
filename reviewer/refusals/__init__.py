"""Changes that AWS refuses, one rule a module, found by folder: each has `RULE`."""
