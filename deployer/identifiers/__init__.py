"""Identifiers that AWS generates, read by a resource's name: a module a service, with `NAMED` by resource type.

A function gets the clients and what a person wrote, and returns the identifier; None where no resource has the name,
or several have it. What is an identifier already is returned as it is.
"""
