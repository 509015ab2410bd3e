"""Resources that many kinds have in the same form: log group, role, security group, deletion policies."""
