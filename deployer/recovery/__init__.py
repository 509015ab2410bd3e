"""From any state of a stack back to one from which it can be deployed."""
