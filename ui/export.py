"""Say what a file of an answer holds beside the answer: place, days, version, and the label that machines read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from ui.answer_sheet import AnswerSheet, printable
from ui.markup import line
from ui.wording import Wording


@dataclass(frozen=True, slots=True)
class Export:
    """An answer on its way into a file.

    ``checked`` is the day on which its quotes were last read again in their documents, ``dropped`` how many statements
    fell away then; ``answer_id`` names the answer.
    """

    sheet: AnswerSheet
    wording: Wording
    checked: date
    answer_id: str
    place: str | None = None
    made: date | None = None
    generation: str | None = None
    dropped: int = 0

    @property
    def title(self) -> str:
        """The heading of the file."""
        return self.wording.text("export.title")

    @property
    def producer(self) -> str:
        """The service that made the file."""
        return self.wording.text("page.name")

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What was asked, where and when, as (name, value)."""
        wording = self.wording
        rows = (
            ("export.question", self.sheet.question),
            ("export.place", line(printable(self.place or "")) or wording.text("page.region.all")),
            ("export.made", wording.day(self.made) if self.made else ""),
            ("export.checked", wording.day(self.checked) if self.sheet.sources else ""),
            ("export.generation", printable(self.generation or "")),
        )
        return tuple((wording.text(key), value) for key, value in rows if value)

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know about the answer, what fell away since it was given included."""
        since = (self.wording.text("export.dropped", count=self.dropped),) if self.dropped else ()
        return (*since, *self.sheet.notices)

    @property
    def implicit_label(self) -> str | None:
        """The label in the file's metadata for words that a model wrote; None where none did.

        The seven fields and the name ``AIGC`` are those of GB 45438-2025, annex E; ``Label`` 1 says that the content is
        generated. The service is producer and propagator in one, and has no reserved values.
        """
        if not self.sheet.generated:
            return None
        return json.dumps(
            {
                "Label": "1",
                "ContentProducer": self.producer,
                "ProduceID": self.answer_id,
                "ReservedCode1": "",
                "ContentPropagator": self.producer,
                "PropagateID": self.answer_id,
                "ReservedCode2": "",
            },
            ensure_ascii=False,
        )
