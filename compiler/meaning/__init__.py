"""Check a resolved spec: references, uses, cycles and the rules of each kind."""
