"""Change sets: package, plan, apply, watch, recover. The only package that talks to AWS."""
