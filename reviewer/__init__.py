"""Review a change: actions, replacements and their causes, by component."""
