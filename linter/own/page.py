"""Write docs/rules.md from the rules: `python -m linter.own.page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from linter.own.rule import OwnRule
from linter.rules import own_rules

_PAGE = Path(__file__).parent.parent.parent / "docs" / "rules.md"
_INTRODUCTION = """\
# Rules of our own

Generated from `linter/rules` by `make docs`. `stackwright lint` runs these rules beside those of cfn-lint. They find
what public tools do not look for; their findings have the place in the spec, the formats and the
[suppressions](suppressions.md) of all findings. A warning and an error fail the gate. Rules of checkov and cfn-guard
run beside them [if they are asked for](policies.md).

cfn-lint itself takes them where Stackwright is installed:

```
cfn-lint -t template.json --append-rules linter.rules
```

The template stands before the option, which takes several values. From a checkout the folder is `linter/rules`.

Some rules are for production only, or stricter there. `lint` knows the posture of each environment. For any other
template the first of these counts: the rule's own setting (`-x W9701:posture=production`, or `configure_rules` in
`.cfnlintrc`), `Metadata: {stackwright: {posture: production}}` of the template, and a tag `environment`, `env`, `stage`
or `posture` of the resource with the value `production`, `prod` or `live`. Otherwise it is taken for no production.

Where the compiler warns of the same setting ([secret-in-environment](errors.md#secret-in-environment),
[image-tag](errors.md#image-tag), [public-access](errors.md#public-access)), only its warning is reported.
"""


def page() -> str:
    """The page as Markdown."""
    lines = (line for rule in own_rules() for line in _section(rule))
    return "\n".join((_INTRODUCTION, *lines)).rstrip("\n") + "\n"


def _section(rule: OwnRule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield ""
    yield f"{rule.shortdesc}. {rule.description}"
    yield ""
    yield f"- Do: {rule.fix}."
    when = "in production" if rule.production_only else "stricter in production" if rule.asks_posture else ""
    yield f"- Looks at{f', {when}' if when else ''}: {', '.join(f'`{one}`' for one in rule.types)}."
    if rule.replaces:
        yield f"- Is reported instead of cfn-lint's {rule.replaces}."
    yield f"- Source: <{rule.source_url}>"
    yield ""


if __name__ == "__main__":
    _PAGE.write_text(page(), encoding="utf-8")
