"""One module a tool: its rules over every template of a folder, as (template, rule, logical id)."""
