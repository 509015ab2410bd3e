"""Mutants of the checks: what no test notices when a boundary moves."""
