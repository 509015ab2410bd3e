"""Every command where streams, folders, the disk or the home are not as usual."""
