"""The records of an environment in its artefact bucket, and the way back to one."""
