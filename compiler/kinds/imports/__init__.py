"""The section `imports`."""
