"""The section `workloads`."""
