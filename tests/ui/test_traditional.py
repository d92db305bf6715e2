from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain import Answer, AnswerStatus, Citation, Statement
from rag.settings import HelpSettings
from tests.fakes import cite, sample_documents
from ui.render_more import render_script_note
from ui.traditional import (
    language_for,
    telling_for,
    to_simplified,
    to_traditional,
    told_in_script,
    written_in,
)
from ui.wording import Language, Wording

PLAN = sample_documents()[0]
QUOTE = "村卫生室开放时间不少于每天八小时。"


def answered(text: str, **more: object) -> Answer:
    citation: Citation = cite(PLAN, QUOTE)
    return Answer(AnswerStatus.ANSWERED, "问", (Statement(text, (1,), 1.0, **more),), (citation,))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("三伏貼什麼時候貼？", Language.ZH_HANT),
        ("三伏贴什么时候贴？", Language.ZH_HANS),
        ("三伏貼的收費标准", Language.ZH_HANT),
        ("請问办理时间", Language.ZH_HANS),
        ("台北的后山里面", None),
        ("HPV?", None),
        ("", None),
        ("有显著成效吗", Language.ZH_HANS),
    ],
)
def test_the_script_is_what_most_characters_show(text: str, script: Language | None) -> None:
    assert written_in(text) is script


@pytest.mark.parametrize(
    ("question", "chosen", "language"),
    [
        ("三伏貼多少錢？", Language.ZH_HANS, Language.ZH_HANT),
        ("三伏貼多少錢？", Language.EN, Language.EN),
        ("三伏贴多少钱？", Language.ZH_HANS, Language.ZH_HANS),
        ("三伏贴多少钱？", Language.ZH_HANT, Language.ZH_HANT),
    ],
)
def test_a_traditional_question_turns_chinese_words_traditional(
    question: str, chosen: Language, language: Language
) -> None:
    assert language_for(question, chosen) is language


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("干部应当及时干预，保持干燥", "幹部應當及時干預，保持乾燥"),
        ("复查后恢复，不得重复", "複查後恢復，不得重複"),
        ("以后到三公里内的村里", "以後到三公里內的村裡"),
        ("发放头发检测结果", "發放頭髮檢測結果"),
        ("规范服务范围", "規範服務範圍"),
        ("征求意见，征收费用", "徵求意見，徵收費用"),
        ("面积与面粉", "面積與麵粉"),
        ("数量和面积", "數量和面積"),
        ("经费包干使用", "經費包幹使用"),
        ("联系人范某，范医生出诊", "聯繫人范某，范醫生出診"),
        ("于某某于三月底前完成", "于某某於三月底前完成"),
        ("范县和云溪区", "范縣和雲溪區"),
        ("向社会公布，统一发布", "向社會公布，統一發布"),
    ],
)
def test_words_decide_between_characters_that_simplified_script_has_made_one(simplified: str, traditional: str) -> None:
    assert to_traditional(simplified) == traditional


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("接著申請，成效顯著，著作權", "接着申请，成效显著，著作权"),
        ("衞生院在這裏", "卫生院在这里"),
        ("臺灣的平台", "台湾的平台"),
        ("成效显著", "成效显著"),
        ("乾隆年间", "乾隆年间"),
    ],
)
def test_traditional_words_become_simplified_and_simplified_ones_stay(traditional: str, simplified: str) -> None:
    assert to_simplified(traditional) == simplified


def test_what_is_traditional_already_stays() -> None:
    assert to_traditional("開放時間以公告為準") == "開放時間以公告為準"


def test_the_forms_of_the_question_are_used() -> None:
    assert telling_for("這裏的衞生院在哪？")("村里的卫生院") == "村裏的衞生院"
    assert telling_for("台灣的規定？")("台湾的平台") == "台灣的平台"
    assert telling_for("這裡的規定？")("村里的平台") == "村裡的平臺"


def test_a_traditional_question_is_answered_in_traditional_and_the_quote_stays() -> None:
    answer = answered(QUOTE)
    told = told_in_script(answer, "衛生室幾點開門？")
    assert told.statements[0].text == "村衛生室開放時間不少於每天八小時。"
    assert told.citations == answer.citations
    assert told.citations[0].quote == QUOTE


def test_a_simplified_question_about_a_traditional_source_is_answered_in_simplified() -> None:
    told = told_in_script(answered("貼敷時間為三伏天。"), "三伏贴什么时候贴？")
    assert told.statements[0].text == "贴敷时间为三伏天。"


def test_an_answer_in_the_script_of_the_question_is_the_same_object() -> None:
    answer = answered(QUOTE)
    assert told_in_script(answer, "卫生室几点开门？") is answer


def test_a_question_that_shows_no_script_goes_by_the_language_of_the_page() -> None:
    answer = answered(QUOTE)
    assert told_in_script(answer, "HPV", Language.ZH_HANT).statements[0].text.startswith("村衛生室")
    assert told_in_script(answer, "HPV", Language.EN) is answer
    assert told_in_script(answer, "HPV") is answer


def test_the_words_that_answer_stay_marked() -> None:
    start = QUOTE.index("不少于")
    told = told_in_script(answered(QUOTE, span=(start, start + 8)), "衛生室幾點開門？").statements[0]
    assert told.span is not None
    assert told.text[slice(*told.span)] == "不少於每天八小時"


def test_the_words_that_answer_stay_marked_where_the_length_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.traditional.to_traditional", lambda text: text.replace("卫", "衛衛"))
    start = QUOTE.index("卫生室")
    told = told_in_script(answered(QUOTE, span=(start, start + 3)), "衛生室幾點開門？").statements[0]
    assert told.span is not None
    assert told.text[slice(*told.span)] == "衛衛生室"


def test_numbers_stay_as_they_are() -> None:
    told = told_in_script(answered("每孩每年补贴3600元，自2026年1月1日起发放。"), "補貼多少錢？")
    assert told.statements[0].text == "每孩每年補貼3600元，自2026年1月1日起發放。"


def test_places_set_side_by_side_are_converted_everywhere_alike() -> None:
    statement = Statement(QUOTE, (1,), 1.0, place="白云区")
    answer = replace(answered(QUOTE), statements=(statement,), places=("白云区", "青石县"), silent_places=("青石县",))
    told = told_in_script(answer, "兩地的衛生室幾點開門？")
    assert told.places == ("白雲區", "青石縣")
    assert told.statements[0].place in told.places
    assert told.silent_places == ("青石縣",)


def test_the_page_says_that_it_has_converted_an_answer_and_only_then() -> None:
    wording = Wording(Language.ZH_HANT, HelpSettings())
    answer = answered(QUOTE)
    assert wording.text("more.script_converted") in render_script_note(
        answer, told_in_script(answer, "衛生室幾點開門？"), wording
    )
    assert render_script_note(answer, told_in_script(answer, "几点"), wording) == ""
    numbers = answered("3600")
    assert render_script_note(numbers, told_in_script(numbers, "補貼多少錢？"), wording) == ""
