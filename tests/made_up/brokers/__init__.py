"""Message brokers, a kind that no other file knows."""
