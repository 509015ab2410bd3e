"""Drift: what was changed outside of CloudFormation, told, detected and brought back."""
