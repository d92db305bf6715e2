"""What an operator looks for, as the address of the desk holds it. Nothing in it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from rag.domain import Authority, DocumentType, Question, SearchFilter, Validity
from rag.errors import QuestionError

SHOWN, SHOWN_MORE = 12, 60
"""Passages in the list, and after "more"."""

_LONGEST = 500
_LONGEST_FACT = 100
_QUOTES = {"“": "”", '"': '"', "「": "」", "『": "』"}
"""Words between these are meant as they stand."""


class Holding(StrEnum):
    """Which texts are wanted by whether they hold."""

    ANY = ""
    NOT_ENDED = "not_ended"
    """Those not known to be replaced or expired: most texts do not say whether they hold."""
    IN_FORCE = "in_force"
    """Those that are known to hold."""


_VALIDITIES = {
    Holding.ANY: (),
    Holding.NOT_ENDED: (Validity.IN_FORCE, Validity.UNKNOWN),
    Holding.IN_FORCE: (Validity.IN_FORCE,),
}

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Asked:
    """One search. ``place`` is the caller's; its texts come first, and with ``only_place`` there are no others."""

    words: str = ""
    place: str = ""
    only_place: bool = False
    exact: bool = False
    published_from: str = ""
    published_until: str = ""
    issuer: str = ""
    number: str = ""
    type: str = ""
    authority: str = ""
    holding: Holding = Holding.ANY
    more: bool = False

    @classmethod
    def of(cls, query: QueryParams) -> Asked:
        """Return what an address asks for; values that are none of the offered ones count as not given."""
        return cls(
            words=_text(query, "q", _LONGEST),
            place=_text(query, "region", _LONGEST_FACT),
            only_place=query.get("only") == "1",
            exact=query.get("exact") == "1",
            published_from=_text(query, "from", 10),
            published_until=_text(query, "until", 10),
            issuer=_text(query, "issuer", _LONGEST_FACT),
            number=_text(query, "number", _LONGEST_FACT),
            type=_choice(query, "type", DocumentType) or "",
            authority=_choice(query, "authority", Authority) or "",
            holding=_choice(query, "holding", Holding) or Holding.ANY,
            more=query.get("more") == "1",
        )

    @property
    def says_something(self) -> bool:
        """Tell whether there is anything to look for: a place or a date alone finds everything, which is nothing."""
        return bool(self.words or self.number or self.issuer)

    @property
    def narrowed(self) -> int:
        """Return how many filters beside the caller's place are set."""
        filters = (self.only_place, self.exact, self.published_from, self.published_until, self.issuer)
        return sum(map(bool, (*filters, self.number, self.type, self.authority, self.holding)))

    @property
    def top(self) -> int:
        """Return how many passages are wanted."""
        return SHOWN_MORE if self.more else SHOWN

    @property
    def phrase(self) -> str | None:
        """Return the words that must stand so in a passage."""
        bare = self.words.strip()
        quoted = len(bare) > 2 and _QUOTES.get(bare[0]) == bare[-1]
        if quoted:
            return bare[1:-1]
        return bare if self.exact and bare else None

    @property
    def question(self) -> Question:
        """Return the search as a question."""
        return Question(self.words, self.place or None)

    def filter(self) -> SearchFilter:
        """Return what documents must be. Raises QuestionError where a date is none, or no day is left."""
        try:
            return SearchFilter(
                region=self.place if self.only_place and self.place else None,
                published_from=date.fromisoformat(self.published_from) if self.published_from else None,
                published_until=date.fromisoformat(self.published_until) if self.published_until else None,
                issuer=self.issuer or None,
                types=(DocumentType(self.type),) if self.type else (),
                authorities=(Authority(self.authority),) if self.authority else (),
                validities=_VALIDITIES[self.holding],
                document_number=self.number or None,
                phrase=self.phrase,
            )
        except ValueError as error:
            raise QuestionError(str(error), "published_from") from error

    def query(self, **more: str) -> str:
        """Return the query of the address that asks for the same, with ``more`` fields."""
        return urlencode({**self.fields(), **more})

    def fields(self) -> Mapping[str, str]:
        """Return the fields of the form that are set, by name."""
        values = {
            "q": self.words,
            "region": self.place,
            "only": "1" if self.only_place else "",
            "exact": "1" if self.exact else "",
            "from": self.published_from,
            "until": self.published_until,
            "issuer": self.issuer,
            "number": self.number,
            "type": self.type,
            "authority": self.authority,
            "holding": self.holding.value,
            "more": "1" if self.more else "",
        }
        return {name: value for name, value in values.items() if value}


def _text(query: QueryParams, name: str, longest: int) -> str:
    # Halves of a surrogate pair cannot be written anywhere.
    return query.get(name, "").encode("utf-8", "replace").decode()[:longest].strip()


def _choice(query: QueryParams, name: str, kind: type[Choice]) -> Choice | None:
    value = query.get(name)
    return kind(value) if value in tuple(kind) else None
