"""Images of a model and its variants: an address, what is built, or a parameter that has the address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from troposphere import Parameter, Ref

from compiler.kinds.models.processors import processor
from compiler.kinds.models.settings import Candidate
from compiler.language.names import pascal
from compiler.program.built_image import BuiltImage
from compiler.program.component import Component, Grant, Platform, Value
from compiler.shared.built_images import built_image, image_parameter, repositories_of
from compiler.shared.ecr import PULL, SIGN_IN, pull_grants
from compiler.shared.image_source import built_platform, is_built, pulled_from, stored
from compiler.shared.stored_images import stored_parameter
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(eq=True)
class Image:
    """An image that the spec names, for the model itself where `variant` is empty."""

    parameter: str
    """Root parameter, if there is one."""
    image: Json
    variant: str
    instance_type: str

    @property
    def address(self) -> Value:
        return self.image if isinstance(self.image, str) else Ref(self.parameter)

    def declared(self, component: Component) -> Iterator[Parameter]:
        if is_built(self.image):
            yield image_parameter(self.parameter, component)
        elif stored(self.image):
            yield stored_parameter(self.parameter, component, stored(self.image))

    def built(self, platform: Platform, component: Component) -> Iterator[BuiltImage]:
        if is_built(self.image):
            image = built_image(platform, component, (self.parameter, self.image), self.variant)
            yield replace(image, platform=built_platform(self.image, processor(self.instance_type)))

    def grants(self, platform: Platform, component: Component) -> Iterator[Grant]:
        names = [one.repository for one in self.built(platform, component)]
        if names:
            yield from (SIGN_IN, Grant(PULL, repositories_of(platform, iter(names))))
        else:
            yield from pull_grants(platform, pulled_from(self.image))


def images(stem: str, main: tuple[Json, str], variants: Mapping[str, Candidate]) -> Mapping[str, Image]:
    """Name of the variant → its own image, if it has one; that of the model itself at the empty name.

    `main` are the model's image and instance type.
    """
    own = {name: one for name, one in sorted(variants.items()) if one.image is not None}
    named = {"": main, **{name: (one.image, one.type or main[1]) for name, one in own.items()}}
    return {name: Image(f"{stem}{pascal(name)}Image", image, name, kind) for name, (image, kind) in named.items()}


def all_grants(platform: Platform, component: Component, named: Iterable[Image]) -> list[Grant]:
    return [grant for one in named for grant in one.grants(platform, component)]
