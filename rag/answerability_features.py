"""Measure how far the first passages of a ranking cover a question, by numbers that mean the same in every collection.

Scores differ from collection to collection, so everything here is a share of the question, or a difference between the
first documents and those behind them. The question counts by its character pairs and by its words, each weighted by its
idf as a share of the highest idf that the collection allows. A place that it names counts as said where a document is
known to be of a fitting place: local texts seldom repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import fmean
from types import MappingProxyType

from rag.domain import Document, Hit
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.forms import Fit, fit
from rag.lexicon import TermCounts
from rag.outline import sentences
from rag.regions import Region
from rag.scoring import tile
from rag.term_weights import TermWeights
from rag.text_overlap import longest_common, longest_lack, longest_run
from rag.tokenizing import FUNCTION_WORDS, bigrams, words

_PASSAGES = 12
_READ = 4
"""Passages whose sentences are read."""
_DOCUMENTS = 8
_COMPARED = 16
"""Documents whose best passages are set against each other; those from the fifth on are the background."""
_BACKGROUND = 4
_AROUND = 2000
"""Characters before and behind a passage that count as its document: in a statute book every word stands somewhere."""
_LIKELY = 8
_RIVAL = 0.9
_NOUN = 1.0
"""The weight that ``focus_words`` gives to nouns."""
_SCARCE = 0.5
_HEAD = 80
_OFTEN = 5
_SHORT = 12
_RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ebef]+|[a-z0-9.%]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?|[a-z][a-z0-9-]+")
_YEAR = re.compile(r"(?<![\d零〇o一二三四五六七八九])([12一二][\d零〇o一二三四五六七八九]{3})(?=年)")
_DIGITS = str.maketrans("零〇o一二三四五六七八九", "000123456789")


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a question and its ranking. Shares and differences of shares are in 0..1 by weight."""

    passage: float
    """Share of the question's pairs in the first passage, its title and headings included."""
    passage_most: float
    """The same for the best of the first passages."""
    document: float
    """The same around the first passage."""
    document_most: float
    """The same for the best of the first documents."""
    bare_passage: float
    """As ``passage``, of the question without its places."""
    bare_document: float
    sentence: float
    """Share in two sentences that follow each other."""
    head: float
    """Share in the title and the first line of the first document."""
    excess: float
    """What the best passage has more than the mean of the documents from the fifth on."""
    background: float
    """What those have, as a share of what the best passage has."""
    apart: float
    """Share, in the first passage, of what is rare among the passages of all documents that were found."""
    apart_document: float
    """The same around the passages."""
    nowhere: float
    """Share that stands in none of the first documents."""
    spread: float
    """What the first documents have together and the best of them has not."""
    words_missing: float
    """Share of the question's words that the first passage lacks."""
    word_missing: float
    """Weight of the heaviest word that the first document lacks."""
    noun_missing: float
    """Weight of the heaviest noun that the first document says in no form."""
    tile_passage: float
    """``rag.scoring.tile``: long runs that the first passage repeats."""
    tile_document: float
    run: float
    """Length of the longest run of the question that the first document repeats, as a share of the question."""
    common: float
    """Length of the longest common subsequence with the best sentences, as a share of the question."""
    lack: float
    """Length of the longest run of the question of which the first document has no pair, as a share."""
    passage_margin: float
    """What the best document's passage has more than the second's; ``passage_fall`` than the third's.

    These six margins count as far as the first document has the focus words: to be ahead with nothing tells nothing.
    """
    passage_fall: float
    document_margin: float
    score_margin: float
    """How far the second document's score is behind the first's, as a share; ``fall`` is for the fifth's."""
    fall: float
    lexical_margin: float
    """How far BM25 puts the first document before the next two."""
    agreed: float
    """1 where no other document has a higher BM25."""
    rivals: float
    """Share of the first documents that have nearly as much of the question as the best one."""
    numbers_missing: float
    """How many numbers and Latin words the first passage lacks; ``numbers_missing_near`` the first document."""
    numbers_missing_near: float
    years_missing: float
    """How many years the first document neither says nor was published in."""
    focus: float
    """Share of the focus words, synonyms included, in the first passage; ``focus_most`` in the best one."""
    focus_most: float
    focus_document: float
    focus_missing: float
    """Weight of the heaviest focus word that the first document lacks, as a share of the heaviest of all."""
    form: float
    """What the best sentence that has the form asked for covers, as a share of what the best of all does."""
    short: float
    """How far the question is below twelve characters, as a share: short ones are covered by chance."""
    unknown: float
    """Share of the question's words that no document has."""
    place_titled: float
    """1 where the title of the first document names the place of the question, or it names none."""
    place_said: float
    """1 where the first document names it anywhere, or the question names none."""
    place_often: float
    """How often the first document names it, five times counting 1; 1 where the question names none."""

    def vector(self) -> tuple[float, ...]:
        """Return the values in the order of ``NAMES``."""
        return tuple(getattr(self, name) for name in NAMES)


