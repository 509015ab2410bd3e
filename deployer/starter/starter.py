"""The files that a platform begins with, from a template and the answers to three questions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from compiler.language.editor import editor_text
from compiler.language.schema import Schema
from compiler.meaning.edges import Checked
from compiler.pipeline import check_spec
from compiler.source.frozen import frozen
from deployer.ci.pipeline import Pipeline, targets_of
from deployer.ci.systems import command_of, this_version, written
from deployer.errors import refused

_FOLDER = Path(__file__).parent / "templates"
TEMPLATES = tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))
SCHEMA = "platform.schema.json"
_MODELINE = f"# yaml-language-server: $schema=../{SCHEMA}\n"
IGNORED = (".stackwright/", "__pycache__/", "*.plan")
"""What commands and Python leave behind."""
_CODE = '''\
"""Answers each request."""

import json


def handler(event, context):
    body = {"path": event["rawPath"]}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
'''


@frozen(eq=True)
class Wish:
    """The answers."""

    template: str
    name: str
    region: str
    ci: str
    """A system, or `none`."""

    @property
    def spec(self) -> str:
        return f"spec/{self.name}.yaml"


def usual_name(folder: Path) -> str:
    """The name of a folder as that of a platform."""
    words = re.findall("[a-z0-9]+", folder.name.lower())
    name = "-".join(words).lstrip("0123456789-")[:40].rstrip("-")
    return name or "platform"


def spec_text(wish: Wish) -> str:
    """The spec, with the line by which editors find its schema."""
    text = (_FOLDER / f"{wish.template}.yaml").read_text(encoding="utf-8")
    head, rest = text.split("\nregion: REGION\n")
    head = head.replace("platform: NAME", f"platform: {_plain(wish.name)}")
    return f"{_MODELINE}{head}\nregion: {_plain(wish.region)}\n{rest}"


def _plain(text: str) -> str:
    """As it stands where YAML reads it so, else quoted: a comment or an alias in an answer would change the spec."""
    return text if re.fullmatch(r"[a-z][a-z0-9-]*", text) else json.dumps(text)


def checked(wish: Wish) -> tuple[Checked, ...]:
    """The environments of the spec. Raises `SpecError` for a name or region that a spec can't have."""
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder, "platform.yaml")
            file.write_text(spec_text(wish), encoding="utf-8")
            return check_spec(str(file))
    except OSError as problem:
        message = f"the spec is checked in a temporary file, which can't be written: {problem.strerror}"
        raise refused(message, "name another folder for temporary files: TMPDIR=…", "unwritable-output") from None


def files_of(wish: Wish, schema: Schema) -> dict[str, str]:
    """Path below the root of the repository → content."""
    return dict(_files(wish, schema))


def _files(wish: Wish, schema: Schema) -> Iterator[tuple[str, str]]:
    text = spec_text(wish)
    yield wish.spec, text
    for folder in re.findall(r"^ +code: \.\./(\S+)$", text, re.MULTILINE):
        yield f"{folder}/app.py", _CODE
    yield SCHEMA, editor_text(schema)
    yield ".gitignore", "".join(f"{line}\n" for line in IGNORED)
    if wish.ci != "none":
        command = command_of(wish.ci, wish.spec)
        targets = targets_of(checked(wish))
        yield written(wish.ci, Pipeline(wish.name, wish.spec, targets, "main", this_version(), command))
