"""Bring existing resources under the stacks of a platform, by change sets of type IMPORT."""