NAMES: tuple[str, ...] = tuple(field.name for field in fields(Features))
_AGAINST = frozenset(
    "background nowhere spread words_missing word_missing noun_missing lack rivals numbers_missing numbers_missing_near years_missing focus_missing short unknown".split()
)
SIGNS: Mapping[str, int] = MappingProxyType({name: -1 if name in _AGAINST else 1 for name in NAMES})
"""Whether more of a feature speaks for an answer (1) or against it (-1)."""


def features_of(matcher: FocusMatcher, hits: Sequence[Hit], counts: TermCounts) -> Features:
    """Measure a question against the hits that may answer it, best first: copies and other places are left out.

    ``counts`` are those of the collection's chunks (``Generation.chunk_terms``).

    Raises:
        ValueError: there is no hit.
    """
    if not hits:
        raise ValueError("no hit: nothing can answer the question")
    question = matcher.question
    places = [fold(name) for place in question.named for name in (place.name, place.short)]
    compact = "".join(_RUN.findall(question.subject)) or question.subject
    length = len(compact)
    pairs = _pairs(question.subject, counts)
    bare = _pairs(_without(question.subject, places), counts)
    terms = TermWeights.of(
        [word for word in words(question.subject) if word not in FUNCTION_WORDS], "words", counts
    )  # fmt: skip
    by_document: dict[str, Hit] = {}
    for hit in hits:
        by_document.setdefault(hit.document.document_id, hit)
    firsts = list(by_document.values())[:_COMPARED]
    said = " ".join(places)
    firsts_passages = [_passage(hit, said) for hit in firsts]
    passages = [_passage(hit, said) for hit in hits[:_PASSAGES]]
    around = [_around(hit, said) for hit in firsts[:_DOCUMENTS]]
    passage, document = passages[0], around[0]
    shares = [pairs.share(text) for text in passages]
    ranked = sorted((pairs.share(text) for text in firsts_passages), reverse=True)
    behind = fmean(ranked[_BACKGROUND:] or ranked[1:] or [0.0])
    wide = [pairs.share(text) for text in around]
    widest = sorted(wide, reverse=True)
    lexical = [hit.parts["bm25_word"] + hit.parts["bm25_bigram"] for hit in firsts]
    scores = [hit.score for hit in firsts]
    told = sorted(((pairs.share(text), text) for text in _sentences(hits[:_READ])), key=lambda pair: -pair[0])
    sentence, best_told = told[0] if told else (0.0, "")
    fitting = (share for share, text in told[:_LIKELY] if fit(question.kind, matcher.specific, text) is not Fit.NONE)
    numbers = _NUMBER.findall(question.folded)
    published = f"{hits[0].document.published or ''} {document}"
    found = matcher.matched(document)
    covered = matcher.share(found)
    lacking = matcher.weights.keys() - found
    nouns = [word for word in lacking if question.focus[word] >= _NOUN]
    focus = [matcher.share(matcher.matched(text)) for text in passages]
    return Features(
        passage=shares[0],
        passage_most=max(shares),
        document=wide[0],
        document_most=widest[0],
        bare_passage=bare.share(passage),
        bare_document=bare.share(document),
        sentence=sentence,
        head=pairs.share(fold(f"{hits[0].document.title} {hits[0].document.text[:_HEAD]}")),
        excess=max(shares) - behind,
        background=behind / max(*shares, 0.05),
        apart=pairs.apart(firsts_passages),
        apart_document=pairs.apart(around),
        nowhere=pairs.nowhere(around),
        spread=pairs.share("\n".join(around)) - widest[0],
        words_missing=1.0 - terms.share(passage),
        word_missing=terms.heaviest_missing(document),
        noun_missing=max((terms.weights.get(word, _SCARCE) for word in nouns), default=0.0),
        tile_passage=tile(compact, passage),
        tile_document=tile(compact, document),
        run=longest_run(compact, document) / length,
        common=longest_common(compact, best_told) / length,
        lack=longest_lack(_RUN.findall(question.subject), document) / length,
        passage_margin=covered * _ahead(ranked, 1),
        passage_fall=covered * _ahead(ranked, 2),
        document_margin=covered * _ahead(widest, 1),
        score_margin=covered * _ahead(scores, 1) / max(scores[0], 1e-6),
        fall=covered * _ahead(scores, 4) / max(scores[0], 1e-6),
        lexical_margin=covered * (lexical[0] - max(lexical[1:3], default=0.0)),
        agreed=float(lexical[0] >= max(lexical) - 1e-9),
        rivals=sum(share >= _RIVAL * widest[0] for share in wide) / _DOCUMENTS,
        numbers_missing=float(sum(number not in passage for number in numbers)),
        numbers_missing_near=float(sum(number not in document for number in numbers)),
        years_missing=float(sum(year not in published for year in _years(question.folded))),
        focus=focus[0],
        focus_most=max(focus),
        focus_document=covered,
        focus_missing=max((matcher.weights[word] for word in lacking), default=0.0)
        / (max(matcher.weights.values(), default=0.0) or 1.0),
        form=max(fitting, default=0.0) / sentence if sentence else 0.0,
        short=max(0.0, 1.0 - length / _SHORT),
        unknown=terms.unknown,
        **_of_place(question.named, hits[0].document),
    )


