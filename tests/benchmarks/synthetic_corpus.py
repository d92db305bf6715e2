"""Make up documents whose words are distributed as in real official texts; nothing is copied from anywhere.

Words are the pairs of common characters that the segmenter's dictionary knows, in an order drawn once. How often each is
used follows the law of Zipf and Mandelbrot, p(rank) ∝ (rank + q)^−s (Mandelbrot, 1953); s and q, the share of single
characters and the number of distinct words in the first 300 words of a text were fitted to 3,000 Chinese news and policy
texts. A word that was used comes back (Simon, 1955), which makes it bursty, and every document belongs to a subject that
prefers some hundred words. Every document comes from its own seed, so a question can be made for it at any time.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ingest.chunking import chunk_digest, chunk_document
from ingest.generation import Entry
from rag.domain import Authority, Document, DocumentType, Section, document_id_for
from rag.regions import Gazetteer, Region
from rag.settings import ChunkingSettings
from rag.tokenizing import FUNCTION_WORDS

_S, _Q = 1.18, 50.0
_SINGLES = 0.25
"""Share of single characters among the words of a text."""
_SUBJECTS, _SUBJECT_WORDS = 400, 300
_FROM_SUBJECT, _REPEATED = 0.2, 0.35
"""With these, 61 % of the first 300 words of a text are distinct, as measured; independent draws give 87 %."""
_CHARS, _SPREAD = 1750.0, 0.43
"""Median length of a document in characters, ten chunks, and the deviation of its logarithm."""
_SENTENCE = 28
"""Words of a sentence, on average."""
_NUMERALS = "一二三四五六七八九十"
_OFFICES = ("卫生健康局", "医疗保障局", "民政局", "人民政府")
_RARE_FROM = 8000
"""Rank from which a word counts as rare: it stands in less than one chunk of a thousand."""
_COMMON_UNTIL = 1500

KINDS = ("rare", "common", "place")
"""Questions made of rare words, of common words, and of a place with words that are neither."""


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question and the document that it was made from."""

    kind: str
    text: str
    document_id: str


@cache
def vocabulary() -> NDArray[np.object_]:
    """Return the words by rank, some hundred thousand."""
    import rjieba

    # The first level of GB 2312: the 3,755 most used characters.
    codes = (bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    characters = [code.decode("gb2312") for code in codes if code < b"\xd7\xfa"]
    known = rjieba.Jieba().has_word
    words = [first + second for first in characters for second in characters if known(first + second)]
    random.Random(1).shuffle(words)
    return np.array(words, dtype=object)


@cache
def _cumulative() -> NDArray[np.float64]:
    weights = (np.arange(1, len(vocabulary()) + 1) + _Q) ** -_S
    return np.cumsum(weights) / weights.sum()


@cache
def _singles() -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    words = np.array(sorted(word for word in FUNCTION_WORDS if len(word) == 1), dtype=object)
    weights = 1.0 / np.arange(2, len(words) + 2)
    return words, np.cumsum(weights) / weights.sum()


@cache
def _subjects() -> NDArray[np.int64]:
    """Return the words that each subject prefers, as ranks."""
    chance = np.random.default_rng(2)
    drawn = np.searchsorted(_cumulative(), chance.random((_SUBJECTS, _SUBJECT_WORDS * 4)))
    return drawn[:, : _SUBJECT_WORDS * 4 : 4]


@cache
def _places() -> tuple[Region, ...]:
    """Return the districts and counties of the gazetteer, in an order drawn once."""
    gazetteer = Gazetteer.load()
    names = [line.split("\t") for line in _region_lines()]
    found = [gazetteer.get(code) for code, *_ in names if not code.endswith("00")]
    places = [region for region in found if region is not None]
    random.Random(3).shuffle(places)
    return tuple(places)


def _region_lines() -> list[str]:
    from importlib.resources import files

    text = (files("rag") / "data" / "regions.tsv").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line[:6].isdigit()]


def _ranks(chance: np.random.Generator, subject: int, count: int) -> NDArray[np.int64]:
    """Draw the words of a document; −1 − n stands for the single character n."""
    ranks = np.searchsorted(_cumulative(), chance.random(count)).astype(np.int64)
    from_subject = chance.random(count) < _FROM_SUBJECT
    own = _subjects()[subject]
    ranks[from_subject] = own[(chance.random(int(from_subject.sum())) ** 2 * len(own)).astype(np.int64)]
    # A repeated word points at an earlier one, which may point on; the first never does.
    points = np.arange(count)
    repeated = np.flatnonzero(chance.random(count) < _REPEATED)
    points[repeated] = (chance.random(len(repeated)) * repeated).astype(np.int64)
    while not np.array_equal(further := points[points], points):
        points = further
    ranks = ranks[points]
    single = chance.random(count) < _SINGLES
    ranks[single] = -1 - np.searchsorted(_singles()[1], chance.random(int(single.sum())))
    return ranks


