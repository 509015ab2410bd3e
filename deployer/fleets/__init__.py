"""Environments that are deployed to many accounts and regions, through a CloudFormation stack set."""
