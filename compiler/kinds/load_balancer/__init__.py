"""The section `load_balancer`."""
