"""Values that others change, or that lie outside of the spec: read before a deployment, and kept by it."""