def _words(ranks: NDArray[np.int64]) -> list[str]:
    words, singles = vocabulary(), _singles()[0]
    return [singles[-1 - rank] if rank < 0 else words[rank] for rank in ranks.tolist()]


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it is written out."""

    number: int
    place: Region
    office: str
    published: date
    ranks: NDArray[np.int64]
    headings: tuple[str, ...]


def draft(number: int) -> Draft:
    """Draw the document of this number: the same words whenever it is asked for."""
    chance = np.random.default_rng((4, number))
    subject = int(chance.integers(_SUBJECTS))
    chars = float(np.clip(np.exp(chance.normal(np.log(_CHARS), _SPREAD)), 400, 20_000))
    ranks = _ranks(chance, subject, int(chars / 1.85))
    # A few places have most of the documents, as a few offices publish most of the texts.
    places = _places()
    place = places[int(len(places) * chance.random() ** 2)]
    published = date(2015, 1, 1) + timedelta(days=int(chance.integers(4000)))
    own = vocabulary()[_subjects()[subject]]
    headings = tuple("".join(chance.choice(own[:60], 3)) for _ in range(max(2, int(chars / 600))))
    return Draft(number, place, str(chance.choice(_OFFICES)), published, ranks, headings)


def written(made: Draft) -> Document:
    """Write a draft out as a cleaned document with its sections."""
    chance = random.Random(made.number)
    words = _words(made.ranks)
    title = f"{made.place.name}关于{made.headings[0]}的通知"
    text, length, sections = [], 0, []
    share = -(-len(words) // len(made.headings))
    for n, heading in enumerate(made.headings):
        line = f"{_NUMERALS[n % 10]}、{heading}"
        body = "\n".join((line, *_paragraphs(words[n * share : (n + 1) * share], made, chance)))
        sections.append(Section((line,), 1, length, length + len(body)))
        text.append(body)
        length += len(body) + 1
    source = f"{made.number:07}.txt"
    return Document(
        document_id=document_id_for(source),
        source=source,
        root="/synthetic",
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        media_type="text/plain",
        title=title,
        text="\n".join(text),
        sections=tuple(sections),
        region=made.place.name,
        region_code=made.place.code,
        issuer=f"{made.place.name}{made.office}",
        published=made.published,
        type=DocumentType.OTHER,
        authority=Authority.OFFICIAL,
        origins={"region": "title"},
    )


def _paragraphs(words: list[str], made: Draft, chance: random.Random) -> Iterator[str]:
    """Yield paragraphs of a few sentences; one sentence in six names a date, a sum or the place."""
    start, sentences, size_of_paragraph = 0, [], chance.randrange(2, 8)
    while start < len(words):
        size = max(4, int(chance.gauss(_SENTENCE, 10)))
        half = start + size // 2
        sentence = "".join(words[start:half]) + "，" + "".join(words[half : start + size])
        match chance.randrange(18):
            case 0:
                sentence += f"，自{made.published.year}年{made.published.month}月{made.published.day}日起施行"
            case 1:
                sentence += f"，每人{chance.randrange(10, 9999)}元"
            case 2:
                sentence = made.place.name + sentence
        sentences.append(sentence + "。")
        start += size
        if len(sentences) == size_of_paragraph or start >= len(words):
            yield "".join(sentences)
            sentences, size_of_paragraph = [], chance.randrange(2, 8)


def entry(number: int, settings: ChunkingSettings) -> Entry:
    """Return the document of this number cut into chunks, ready to be written."""
    document = written(draft(number))
    chunks = tuple(chunk_document(document.document_id, document.text, document.sections, settings))
    return Entry(document, chunks, tuple(chunk_digest(document.title, chunk) for chunk in chunks))


def questions(documents: int, count: int, seed: int) -> list[MadeQuestion]:
    """Make questions about documents drawn by chance, the kinds in turn.

    Two or three neighbouring words come from one place of the text, as somebody who read it would remember them.
    """
    chance = random.Random(seed)
    made = []
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        drawn = draft(chance.randrange(documents))
        ranks = drawn.ranks[drawn.ranks >= 0]
        begin = chance.randrange(max(1, len(ranks) - 60))
        near = list(dict.fromkeys(ranks[begin : begin + 60].tolist()))
        if kind == "rare":
            chosen = [rank for rank in near if rank >= _RARE_FROM][:3]
        elif kind == "common":
            chosen = [rank for rank in near if rank < _COMMON_UNTIL][:5]
        else:
            chosen = [rank for rank in near if _COMMON_UNTIL <= rank < _RARE_FROM][:3]
        words = "".join(_words(np.array(chosen or near[:3], dtype=np.int64)))
        place = drawn.place.name if kind == "place" else ""
        made.append(MadeQuestion(kind, f"{place}{words}有哪些规定？", document_id_for(f"{drawn.number:07}.txt")))
    return made
