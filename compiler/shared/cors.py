"""What browsers on other origins may do with an API or a function's own address."""

from __future__ import annotations

from compiler.source.frozen import frozen


@frozen()
class Cors:
    """Answers to browsers' questions."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    expose: tuple[str, ...]
    credentials: bool
    max_age: int
