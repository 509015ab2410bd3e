"""Reports in the formats of CI systems: a module each, found by its name, with `render(report)`."""
