"""Turn the kinds and values of the core into sentences in the reader's language.

The words themselves stand in ``ui.wording_zh_hans`` (the reference), ``ui.wording_zh_hant`` and ``ui.wording_en``, those
of single areas in ``ui.words``; a test holds the languages to the same keys and the same placeholders.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from string import Formatter

from rag.domain import Answer, AnswerMode, AnswerStatus, Authority, Clarification, DocumentType, Notice, Validity
from rag.settings import HelpSettings
from ui import words
from ui.wording_en import TEXTS as ENGLISH
from ui.wording_zh_hans import TEXTS as SIMPLIFIED
from ui.wording_zh_hant import TEXTS as TRADITIONAL


class Language(StrEnum):
    """A language of the page; the value is its BCP 47 tag."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"

    @property
    def own_name(self) -> str:
        """The language's name in itself, for the switch."""
        return {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}[self.value]


TEXTS: Mapping[Language, Mapping[str, str]] = {
    Language.ZH_HANS: words.joined(SIMPLIFIED, words.ZH_HANS),
    Language.ZH_HANT: words.joined(TRADITIONAL, words.ZH_HANT),
    Language.EN: words.joined(ENGLISH, words.EN),
}

_TRADITIONAL_TAGS = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")


def preferred_language(accept_language: str | None) -> Language:
    """Return the first language of an ``Accept-Language`` header that is spoken here, simplified Chinese otherwise."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "").lower()[:1000].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), position, tag))
        except ValueError:
            continue
    for negative_quality, _, tag in sorted(wishes):
        if negative_quality == 0:
            continue
        if tag.startswith(_TRADITIONAL_TAGS):
            return Language.ZH_HANT
        if tag == "zh" or tag.startswith("zh-"):
            return Language.ZH_HANS
        if tag == "en" or tag.startswith("en-"):
            return Language.EN
    return Language.ZH_HANS


def chosen_language(choice: str | None, accept_language: str | None) -> Language:
    """Return the language named by ``choice`` (a ``lang`` parameter), else the browser's."""
    named = next((language for language in Language if choice and language.lower() == choice.lower()), None)
    return named or preferred_language(accept_language)


def placeholders(template: str) -> frozenset[str]:
    """Return the names that a text has braces for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


class Wording:
    """The words of one language, with the telephone numbers filled in."""

    def __init__(self, language: Language, numbers: HelpSettings) -> None:
        self.language = language
        self.numbers = numbers
        self._texts = TEXTS[language]
        self._values = numbers.model_dump()

    def text(self, key: str, **values: str | int) -> str:
        """Return a text with its values filled in. Raises KeyError for an unknown key or a value left out."""
        template = self._texts[key]
        return template.format(**self._values, **values) if "{" in template else template

    def known(self, key: str) -> str | None:
        """Return a text without values, or None where there are no words for this key, which may come from outside."""
        template = self._texts.get(key)
        return None if template is None or placeholders(template) else template

    def message(self, answer: Answer) -> str:
        """Return what to say for a status: the whole reply without evidence, a lead-in with it, else ``""``."""
        status = answer.status
        if answer.guarded is not None:
            return self._first(
                f"status.guarded.{answer.guarded}", f"status.routed.{answer.guarded}", f"status.{status}"
            )
        if status is AnswerStatus.ANSWERED:
            return ""
        if status is AnswerStatus.NEEDS_CLARIFICATION and answer.clarification:
            return self.clarification(answer.clarification)
        if status is AnswerStatus.INVALID:
            return self.text(f"status.invalid.{answer.invalid_reason}")
        if status is AnswerStatus.ROUTED and answer.routes:
            return self._first(f"status.routed.{answer.routes[0].reason}", "status.routed")
        return self.text(f"status.{status}")

    def clarification(self, clarification: Clarification) -> str:
        """Return the question back."""
        return self._first(f"clarification.{clarification.kind}", "clarification.other")

    def notice(self, notice: Notice) -> str:
        """Return a notice as a sentence, the fuller one where its values are known."""
        values = {name: value for name, value in notice.values.items() if value}
        if "published" in values:
            with contextlib.suppress(ValueError):
                values["published"] = self.day(date.fromisoformat(values["published"]))
        # The words for the reason say most, then the fuller sentence, where what they name is known.
        key = f"notice.{notice.kind}"
        for wanted in (f"{key}.{values.get('reason')}", f"{key}.full"):
            template = self._texts.get(wanted)
            if template is not None and placeholders(template) <= values.keys():
                return template.format(**values)
        return self._texts[key]

    def for_browser(self) -> dict[str, str]:
        """Return the words that scripts of the page show, those whose key begins with ``js.``."""
        keys = (key for key in self._texts if key.startswith("js."))
        return {key.removeprefix("js."): self._texts[key] for key in keys}

    def help_lines(self) -> tuple[tuple[str, str], ...]:
        """Return (number, name) of every telephone line, the most urgent first."""
        kinds = ("emergency", "government", "health", "crisis")
        return tuple((str(self._values[kind]), self._texts[f"help.{kind}"]) for kind in kinds)

    def line_name(self, number: str) -> str:
        """Return whose telephone number this is."""
        return next((name for known, name in self.help_lines() if known == number), self._texts["help.other"])

    def authority(self, authority: Authority) -> str:
        """Return who published a document, in words."""
        return self._texts[f"authority.{authority}"]

    def validity(self, validity: Validity) -> str:
        """Return whether a document holds, in words."""
        return self._texts[f"validity.{validity}"]

    def document_type(self, kind: DocumentType) -> str:
        """Return the genre of a document, in words."""
        return self._texts[f"document.type.{kind}"]

    def mode(self, mode: AnswerMode) -> str:
        """Return the label that says who wrote the words of an answer."""
        return self._texts[f"mode.{mode}"]

    def repair(self, name: str, times: int) -> str:
        """Return a repair made while reading a file, in words."""
        known = self._texts.get(f"document.repair.{name}")
        what = known if known is not None else self.text("document.repair.other", name=name)
        return f"{what}（{self.text('document.repair.times', times=times)}）"

    def doubt(self, code: str) -> str:
        """Return a doubt about a document, in words."""
        known = self._texts.get(f"document.doubt.{code}")
        return known if known is not None else self.text("document.doubt.other", code=code)

    def text_language(self, tag: str) -> str:
        """Return the language and script of a document, in words; a tag that has none as it is."""
        return self._texts.get(f"document.language.{tag}", tag)

    def day(self, day: date | None) -> str:
        """Return a date as people read it here, or that it is not stated."""
        if day is None:
            return self._texts["document.unknown"]
        if self.language is Language.EN:
            return day.isoformat()
        return f"{day.year}年{day.month}月{day.day}日"

    def _first(self, *keys: str) -> str:
        return self.text(next(key for key in keys if key in self._texts))
