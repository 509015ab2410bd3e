"""docs/connections.md is what the compiler does, for every verb of every kind and every kind of user."""

from __future__ import annotations

import pytest

from tests.connections.gains import gains
from tests.connections.page import PAGE, page
from tests.connections.probes import CONSUMERS, FORMS, SCHEMA, probe

TEXT = PAGE.read_text(encoding="utf-8")
FORM_OF = dict(zip(FORMS, (part.split("\n## ")[0] for part in TEXT.split("\n### ")[1:]), strict=True))


def test_every_kind_that_uses_others_is_probed() -> None:
    assert set(CONSUMERS) == {section for section, kind in SCHEMA.kinds.items() if "uses" in kind["properties"]}


def test_every_verb_of_every_kind_is_on_the_page() -> None:
    verbs = {(section, verb) for section, kind in SCHEMA.kinds.items() for verb in kind.get("x-verbs", ())}
    assert {(form.section, form.verb.partition(".")[0]) for form in FORMS.values()} == verbs
    assert [part.split("\n")[0] for part in FORM_OF.values()] == [f"{section}: {name}" for section, name in FORMS]


@pytest.mark.parametrize(("section", "name"), FORMS)
def test_what_a_function_gets_is_on_the_page(section: str, name: str) -> None:
    """The whole page takes longer."""
    found = gains(probe(section, name, "functions"))
    head = TEXT.split("\n## ")[1]
    assert found or (section, name) == ("filesystems", "mount")
    assert [told for _, told in found if told.replace("|", "\\|") not in FORM_OF[section, name] + head] == []


@pytest.mark.parametrize("user", CONSUMERS)
def test_a_queue_gives_each_kind_of_user_the_same_permissions(user: str) -> None:
    found = [told for facet, told in gains(probe("queues", "send", user)) if facet in ("permissions", "keys")]
    assert {
        "`sqs:GetQueueAttributes`, `sqs:GetQueueUrl`, `sqs:SendMessage` on `TargetQueue.Arn`",
        "`kms:Decrypt`, `kms:GenerateDataKey` on `PlatformKey.Arn` if kms:ViaService is sqs.us-east-1.amazonaws.com",
    } <= set(found)


@pytest.mark.slow
def test_the_page_is_up_to_date(update: bool) -> None:
    if update:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make connections"
