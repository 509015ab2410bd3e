"""How images come back in another region: copies by the registry's replication. CodeCommit copies no code.

Source: ECR user guide, "Private image replication": most images are replicated in less than 30 minutes.
"""

from __future__ import annotations

from compiler.meaning.recovery import LIVE, Recovers, Step, Way, Wish, hole
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec

_REPLICATED = 15
"""Minutes. An image that is not there yet can be pushed again, so that the wish is held against no more."""


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    if component.settings["content"] == "code":
        return Recovers((), "", "")
    ways = tuple(_way(component, wish) for one in spec.able("wish") if one.settings["images"])
    return Recovers(ways, "", f"set 'images: true' in '{wish.address}'")


def _way(component: ResolvedComponent, wish: Wish) -> Way:
    listed = (
        f"aws ecr describe-repositories --region {wish.region} --query repositories[].repositoryName --output table"
    )
    repository = hole(component, "REPOSITORY")
    steps = (Step(f"Find the repository there, `{repository}`, which has the name that it has here.", (listed,)),)
    return Way("the replication of images", _REPLICATED, LIVE, steps, {"existing": repository})
