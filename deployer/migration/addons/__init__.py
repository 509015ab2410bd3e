"""CloudFormation beside a service or an environment: native components where they fit exactly, or raw resources."""
