"""The server looks at approved answers after each publication and when a day begins, and at no other time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

from rag.approved_records import WithdrawalReason
from rag.catalogue import open_catalogue
from rag.domain import GenerationInfo
from rag.ports import Assistant
from tests.conftest import settings_for
from tests.rag.approved_samples import FREE, Shelf, document, proposal
from ui.approved_upkeep import Upkeep
from ui.cli_approved import approved_values


class Serving(Shelf):
    """Serves one document; a test publishes another state of it."""

    generation = "g1"

    def published(self) -> GenerationInfo:
        """Return what is published."""
        return GenerationInfo(self.generation, "2026-03-01T00:00:00Z", None, 1, 1, "m", True)


def test_the_server_checks_once_for_each_publication_and_each_day(tmp_path: Path) -> None:
    settings, serving = settings_for(tmp_path / "data"), Serving(document())
    upkeep = Upkeep(settings, cast("Assistant", serving))
    upkeep.look(date(2026, 3, 1))
    assert not settings.paths.data.exists()
    with open_catalogue(settings) as catalogue:
        for review in (date(2026, 3, 1), date(2026, 6, 1)):
            number = catalogue.approved.propose(proposal(review=review), "小林")
            catalogue.approved.approve(number, "老周", revision=1)

    def withdrawn() -> list[str]:
        upkeep.look(day)
        listed = approved_values(settings)["approved"]
        return sorted(str(one["reason"]) for one in listed if one["reason"])

    day = date(2026, 3, 1)
    assert withdrawn() == []
    day = date(2026, 3, 2)
    assert withdrawn() == [WithdrawalReason.REVIEW_DUE]
    serving.put(document(FREE))
    assert withdrawn() == [WithdrawalReason.REVIEW_DUE]
    serving.generation = "g2"
    assert withdrawn() == [WithdrawalReason.QUOTE_GONE, WithdrawalReason.REVIEW_DUE]
