"""Read what a language model writes while it writes it: thoughts out, lines in, source numbers apart from words.

The model is told to write one sentence to a line with the numbers of its sources behind it. What it really writes is
hostile: each line is brought to plain text here, and one that would be markup, a link or a picture is no statement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

NO_EVIDENCE_WORD = "无依据"
"""What the model writes when the passages do not answer."""

_MAX_STATEMENTS = 20
_MAX_STATEMENT_CHARS = 400
"""Longer lines are no single statement; they are left out rather than cut."""
_CLAIM_LETTERS = 8
"""A line without a source that has fewer letters than this claims nothing: 好的, 根据资料, 综上."""

_THOUGHT = re.compile(
    r"[<◁](?P<end>/?)(?:think(?:ing)?|thought|reason(?:ing)?|reflection|analysis)\s*[>▷]", re.IGNORECASE
)
_LONGEST_TAG = 24
"""Characters that may be the beginning of a thought's tag whose rest has not come yet."""
_LINE_END = re.compile(r"[\n\r\u2028\u2029]")

_NUMBERS = r"\d{1,3}(?:\s*(?:[,，、;；&和-]|–|—)\s*(?:来源|资料)?\s*\d{1,3})*"
_LABEL = r"(?:来源|资料|出处|依据|文献|编号|source|ref)"
_MARKER = re.compile(
    rf"\[\^?\s*{_LABEL}?\s*[:：]?\s*({_NUMBERS})\s*\](?!\s*\d+\s*号)"
    rf"|【\s*{_LABEL}?\s*[:：]?\s*({_NUMBERS})\s*】"
    rf"|[(（〔]\s*{_LABEL}\s*[:：]?\s*({_NUMBERS})\s*[)）〕]",
    re.IGNORECASE,
)
_BETWEEN_MARKERS = re.compile(r"\x00(?:\s*[、,，;；和]?\s*\x00)+")
_BULLET = re.compile(r"^\s*(?:[-*•·#>]+\s+|\d{1,2}\s*[.．、)）]\s*(?!\d)|[(（]\d{1,2}[)）]\s*)+")
_EMPHASIS = re.compile(r"\*\*|__|~~|`")
_TEMPLATE_MARK = re.compile(r"<\|[^<>|\n]{1,40}\|>|</?s>|<br ?/?>", re.IGNORECASE)
"""Marks of chat templates that some servers let through; they are no words."""
_MARKUP = re.compile(r"<[A-Za-z/!?]|!\[|\]\s*[(\[:]|^\s*\||^\s*(?:```|~~~|-{3,}|={3,})|&(?:#\w+|\w+);")
"""A tag, a picture, a link, a row of a table, a fence, an entity: none belongs into a sentence."""
_BRACKETS = str.maketrans("[]【】", "〔〕〔〕")
"""Square brackets carry source numbers where answers are shown; no words of a model may look like that."""


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """A sentence of the model and the numbers of the passages it names; not verified."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """All that was written so far was thinking aloud: its end came without a beginning."""


class LineReader:
    """Turns the pieces of one answer into draft statements, each as soon as its line is complete."""

    def __init__(self, known: Collection[int]) -> None:
        """Read an answer that may name the passages with the numbers ``known``."""
        self._known = frozenset(known)
        self._thoughts = _Thoughts()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._line = ""
        self._waiting = ""
        self._seen: set[str] = set()
        self.unsourced = 0
        """Lines that claim something and can be no statement: without a known source, too long, or markup."""
        self.silent = False
        """Whether the model said that it found no evidence."""

    def feed(self, piece: str) -> Iterator[DraftStatement | Withdrawn]:
        """Take a piece of the answer and yield what is complete with it."""
        for text in self._thoughts.feed(_without_controls(piece)):
            if text is None:
                self._begin_anew()
                yield Withdrawn()
                continue
            *complete, rest = _LINE_END.split(text)
            for line in complete:
                yield from self._read(self._line + line)
                self._line = ""
            self._line += rest

    def finish(self) -> Iterator[DraftStatement]:
        """Yield what the last line holds; nothing can be fed any more."""
        yield from self._read(self._line + self._thoughts.finish())
        self._line = ""
        self._note_waiting()

    def _read(self, raw: str) -> Iterator[DraftStatement]:
        line = _plain(raw)
        sources = [number for match in _MARKER.finditer(line) for number in _numbers(match) if number in self._known]
        words = _BETWEEN_MARKERS.sub("\x00", _MARKER.sub("\x00", line))
        words = re.sub(r"\s*\x00\s*", "", _BULLET.sub("", words)).strip()
        if not words.strip("。.,，、;； "):
            # Some models put the numbers on a line of their own.
            words, self._waiting = self._waiting, ""
        elif not sources:
            self._note_waiting()
            self._waiting = words
            return
        else:
            self._note_waiting()
        yield from self._statement(words, sources)

    def _statement(self, words: str, sources: list[int]) -> Iterator[DraftStatement]:
        if not words:
            return
        if _says_nothing_found(words):
            self.silent = True
            return
        letters = re.sub(r"\W", "", words)
        if not sources or _MARKUP.search(words) or len(words) > _MAX_STATEMENT_CHARS or not letters:
            self.unsourced += 1
        elif letters not in self._seen and len(self._seen) < _MAX_STATEMENTS:
            self._seen.add(letters)
            yield DraftStatement(words.translate(_BRACKETS), tuple(dict.fromkeys(sources)))

    def _note_waiting(self) -> None:
        words, self._waiting = self._waiting, ""
        if _says_nothing_found(words):
            self.silent = True
        elif len(re.sub(r"\W", "", words)) >= _CLAIM_LETTERS and not words.endswith(("：", ":")):
            self.unsourced += 1


class _Thoughts:
    """Leaves out a reasoning model's thoughts, whose tags may come in several pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False

    def feed(self, piece: str) -> Iterator[str | None]:
        """Yield text outside of thoughts; None where an end without a beginning makes all before it a thought."""
        text = self._held + piece
        place = 0
        for tag in _THOUGHT.finditer(text):
            ends = bool(tag["end"])
            if not self._thinking and not ends:
                yield text[place : tag.start()]
            if not self._thinking and ends:
                yield None
            self._thinking = not ends
            place = tag.end()
        rest = text[place:]
        begins = max(rest.rfind("<"), rest.rfind("◁"))
        cut = begins if begins >= max(0, len(rest) - _LONGEST_TAG) else len(rest)
        if not self._thinking:
            yield rest[:cut]
        self._held = rest[cut:]

    def finish(self) -> str:
        """Return what was held back and turned out to be no tag."""
        held, self._held = self._held, ""
        return "" if self._thinking else held


def _numbers(match: re.Match[str]) -> list[int]:
    listed = next(group for group in match.groups() if group)
    numbers: list[int] = []
    for part in re.split(r"[,，、;；&和]", listed):
        ends = [int(digits) for digits in re.findall(r"\d+", part)]
        numbers.extend(range(ends[0], min(ends[-1], ends[0] + 20) + 1) if ends[-1] >= ends[0] else ends)
    return numbers


def _says_nothing_found(words: str) -> bool:
    return words.strip("。.！! “”\"'「」") == NO_EVIDENCE_WORD


def _plain(line: str) -> str:
    """Return a line in composed characters and ASCII digits, without emphasis and the marks of chat templates."""
    composed = unicodedata.normalize("NFC", line)
    digits = "".join(_as_written_here(character) for character in composed)
    return _EMPHASIS.sub("", _TEMPLATE_MARK.sub("", digits)).replace("［", "[").replace("］", "]")


def _as_written_here(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    # Marks that stack on a letter can cover the lines around it, and no policy text needs them.
    return "" if kind in ("Mn", "Me") else character


def _without_controls(text: str) -> str:
    return "".join(
        character for character in text if character in "\n\r\t" or unicodedata.category(character) not in _UNSEEN
    )


_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Cn")
