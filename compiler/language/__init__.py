"""What the schemas make of a spec."""
