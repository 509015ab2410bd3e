"""Who uses whom, and what cannot be."""
