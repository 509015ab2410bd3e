"""``python -m tests.connections`` writes docs/connections.md again."""

from __future__ import annotations

from tests.connections.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
