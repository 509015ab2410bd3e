"""Public keys of signed URLs and cookies, and the group of all of them.

Source: CloudFront developer guide, "Specify signers that can create signed URLs and signed cookies". A key can't be
changed, so that another one is another resource, which is in the group before the former one goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, cloudfront

from compiler.language.names import pascal
from compiler.shared.digest import mark
from compiler.shared.physical_names import physical_name


def key_id(stem: str, word: str, text: str) -> str:
    return f"{stem}{pascal(word)}Key{mark(text)}"


def key_group(logical_id: str, stem: str, keys: Mapping[str, str], words: tuple[str, ...]) -> Iterator[AWSObject]:
    """A public key each, and the group. `words` make their names unique in the account."""
    for word, text in keys.items():
        name = physical_name((*words, word, mark(text)), 128)
        config = cloudfront.PublicKeyConfig(CallerReference=name, Name=name, EncodedKey=text)
        yield cloudfront.PublicKey(key_id(stem, word, text), PublicKeyConfig=config)
    items = [Ref(key_id(stem, word, text)) for word, text in keys.items()]
    group = cloudfront.KeyGroupConfig(Name=physical_name((*words, "keys"), 128), Items=items)
    yield cloudfront.KeyGroup(logical_id, KeyGroupConfig=group)
