"""The section `filesystems`."""
