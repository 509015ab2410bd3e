"""Pipelines of CI systems: the workflows that `ci` writes, and the comments in which reviews stand."""
