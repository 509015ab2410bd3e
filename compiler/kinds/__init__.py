"""One room a section of the spec, found by its name: a module, or a folder of `kind`, `checks` and its own parts."""
