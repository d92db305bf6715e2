"""What the answer pane shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.domain import Answer, Hit
from rag.draft_answers import Draft
from ui.staff.answer_fields import AnswerFields
from ui.staff.draft_texts import DraftTexts


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pane shows. ``base`` is the answer as the sources gave it, ``near`` passages that may be added."""

    fields: AnswerFields
    base: Answer
    draft: Draft
    texts: DraftTexts | None
    near: Sequence[Hit] = ()
