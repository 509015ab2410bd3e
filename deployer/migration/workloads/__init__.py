"""The manifests of services and jobs: a module a type, and the parts that several types have."""
