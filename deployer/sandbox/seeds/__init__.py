"""How existing resources are made in the sandbox: a module a service, with `SEEDS` by resource type."""
