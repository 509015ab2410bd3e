"""A Git revision of a spec, read without touching the work tree or the index."""

from __future__ import annotations

import subprocess
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.frozen import frozen


@frozen(eq=True)
class Revision:
    """A revision, and the spec that is looked for in it."""

    name: str
    """As Git takes it: a branch, a tag, a commit, ``HEAD~3``."""
    spec: Path

    def content(self, file: Path, needed: bool) -> bytes | None:
        """A file as it was in that revision; None when it was not there.

        Raises `SpecError` when Git does not know the revision, or does not have a file that is `needed`.
        """
        self._check()
        # The leading ./ makes Git look from the folder that it runs in, which is the spec's.
        shown = self._git("show", f"{self.name}:./{file.relative_to(self.spec.parent).as_posix()}")
        if shown.returncode and needed:
            raise self._refused(f"revision '{self.name}' has no {file.name}", "name a revision in which the spec is")
        return None if shown.returncode else shown.stdout

    def changed(self, source: str) -> bool:
        """Whether a file or folder differs from that revision, new files that Git does not ignore included."""
        known = self._git("diff", "--quiet", self.name, "--", source)
        added = self._git("ls-files", "--others", "--exclude-standard", "--", source)
        return known.returncode == 1 or bool(added.stdout)

    def _check(self) -> None:
        if (
            self.name.startswith("-")
            or self._git("rev-parse", "--verify", "--quiet", f"{self.name}^{{commit}}").returncode
        ):
            raise self._refused(
                f"'{self.name}' is no folder, file or Git revision", "name one, or 'deployed' for what is deployed"
            )

    def _refused(self, message: str, suggestion: str) -> SpecError:
        place = Place(str(self.spec), 1, 1)
        return SpecError([Diagnostic("nothing-to-compare", message, place, suggestion=suggestion)])

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(self.spec.parent), *arguments]
        try:
            return subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            raise self._refused("Git is not installed, which reads revisions", "name a folder instead") from None
