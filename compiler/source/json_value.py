"""The one alias under which `Any` is used: a raw JSON value."""

from __future__ import annotations

from typing import Any

Json = Any
