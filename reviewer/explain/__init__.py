"""What a word of a spec means and becomes: a setting, a section, a code, a component, a use."""
