"""Warn of secrets in plain environment variables, which anyone who may describe the function or task can read.

Sources: Lambda developer guide, "Using Lambda environment variables" (no secrets there); CloudFormation user guide,
"Get values stored in other services using dynamic references" (the resolved value is in the resource); the prefixes
are those of the services' own documentation and of GitHub's "Supported secret scanning patterns".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault, warning
from compiler.source.document import Path
from compiler.source.json_value import Json

_RESOLVED = r"\{\{\s*resolve:(secretsmanager|ssm-secure):"
_KEYS = (
    r"(sk|rk)_(live|test)_\w{10}|sk-[\w-]{20}|(AKIA|ASIA)[A-Z0-9]{16}|gh[opsu]_\w{20}|github_pat_\w{20}|glpat-[\w-]{20}"
    r"|xox[abprs]-[\w-]{10}|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|npm_\w{36}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_LOGIN = r"[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@$]+@"
"""An address with user and password, such as `postgres://app:hunter2@db`."""
KNOWN_SECRET = re.compile(f"{_KEYS}|{_LOGIN}")
"""What is a secret whatever its name."""
_PASSWORDS = ("PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "PWD")
_NO_PASSWORDS = ("BYPASS", "COMPASS")
"""Words that only end like one."""
_TOKENS = ("SECRET", "TOKEN")
_OPEN_KEYS = ("PUBLIC", "PUBLISHABLE", "SITE")
"""Words before KEY or TOKEN that mark it as public."""
_SWITCHES = frozenset(
    ("", "true", "false", "on", "off", "yes", "no", "none", "null", "enabled", "disabled", "required", "optional")
)
_NAME = r"[A-Za-z]+([-_. ][A-Za-z]+)*|/?[a-z0-9_.-]+(/[a-z0-9_.-]+)+|/[a-z0-9_.-]+|[\d.]+[a-z]{0,3}"
"""Words, a path and a number or duration: the name of a secret, a header or a limit, and not the secret."""
_RANDOM = r"(?=\S*\d)(?=\S*[A-Za-z])\S*[A-Za-z0-9]{16}\S*"
_HELP = "put it into a secret, and read that with 'uses'"


def variable_warnings(environment: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """A warning for each variable of the `environment` at `path` that shows a secret."""
    for name, value in environment.items():
        where = (*path, name)
        if not isinstance(value, str):
            continue
        if re.search(_RESOLVED, value):
            message = (
                f"'{name}' is resolved to the secret when it is deployed: it can then be read in the configuration"
            )
            yield warning("secret-in-environment", message, where, _HELP)
        elif KNOWN_SECRET.search(value) or _looks_secret(name, value):
            message = f"'{name}' looks like a secret: it can be read in the spec, the template and the configuration"
            yield warning("secret-in-environment", message, where, _HELP)


def _looks_secret(name: str, value: str) -> bool:
    words = re.split(r"[_\W]+", name.upper())
    if "${" in value or value.lower() in _SWITCHES or value.startswith(("arn:", "http://", "https://")):
        return False
    if words[-1].endswith(_PASSWORDS) and words[-1] not in _NO_PASSWORDS:
        return words != ["PWD"] and not value.startswith("/") and not value.isdigit()
    if set(words) & {*_OPEN_KEYS}:
        return False
    if words[-1].endswith(_TOKENS):
        return not re.fullmatch(_NAME, value)
    return words[-1].endswith("KEY") and bool(re.fullmatch(_RANDOM, value)) and not re.fullmatch(_NAME, value)
