"""The flat set of resources becomes templates."""
