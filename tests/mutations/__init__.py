"""Random damage to the five reference specs, drawn from a seed and a number: ``make mutations``."""
