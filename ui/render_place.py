"""Write the picker of a place: a plain list that works without scripts, which ``place.js`` makes searchable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rag.domain import PlaceCount
from rag.folding import fold
from rag.script import in_script_of
from rag.sounds import readings, syllables_of
from ui.markup import Html, element, line
from ui.wording import Wording

PLACE_ID = "place"
"""Id of the list; its label names it."""

_TRADITIONAL_SAMPLE = "縣區鎮"
"""Characters that only traditional script has, to tell the converter which script is wanted."""

_LONGEST_VARIED = 6
"""Characters up to which a second reading is written out too: 重庆 is found by cq and by zq."""


def render_place(wording: Wording, places: Sequence[PlaceCount], chosen: str | None = None) -> Html:
    """Return the labelled list of places, each with its number of documents; ``chosen`` is preselected.

    The list is named ``region``, so a form without scripts sends it; "" stands for all places. A ``chosen`` place that
    has no documents is not in the list and leaves it at all places.
    """
    everywhere = element("option", wording.text("display.place.all"), value="")
    options = (_option(place, wording, chosen) for place in places)
    return element(
        "div",
        element("label", wording.text("display.place"), for_=PLACE_ID),
        element("select", everywhere, *options, id=PLACE_ID, name="region", data_role="place", autocomplete="off"),
        class_="place-picker",
    )


def _option(place: PlaceCount, wording: Wording, chosen: str | None) -> Html:
    return element(
        "option",
        wording.text("display.place.count", name=line(place.name), count=place.documents),
        value=place.name,
        data_search=search_forms(place.name),
        selected=place.name == chosen,
    )


@lru_cache(maxsize=8192)
def search_forms(name: str) -> str:
    """Return everything that a place can be found by, separated by spaces.

    The name in simplified and in traditional script, its reading in pinyin and the initials of that.
    """
    plain = fold(name).lower().replace(" ", "")
    forms = [plain, in_script_of(plain, _TRADITIONAL_SAMPLE)]
    for syllables in _readings(plain):
        forms += ["".join(syllables), "".join(syllable[0] for syllable in syllables)]
    return " ".join(dict.fromkeys(form for form in forms if form))


def _readings(plain: str) -> list[tuple[str, ...]]:
    if len(plain) <= _LONGEST_VARIED:
        return [way for way, unusual in readings(plain) if unusual <= 1]
    usual = [syllables_of(character)[:1] for character in plain]
    return [tuple(found[0] for found in usual)] if all(usual) else []
