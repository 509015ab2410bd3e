"""What a person wrote, with the place of every key and value."""
