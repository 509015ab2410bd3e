"""The gate over compiled templates: findings led back to the spec."""
