"""What the page says about the documents it answers from, and questions they can really answer."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rag.domain import Document, DocumentType, Hit, PlaceCount, Question
from rag.errors import NoGenerationError, PolicychatError
from rag.ports import Assistant
from rag.region_table import COUNTRY_CODE
from ui.question_forms import Rank
from ui.question_making import Candidate, questions_of, usable
from ui.trying_out import TriedOut, Tries

_LOG = logging.getLogger(__name__)

_EXAMPLE_TRIES = 24
"""Questions tried out for one list of examples: enough to fill it from a mixed corpus."""
_EXAMPLES_S = 1.0
"""Seconds that somebody waits for examples which nobody asked for yet; what is not found by then comes next time."""
_PREPARING_S = 60.0
_TRIES_A_DOCUMENT = 3
_DOCUMENTS_LOOKED_AT = 48
_WARMED_PLACES = 12
"""Places whose examples are prepared ahead, those with most documents first."""
_KEPT_DOCUMENTS = 256
_SHORT = 26
"""Characters of a question that fits one line of a phone and a half."""

_MATTERS_FIRST = (
    DocumentType.FAQ,
    DocumentType.NOTICE,
    DocumentType.PLAN,
    DocumentType.INTERPRETATION,
    DocumentType.STATUTE,
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """The published generation as the page shows it; ``created`` is UTC, ISO 8601."""

    generation: str
    created: str
    documents: tuple[Document, ...]
    places: tuple[PlaceCount, ...]


class Shelf:
    """Looks the holdings up once per generation, and remembers which questions they answer. Safe for several threads."""

    def __init__(self, assistant: Assistant, try_out: bool = True, own: Sequence[str] = ()) -> None:
        """Keep the assistant. ``try_out`` asks each question before it is shown; without, only the search is (no costs).

        ``own`` are the questions that an admin wants to be shown; the first screen then offers these and makes none.
        """
        self._assistant = assistant
        self._own = tuple(own)
        self._tried = TriedOut(assistant, try_out)
        self._prepared = False
        self._lock = threading.Lock()
        self._holdings: Holdings | None = None
        self._examples: dict[tuple[str | None, int], tuple[str, ...]] = {}
        self._made: OrderedDict[str, tuple[Candidate, ...]] = OrderedDict()

    def keep_prepared(self) -> None:
        """Look for the examples in the background from now on, now and after each publication, so that nobody waits."""
        self._prepared = not self._own
        holdings = self.current()
        if holdings is not None and self._prepared:
            self._begin_preparing(holdings)

    def current(self) -> Holdings | None:
        """Return what is published now, or None while nothing is."""
        published = self._assistant.published()
        if published is None:
            return None
        with self._lock:
            held = self._holdings
            if held is None or held.generation != published.generation:
                try:
                    documents, places = self._assistant.documents(), self._assistant.places()
                except NoGenerationError:
                    return None
                held = self._holdings = Holdings(published.generation, published.created, documents, places)
                self._examples = {}
                self._tried.forget()
                self._made.clear()
                if self._prepared:
                    self._begin_preparing(held)
            return held

    def _begin_preparing(self, holdings: Holdings) -> None:
        threading.Thread(target=self._prepare_quietly, args=(holdings,), name="examples", daemon=True).start()

    def _prepare_quietly(self, holdings: Holdings) -> None:
        try:
            self.prepare(holdings)
        except Exception as error:
            # Nobody waits for this: whoever opens the page looks again, and is told in words what is wrong.
            _LOG.warning("no examples were prepared: %s", type(error).__name__)

    def prepare(self, holdings: Holdings, limit: int = 6) -> None:
        """Look for the examples of all places together and of those with most documents, until all are found."""
        for region in (None, *(place.name for place in holdings.places[:_WARMED_PLACES])):
            if self._holdings is not holdings:
                return
            try:
                self._examples_for(holdings, region, limit, _PREPARING_S)
            except PolicychatError as error:
                _LOG.warning("no examples: %s", type(error).__name__)
                return

    def examples(self, region: str | None, limit: int) -> tuple[str, ...]:
        """Return up to ``limit`` questions about a place that documents answer, each of another document while it can be.

        Where the place has few, those of the places around it follow; a question says of which place it is. Where an
        admin wrote a list, it is this list, whatever the place.
        """
        if self._own:
            return self._own[:limit]
        holdings = self.current()
        return () if holdings is None else self._examples_for(holdings, region, limit, _EXAMPLES_S)

    def _examples_for(self, holdings: Holdings, region: str | None, limit: int, seconds: float) -> tuple[str, ...]:
        kept = self._examples.get((region, limit))
        if kept is not None:
            return kept
        tries = Tries(_EXAMPLE_TRIES, seconds)
        found = tuple(self._find_examples(holdings, region, limit, tries))
        if len(found) == limit or not tries.late:
            with self._lock:
                if self._holdings is holdings:
                    self._examples[region, limit] = found
        return found

    def documents(self) -> tuple[Document, ...]:
        """Return what is published, nothing while nothing is."""
        holdings = self.current()
        return holdings.documents if holdings else ()

    def questions(self, document: Document) -> tuple[Candidate, ...]:
        """Return the questions that a document seems to answer, in reading order."""
        with self._lock:
            if document.document_id in self._made:
                self._made.move_to_end(document.document_id)
                return self._made[document.document_id]
        made = questions_of(document) if usable(document) else ()
        with self._lock:
            self._made[document.document_id] = made
            if len(self._made) > _KEPT_DOCUMENTS:
                self._made.popitem(last=False)
        return made

    def search(self, question: Question, top: int) -> tuple[Hit, ...]:
        """Return the passages nearest to a question, none where it cannot be searched for."""
        try:
            return self._assistant.search(question, top).hits
        except PolicychatError:
            return ()

    def document(self, document_id: str) -> Document | None:
        """Return a document of the published generation, None where it has none of this id."""
        try:
            return self._assistant.document(document_id)
        except PolicychatError:
            return None

    def is_answered(self, candidate: Candidate, region: str | None, tries: Tries) -> bool:
        """Return whether a question is answered from the very passage it was made of, as far as ``tries`` lets one see."""
        return self._tried.is_answered(candidate, region, tries)

    def _find_examples(self, holdings: Holdings, region: str | None, limit: int, tries: Tries) -> Iterator[str]:
        own = [d for d in holdings.documents if usable(d) and region in (None, d.region)]
        around = _around(holdings.documents, region) if region is not None else []
        seen: set[str] = set()
        forms: set[str] = set()
        for documents in (own, around):
            turns = [[list(self.questions(d)) for d in turn] for turn in _in_turn(documents)]
            for _ in range(_TRIES_A_DOCUMENT):
                for waiting in turns:
                    # Within a turn, the document goes first that has what residents ask.
                    waiting.sort(key=lambda questions: min((made.rank for made in questions), default=Rank.RULE))
                    for questions in waiting:
                        if len(seen) >= limit:
                            return
                        if found := self._best(questions, forms, seen, region, tries):
                            seen.add(found.question)
                            forms.add(_form(found.question))
                            yield found.question

    def _best(
        self, questions: list[Candidate], forms: set[str], seen: set[str], region: str | None, tries: Tries
    ) -> Candidate | None:
        """Take the best question off the list that is answered: what residents ask, in a form not shown yet, short."""
        questions.sort(key=lambda made: (made.rank + 2 * (_form(made.question) in forms), len(made.question) > _SHORT))
        for _ in range(min(_TRIES_A_DOCUMENT, len(questions))):
            candidate = questions.pop(0)
            if candidate.question not in seen and self.is_answered(candidate, region, tries):
                return candidate
        return None


def _form(question: str) -> str:
    """Return how a question asks, whatever it is about: its last words."""
    return question[-4:]


def _in_turn(documents: Iterable[Document]) -> list[list[Document]]:
    """Return some documents in turns, one of each place in a turn: those that concern residents and new ones first."""
    places: dict[str | None, list[Document]] = {}
    for document in documents:
        places.setdefault(document.region, []).append(document)
    for held in places.values():
        held.sort(key=lambda document: document.published.toordinal() if document.published else 0, reverse=True)
        held.sort(key=lambda document: _order(document.type))
    turns = []
    left = _DOCUMENTS_LOOKED_AT
    for turn in zip_longest(*places.values()):
        turns.append([document for document in turn if document is not None][: max(left, 0)])
        left -= len(turns[-1])
    return turns


def _order(kind: DocumentType) -> int:
    return _MATTERS_FIRST.index(kind) if kind in _MATTERS_FIRST else len(_MATTERS_FIRST)


def _around(documents: Sequence[Document], region: str) -> list[Document]:
    """Return the documents of the places that a place lies in, the nearest first, the country last."""
    code = next((d.region_code for d in documents if d.region == region and d.region_code), None)
    found = [d for d in documents if usable(d) and d.region != region and is_around(d.region_code, code)]
    return sorted(found, key=lambda d: len(_stem(d.region_code or "")), reverse=True)


def is_around(outer: str | None, inner: str | None) -> bool:
    """True if a place lies in another, both given by their administrative code; every place lies in the country."""
    if outer is None or outer == inner:
        return False
    return outer == COUNTRY_CODE or (inner is not None and inner.startswith(_stem(outer)))


def _stem(code: str) -> str:
    """Return the digits of a code that name something: 420300 is 4203."""
    while code.endswith("00"):
        code = code[:-2]
    return code
