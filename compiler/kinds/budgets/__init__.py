"""The section `budgets`."""
