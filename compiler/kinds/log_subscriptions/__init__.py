"""The section `log_subscriptions`."""
