"""Container images that are built and pushed before a deployment."""
