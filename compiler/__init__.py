"""Spec to templates. Pure: no network, no clock, no environment variables."""
