"""Third-party rules on security over whole environments: `python -m tests.security`."""
