"""The section `network_load_balancers`."""
