"""`stackwright init`: what a platform begins with."""
