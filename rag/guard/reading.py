"""Read a question the way a person would who looks past how it is typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from rag.folding import fold
from rag.sounds import plain_letters, syllables_of

_HAN = "\u3400-\u9fff"
_SIGNS = r"\s.·•*_/\\|~+\-=^`'\"「」,"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])([{_SIGNS}]+)(?=[{_HAN}])")
_SPELLED_OUT = re.compile(r"(?<![a-z0-9])[a-z0-9](?:[ .\-_*|/]{1,3}[a-z0-9]){3,}(?![a-z0-9])")
_CLAUSE = re.compile(r"[^,!?;。\n]+")
_BOOK_TITLE = re.compile(r"《[^《》]{1,80}》")
_TONES = re.compile("[à-ÿā-ǜ]")


@dataclass(frozen=True)
class Reading:
    """A question in the form that the tables are compared with.

    ``text`` is folded, without characters that cannot be seen and without spaces inside Chinese; spaces between
    Chinese words that are not spelled out singly have become commas, since older writers part clauses so.
    """

    text: str

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """The stretches between commas and other breaks."""
        return tuple(_CLAUSE.findall(self.text))

    @cached_property
    def sound(self) -> str:
        """How it is spoken, as pinyin without tones or spaces; breaks between clauses are newlines."""
        return "\n".join(sound_of(clause) for clause in self.clauses)

    @cached_property
    def letters(self) -> str:
        """Its Latin letters and digits alone, with digits that are drawn as letters read as such."""
        return re.sub(r"[^a-z0-9]", "", self.text).translate(_DRAWN)


_DRAWN = str.maketrans("0134578", "oieastb")
"""1gn0re is read as ignore."""


def read(text: str) -> Reading:
    """Return a text as the tables see it; time and size grow with its length alone."""
    seen = "".join(c if c in "\n\t" or unicodedata.category(c) not in _UNSEEN else "" for c in text)
    folded = fold(unicodedata.normalize("NFKC", seen)).replace("…", ",")
    if untitled := _BOOK_TITLE.sub(",", folded).strip(" ,"):
        folded = untitled
    return Reading(_SPELLED_OUT.sub(_joined, _BETWEEN_HAN.sub(_bridged, folded)).strip())


_UNSEEN = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"))


def sound_of(text: str) -> str:
    """Return the pinyin of a folded text, by the usual reading of each character; typed pinyin stays as it is."""
    plain = text if not _TONES.search(text) else plain_letters(text)
    return "".join((syllables_of(c) or ("",))[0] if _is_han(c) else c if "a" <= c <= "z" else "" for c in plain)


def _bridged(gap: re.Match[str]) -> str:
    """Join what was spelled out character by character; elsewhere the gap is a break."""
    text, signs = gap.string, gap[1]
    before, after = gap.start() - 1, gap.end()
    alone_before = before == 0 or not _is_han(text[before - 1])
    alone_after = after == len(text) - 1 or not _is_han(text[after + 1])
    if "," in signs:
        # 心,口,疼 is spelled out with commas on both sides; a single comma parts clauses.
        return "" if alone_before and alone_after else ","
    return "" if alone_before or alone_after or signs.strip() else ","


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _joined(spelled: re.Match[str]) -> str:
    """Join letters that stand singly; a wider gap is a space between words."""
    return re.sub(r"[ .\-_*|/]", "", re.sub(r" {2,}", "\0", spelled[0])).replace("\0", " ")
