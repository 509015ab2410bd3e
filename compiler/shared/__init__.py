"""What several kinds use."""
