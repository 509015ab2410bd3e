"""One module a section of the spec; `compiler.registry` finds them by file name."""
