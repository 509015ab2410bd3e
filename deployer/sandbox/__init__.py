"""The sandbox, a local stand-in for AWS; only this package depends on ministack."""
