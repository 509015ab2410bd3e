"""The section `queues`."""
