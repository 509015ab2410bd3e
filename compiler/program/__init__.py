"""Components become one flat set of resources."""