def _of_place(named: Sequence[Region], document: Document) -> dict[str, float]:
    """Rules of a wider place apply to the one asked about, yet answer less often than its own."""
    if not named:
        return {"place_titled": 1.0, "place_said": 1.0, "place_often": 1.0}
    names = {fold(named[-1].name), fold(named[-1].short)}
    title, text = fold(document.title), fold(document.text)
    titled = any(name in title for name in names)
    # The short name stands in the long one, so the commoner of the two counts both.
    times = max(text.count(name) for name in names)
    return {
        "place_titled": float(titled),
        "place_said": float(titled or times > 0),
        "place_often": min(1.0, times / _OFTEN),
    }


def _pairs(text: str, counts: TermCounts) -> TermWeights:
    return TermWeights.of(bigrams(text), "bigrams", counts)


def _without(text: str, places: Sequence[str]) -> str:
    for place in places:
        text = text.replace(place, " ")
    return text


def _passage(hit: Hit, places: str) -> str:
    told = places if hit.document.region else ""
    return fold(f"{hit.document.title} {' '.join(hit.chunk.section)} {told}\n{hit.chunk.text}")


def _around(hit: Hit, places: str) -> str:
    told = places if hit.document.region else ""
    text = hit.document.text[max(0, hit.chunk.start - _AROUND) : hit.chunk.end + _AROUND]
    return fold(f"{hit.document.title} {told}\n{text}")


def _sentences(hits: Sequence[Hit]) -> list[str]:
    """Return each sentence of the passages together with the next one, folded."""
    told = []
    for hit in hits:
        text = fold(hit.chunk.text)
        spans = list(sentences(text))
        told += [text[start : spans[min(n + 1, len(spans) - 1)][1]] for n, (start, _) in enumerate(spans)]
    return told


def _ahead(falling: Sequence[float], place: int) -> float:
    """Return how far the first is ahead of another, or of the last where there are not so many."""
    return falling[0] - falling[min(place, len(falling) - 1)] if len(falling) > 1 else falling[0]


def _years(folded: str) -> list[str]:
    return [year.translate(_DIGITS) for year in _YEAR.findall(folded)]
