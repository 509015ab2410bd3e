"""What our own rules for cfn-lint share; the rules are in `linter/rules`, one a file."""
