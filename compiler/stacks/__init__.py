"""Turn the resources of a platform into CloudFormation templates."""
