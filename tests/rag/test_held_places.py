"""The places that are known beside the answering path follow the documents."""

from __future__ import annotations

from dataclasses import dataclass

from rag.domain import PlaceCount
from rag.errors import IndexDamagedError, NoGenerationError
from rag.held_places import HeldPlaces


@dataclass
class Documents:
    """Documents about some places; an error instead of them where one is set."""

    about: tuple[str, ...] = ()
    error: Exception | None = None

    def places(self) -> tuple[PlaceCount, ...]:
        if self.error:
            raise self.error
        return tuple(PlaceCount(name, 1) for name in self.about)


def test_a_place_that_only_documents_or_settings_know_is_known() -> None:
    places = HeldPlaces(Documents(("青石县",)), ("云门新区",))  # type: ignore[arg-type]
    assert places.names() == ("青石县",)
    assert all(places.gazetteer().get(name) for name in ("青石县", "云门新区", "澧县"))
    assert places.gazetteer().get("白鹭县") is None


def test_it_is_read_again_when_the_documents_are_about_others_and_only_then() -> None:
    documents = Documents(("青石县",))
    places = HeldPlaces(documents)  # type: ignore[arg-type]
    first = places.gazetteer()
    assert places.gazetteer() is first
    documents.about = ("白鹭县",)
    assert places.gazetteer().get("白鹭县")
    assert places.gazetteer().get("青石县") is None


def test_what_was_read_last_stands_while_nothing_can_be_read() -> None:
    documents = Documents(("青石县",))
    places = HeldPlaces(documents)  # type: ignore[arg-type]
    places.names()
    documents.error = IndexDamagedError("checksum differs")
    assert places.names() == ("青石县",)
    documents.error = NoGenerationError("nothing is published")
    assert places.names() == ()
