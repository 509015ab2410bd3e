"""Previews of pull and merge requests: which patterns of a spec make them, and what it takes to remove one."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.meaning.edges import Checked
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.removal.destroy import stores_going
from reviewer.earlier import before_of
from reviewer.template_set import TemplateSet


@frozen(eq=True)
class Preview:
    """One pattern, which makes an environment for each request, with its number in place of the star."""

    pattern: str
    region: str
    data: tuple[str, ...]
    """Components whose data goes with a preview, which a removal has to name."""

    @property
    def label(self) -> str:
        """Names the jobs: ``pr`` of ``pr-*``. Two patterns of one label would overlap, which a spec can't have."""
        return self.pattern.replace("*", "").replace("--", "-").strip("-")

    def named(self, number: str) -> str:
        return self.pattern.replace("*", number)

    @property
    def removing(self) -> str:
        """The options with which a removal asks nobody: what a preview holds goes with it."""
        named = "".join(f" --approve {component}" for component in self.data)
        return f"--wait --yes --disable-protection --empty all{named}"


def preview_of(checked: Checked, roots: Sequence[Compiled]) -> Preview:
    """The preview that one environment of its pattern stands for."""
    data = checked.document.data
    lost = sorted({name for root in roots for name in _lost(root)})
    return Preview(data["pattern"], data["region"], tuple(lost))


def _lost(root: Compiled) -> Sequence[str]:
    before = before_of(root)
    templates = TemplateSet(before.templates, before.parameters)
    return [risk.component for risk in stores_going(templates, before.origins, root.stack_name)]
