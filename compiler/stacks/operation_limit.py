"""How many resources one operation of CloudFormation takes, those of nested stacks included."""

OPERATION_LIMIT = 2_500
"""CloudFormation user guide, "Understand CloudFormation quotas", row "Nested stacks": "Maximum number of CloudFormation
resources a nested stack can create, update, or delete per operation", 2500 resources.
"""
