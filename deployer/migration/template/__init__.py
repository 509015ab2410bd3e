"""A template of CloudFormation, or of a deployed stack, as a spec of native sections and raw resources."""
