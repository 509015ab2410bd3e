"""Specs from what other tools deployed: an application of AWS Copilot becomes one spec and a report of the rest."""
