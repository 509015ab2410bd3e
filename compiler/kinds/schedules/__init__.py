"""The section `schedules`."""
