"""What a change means, for a person to read: actions, replacement and why, by component."""
