"""Run cfn-lint on compiled templates, and report findings at the lines of the spec."""
