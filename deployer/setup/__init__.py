"""Setting an account up: the artefact bucket, the role of CloudFormation and the least policies."""
