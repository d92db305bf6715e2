"""Withdraw the approved answers whose ground is gone: after every publication, and once a day.

Nothing stale is shown in between either, since every showing looks for itself (:mod:`rag.approved_showing`); this makes it
known, in the list, in the history, and as a task for the owner.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rag.approved_showing import Ground, lost_ground
from rag.errors import PolicychatError
from rag.reverification import Texts

if TYPE_CHECKING:
    from rag.approved_records import ApprovedAnswer
    from rag.catalogue import Catalogue
    from rag.generations import DataLayout

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at all approved answers found."""

    looked_at: int
    withdrawn: tuple[tuple[ApprovedAnswer, Ground], ...]
    """Each as it was before, and why."""


def check_approved(catalogue: Catalogue, texts: Texts, today: date | None = None) -> Checked:
    """Withdraw every approved answer that does not hold today, each with a task for its owner.

    Raises:
        NoGenerationError: nothing is published; nothing was withdrawn.
    """
    day = today or date.today()
    in_force = catalogue.approved.in_force()
    found = ((one, lost_ground(one.proposal, texts, day)) for one in in_force)
    gone = [(one, ground) for one, ground in found if ground is not None]
    return Checked(len(in_force), tuple(_withdrawn(catalogue, gone)))


def check_published(catalogue: Catalogue, layout: DataLayout) -> None:
    """Look at all approved answers after a publication. Never fails what was published: problems go to the log."""
    from rag.generations import published_id
    from rag.library import SqliteLibrary

    try:
        generation = published_id(layout)
        if generation is None or not catalogue.approved.in_force():
            return
        with closing(SqliteLibrary(layout.generation(generation) / "library.sqlite")) as library:
            check_approved(catalogue, library)
    except PolicychatError as error:
        _log.warning("approved answers could not be checked after a publication: %s", error)


def _withdrawn(
    catalogue: Catalogue, gone: Iterable[tuple[ApprovedAnswer, Ground]]
) -> Iterable[tuple[ApprovedAnswer, Ground]]:
    for one, ground in gone:
        # Somebody may have decided it since: then there is nothing left to withdraw.
        if catalogue.approved.withdraw_by_clock(one.number, ground.reason, ground.title, revision=one.revision):
            _log.info("approved answer %d is withdrawn: %s", one.number, ground.reason)
            yield one, ground
