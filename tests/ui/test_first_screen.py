from __future__ import annotations

import pytest

from rag.settings import HelpSettings
from tests.fakes import FakeAssistant
from tests.ui.test_render import outline
from ui.addresses import served_under
from ui.first_screen import Screen, render_first_screen
from ui.holdings import Shelf
from ui.reader import Edition
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())


def screen(**changes: object) -> Screen:
    holdings = Shelf(FakeAssistant()).current()
    assert holdings
    values: dict[str, object] = {"holdings": holdings, "places": holdings.places, **changes}
    return Screen(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", Language)
def test_the_first_screen_says_what_is_held_and_since_when(language: Language) -> None:
    markup = render_first_screen(screen(), Wording(language, HelpSettings()))
    assert "白河市" in markup
    assert "2026" in markup
    assert "tel:120" in markup


def test_without_a_generation_it_says_so() -> None:
    assert "资料还没有准备好" in render_first_screen(Screen(None), WORDING)


def test_every_number_to_call_is_there() -> None:
    calls = outline(render_first_screen(screen(), WORDING)).values("a", "href")
    assert [call for call in calls if call and call.startswith("tel:")] == [
        "tel:120", "tel:120", "tel:12345", "tel:12320", "tel:12356",
    ]  # fmt: skip


def test_it_works_as_a_form_without_scripts() -> None:
    parsed = outline(render_first_screen(screen(earlier=("青石县有哪些目标？",), region="白河市"), WORDING))
    assert ("form", "action", "/ask") in parsed.attributes
    assert ("textarea", "name", "question") in parsed.attributes
    assert ("select", "name", "region") in parsed.attributes
    assert ("input", "value", "青石县有哪些目标？") in parsed.attributes
    assert parsed.values("option", "selected")


def test_a_hostile_question_in_the_address_stays_text() -> None:
    attack = "</textarea><script>alert(1)</script>"
    parsed = outline(render_first_screen(screen(question=attack, earlier=(attack,), examples=(attack,)), WORDING))
    assert "script" not in parsed.tags
    assert ("textarea", attack) in parsed.texts


def test_every_address_has_the_prefix_of_the_site() -> None:
    with served_under("/policy"):
        parsed = outline(render_first_screen(screen(), WORDING))
    addresses = [value for _, name, value in parsed.attributes if name in ("href", "action", "src") and value]
    own = [address for address in addresses if not address.startswith(("tel:", "#"))]
    assert own
    assert [address for address in own if not address.startswith("/policy/")] == []


def test_the_switch_of_editions_tells_its_state() -> None:
    pressed = outline(render_first_screen(screen(edition=Edition.ELDER), WORDING)).values("button", "aria-pressed")
    assert "true" in pressed
    assert "true" not in outline(render_first_screen(screen(), WORDING)).values("button", "aria-pressed")
