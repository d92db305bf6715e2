from __future__ import annotations

import re

import pytest

from rag.domain import PlaceCount
from rag.settings import HelpSettings
from ui.render_place import render_place, search_forms
from ui.wording import Language, Wording

PLACES = (PlaceCount("白河市", 12), PlaceCount("重庆市", 3), PlaceCount('<b onmouseover="x">村', 1))


def wording(language: Language = Language.ZH_HANS) -> Wording:
    return Wording(language, HelpSettings())


def values(html: str) -> list[str]:
    return re.findall(r'<option[^>]* value="([^"]*)"', html.replace("<option ", "<option  "))


def test_the_list_begins_with_all_places_and_names_the_documents_of_each() -> None:
    html = render_place(wording(), PLACES)
    assert values(html)[:3] == ["", "白河市", "重庆市"]
    assert ">全部地区</option>" in html
    assert ">白河市（12 份）</option>" in html


def test_the_list_is_labelled_and_goes_with_a_form() -> None:
    html = render_place(wording(), PLACES)
    assert '<label for="place">您想了解哪个地区</label>' in html
    assert '<select id="place" name="region" data-role="place"' in html


def test_only_the_chosen_place_is_selected_and_an_unknown_one_is_not_there() -> None:
    assert re.findall(r'value="([^"]*)"[^>]* selected', render_place(wording(), PLACES, "重庆市")) == ["重庆市"]
    assert " selected" not in render_place(wording(), PLACES, "火星")


def test_a_place_name_is_never_markup() -> None:
    html = render_place(wording(), PLACES)
    assert "<b" not in html
    assert "&lt;b onmouseover=&quot;x&quot;&gt;村（1 份）" in html


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("重庆市", "重庆"),
        ("重庆市", "重慶"),
        ("重庆市", "chongqing"),
        ("重庆市", "cqs"),
        ("廣東省", "广东"),
        ("廣東省", "廣東"),
        ("丹江口市", "djk"),
        ("湖北省十堰市丹江口市", "danjiangkou"),
    ],
)
def test_a_place_is_found_by_its_name_in_either_script_and_by_pinyin(name: str, typed: str) -> None:
    assert typed in search_forms(name)


def test_a_place_whose_characters_have_no_reading_is_still_found_by_name() -> None:
    assert search_forms("Ürümqi 區") == "ürümqi区 ürümqi區"
