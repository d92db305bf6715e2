from __future__ import annotations

import re

import pytest

from rag.domain import (
    Answer,
    AnswerMode,
    AnswerStatus,
    Authority,
    Clarification,
    DocumentType,
    InvalidReason,
    MarkKind,
    Notice,
    NoticeKind,
    Route,
    RouteReason,
    Validity,
)
from rag.settings import HelpSettings
from ui.wording import TEXTS, Language, Wording, chosen_language, placeholders, preferred_language

NUMBERS = HelpSettings()


@pytest.mark.parametrize("language", Language)
def test_every_language_has_the_same_keys_and_no_empty_text(language: Language) -> None:
    assert TEXTS[language].keys() == TEXTS[Language.ZH_HANS].keys()
    assert all(words.strip() for words in TEXTS[language].values())


@pytest.mark.parametrize("language", Language)
def test_every_language_fills_in_the_same_values(language: Language) -> None:
    for key, words in TEXTS[language].items():
        assert placeholders(words) == placeholders(TEXTS[Language.ZH_HANS][key]), key


@pytest.mark.parametrize("language", Language)
def test_every_closed_code_has_words(language: Language) -> None:
    texts = TEXTS[language]
    keys = [
        *(f"notice.{kind}" for kind in NoticeKind),
        *(f"authority.{value}" for value in Authority),
        *(f"validity.{value}" for value in Validity),
        *(f"document.type.{value}" for value in DocumentType),
        *(f"document.legend.{value}" for value in MarkKind),
        *(f"mode.{value}" for value in AnswerMode),
        *(f"status.invalid.{reason}" for reason in InvalidReason),
    ]
    assert [key for key in keys if key not in texts] == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", RouteReason)
def test_every_route_reason_says_something(language: Language, reason: RouteReason) -> None:
    answer = Answer(AnswerStatus.ROUTED, "问", routes=(Route("120", reason),))
    assert Wording(language, NUMBERS).message(answer)


@pytest.mark.parametrize("language", Language)
def test_every_status_without_evidence_says_something(language: Language) -> None:
    wording = Wording(language, NUMBERS)
    for status in AnswerStatus:
        if status.carries_evidence:
            continue
        answer = Answer(
            status, "问", clarification=Clarification("region", ("甲县",)), invalid_reason=InvalidReason.EMPTY
        )
        assert wording.message(answer), status


def test_a_question_without_evidence_names_both_hotlines() -> None:
    message = Wording(Language.ZH_HANS, NUMBERS).message(Answer(AnswerStatus.NO_EVIDENCE, "问"))
    assert "没有找到依据" in message
    assert "12345" in message
    assert "12320" in message


def test_configured_numbers_replace_the_usual_ones() -> None:
    wording = Wording(Language.EN, HelpSettings(government="999 888"))
    assert "999 888" in wording.message(Answer(AnswerStatus.NO_EVIDENCE, "q"))
    assert wording.line_name("999 888") == "Government service hotline"


def test_a_notice_uses_its_values_when_all_are_known() -> None:
    wording = Wording(Language.ZH_HANS, NUMBERS)
    words = wording.notice(Notice(NoticeKind.STALE, {"title": "甲规划", "published": "2019-05-06"}))
    assert words.startswith("“甲规划”发布于2019年5月6日")


def test_a_notice_without_its_values_is_still_a_sentence() -> None:
    wording = Wording(Language.ZH_HANS, NUMBERS)
    words = wording.notice(Notice(NoticeKind.OTHER_REGION, {"asked": "甲县", "region": ""}))
    assert words == TEXTS[Language.ZH_HANS]["notice.other_region"]


def test_braces_in_a_value_are_not_filled_in() -> None:
    wording = Wording(Language.ZH_HANS, NUMBERS)
    assert "{emergency}" in wording.notice(Notice(NoticeKind.SUPERSEDED, {"title": "甲", "successor": "{emergency}"}))


def test_unknown_codes_are_shown_rather_than_swallowed() -> None:
    wording = Wording(Language.ZH_HANS, NUMBERS)
    assert "odd_code" in wording.doubt("odd_code")
    assert "odd_repair" in wording.repair("odd_repair", 2)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, Language.ZH_HANS),
        ("", Language.ZH_HANS),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH_HANS),
        ("zh-TW,zh;q=0.9", Language.ZH_HANT),
        ("zh-Hant-HK", Language.ZH_HANT),
        ("en-GB,en;q=0.9", Language.EN),
        ("fr-FR,en;q=0.3,zh-HK;q=0.7", Language.ZH_HANT),
        ("de", Language.ZH_HANS),
        ("en;q=0,zh", Language.ZH_HANS),
        ("en;q=nonsense", Language.ZH_HANS),
    ],
)
def test_the_browsers_language_is_honoured(header: str | None, expected: Language) -> None:
    assert preferred_language(header) is expected


def test_a_chosen_language_wins_over_the_browsers() -> None:
    assert chosen_language("en", "zh-CN") is Language.EN
    assert chosen_language("klingon", "zh-TW") is Language.ZH_HANT


TOLD_TO_PROGRAMS = ("error.bad_request", "error.invalid_field", "error.method", "error.too_large")
JARGON = {
    Language.ZH_HANS: (
        "我们",
        "本系统",
        "检索",
        "语料",
        "接口",
        "服务器",
        "会话",
        "向量",
        "知识库",
        "数据库",
        "缓存",
        "您的请求",
    ),
    Language.ZH_HANT: (
        "我們",
        "本系統",
        "檢索",
        "語料",
        "介面",
        "伺服器",
        "向量",
        "知識庫",
        "資料庫",
        "快取",
        "您的請求",
    ),
    Language.EN: ("retriev", "corpus", "session", "vector", "database", "server", "request", "token", "query"),
}


@pytest.mark.parametrize("language", Language)
def test_no_word_needs_our_trade(language: Language) -> None:
    # What only a program can do wrong is told in its own words.
    shown = {key: text for key, text in TEXTS[language].items() if key not in TOLD_TO_PROGRAMS}
    assert [(key, word) for key, text in shown.items() for word in JARGON[language] if word in text.lower()] == []


@pytest.mark.parametrize("language", Language)
def test_nothing_shouts(language: Language) -> None:
    assert [key for key, text in TEXTS[language].items() if re.search("[!！]", text)] == []


@pytest.mark.parametrize("language", [Language.ZH_HANS, Language.ZH_HANT])
def test_no_chinese_sentence_is_long(language: Language) -> None:
    sentences = ((key, one) for key, text in TEXTS[language].items() for one in re.split("[。？；]", text))
    assert [(key, len(one)) for key, one in sentences if len(re.sub(r"\{\w+\}", "", one)) > 60] == []
