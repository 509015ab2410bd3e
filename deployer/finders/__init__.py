"""What `lookup` asks AWS."""
