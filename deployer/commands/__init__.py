"""One command a module, found by its name and imported when it runs; `command` is it."""
