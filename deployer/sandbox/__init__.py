"""A stand-in for AWS on this machine: everything that knows ministack."""
