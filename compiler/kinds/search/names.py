"""How long names may be (API references of OpenSearch Service, CreateDomain, and Serverless, CreateCollection)."""

from __future__ import annotations

SHORTEST = 3
LONGEST_DOMAIN = 28
LONGEST_COLLECTION = 32
