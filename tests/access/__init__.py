"""An evaluator of IAM over what is emitted, and what each verb of each kind has to allow."""
