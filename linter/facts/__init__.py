"""`schema/facts` from what cfn-lint and botocore ship; apart from linting."""
