from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from threading import Thread

import pytest
import yaml

from rag.domain import Question
from rag.folding import fold
from rag.question import understand
from rag.regions import Gazetteer
from rag.spelling import Reading, Spelling
from rag.tokenizing import terms

CASES = yaml.safe_load((Path(__file__).parent / "spelling_cases.yaml").read_text(encoding="utf-8"))

TEXTS = (
    "丹江口市卫生健康规划的总体目标是让居民更健康，规划由卫生局组织实施。",
    "谢家集区卫生规划要求建好社区医院，医院地址和电话见卫生局网页。",
    "澧县城乡居民医保报销比例提高，住院报销有起付线，医保基金用于报销。",
    "疫苗接种在预防接种门诊进行，打疫苗要带接种证，疫苗分免费和自费两类。",
    "HPV疫苗接种可以预约，HPV 疫苗多少钱由医院公示。ICU 和 CT 检查按项目付费。",
    "老年人每年可以免费体检一次，体检在乡镇卫生院进行，体检结果由家庭医生告知。",
    "高血压患者用药可以报销，慢性病门诊报销比例是百分之五十，高血压要坚持用药。",
    "养老金按月领取，育儿补贴和生育补贴由家长申请领取，独生子女奖励照旧。",
    "转诊手续由医院办理，转诊走绿色通道，家庭医生签约后可以帮助转诊，签约免费。",
    "长期护理保险试点扩大，护理保险由医疗保险部门经办，长期护理要评估。",
    "女性健康筛查免费，女性健康咨询电话见卫生局网页，天门市医院地址公布。",
    "重庆医保与外地医保联网，重庆参加医疗保险的人可以直接报销。",
    "在那里住院，在哪里报销，怎么领取，多少钱，什么时候，规划目标，预防为主。",
)


class HeldTexts:
    """Counts the terms of a few texts as an index would."""

    def __init__(self, texts: Sequence[str]) -> None:
        found = [terms(text) for text in texts]
        self.size = len(texts)
        self.asked = 0
        self._fields = {
            "words": Counter(word for each in found for word in set(each.words)),
            "bigrams": Counter(pair for each in found for pair in set(each.bigrams)),
        }

    def spreads(self, wanted: Sequence[str], field: str) -> Mapping[str, int]:
        counts = self._fields[field]
        return {term: counts[term] for term in wanted if term in counts}

    def terms(self, field: str) -> Collection[str]:
        self.asked += 1
        return self._fields[field].keys()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(extra=["云溪县"])


@pytest.fixture(scope="module")
def local(gazetteer: Gazetteer) -> frozenset[str]:
    names = ("丹江口市", "谢家集区", "澧县", "天门市", "云溪县")
    return frozenset(region.code for name in names if (region := gazetteer.get(name)))


@pytest.fixture(scope="module")
def held() -> HeldTexts:
    return HeldTexts(TEXTS * 4)


@pytest.fixture(scope="module")
def spelling(held: HeldTexts, gazetteer: Gazetteer, local: frozenset[str]) -> Spelling:
    return Spelling(held, gazetteer, local)


def read(spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str], text: str) -> Reading:
    return spelling.read(text, [(m.start, m.end) for m in gazetteer.mentions(text, prefer=local)])


@pytest.mark.parametrize(("typed", "meant"), CASES["pinyin"])
def test_pinyin_is_read_as_words_that_documents_hold(
    spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str], typed: str, meant: str
) -> None:
    assert read(spelling, gazetteer, local, typed).text == meant


@pytest.mark.parametrize(("typed", "meant"), CASES["slips"])
def test_a_slip_is_read_as_the_one_word_that_fits(
    spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str], typed: str, meant: str
) -> None:
    assert read(spelling, gazetteer, local, typed).text == meant


@pytest.mark.parametrize("typed", [*CASES["kept"], *CASES["missed"]])
def test_what_was_typed_well_or_in_another_language_stays(
    spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str], typed: str
) -> None:
    assert read(spelling, gazetteer, local, typed) == Reading(typed)


def test_changes_tell_where_and_what_was_typed(spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str]) -> None:
    text = "丹江口 guihua 和打苗疫"
    reading = read(spelling, gazetteer, local, text)
    assert reading.text == "丹江口 规划 和打疫苗"
    assert [text[change.start : change.end] for change in reading.changes] == ["guihua", "打苗疫"]
    assert [change.read for change in reading.changes] == ["规划", "打疫苗"]


def test_a_question_is_understood_as_it_was_read(
    spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str]
) -> None:
    question = understand(Question("danjiangkou yimiao jiezhong"), gazetteer, local, spelling)
    assert question.read_as == question.text == "丹江口疫苗接种"
    assert [region.name for region in question.named] == ["丹江口市"]
    assert "疫苗" in question.focus
    assert any("jiezhong" in term for term in question.terms.light[0])


def test_a_well_typed_question_is_not_said_to_be_read_otherwise(
    spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str]
) -> None:
    assert understand(Question("丹江口的规划目标是什么"), gazetteer, local, spelling).read_as is None


def test_traditional_script_is_read_over_too(spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str]) -> None:
    assert fold(read(spelling, gazetteer, local, "養老今怎麼領取").text) == "养老金怎么领取"


def test_the_vocabulary_is_not_read_for_a_question_that_holds_nothing_odd(
    gazetteer: Gazetteer, local: frozenset[str]
) -> None:
    held = HeldTexts(TEXTS)
    assert read(Spelling(held, gazetteer, local), gazetteer, local, "疫苗接种").changes == ()
    assert held.asked == 0


def test_threads_that_need_the_vocabulary_at_once_read_the_same(gazetteer: Gazetteer, local: frozenset[str]) -> None:
    spelling = Spelling(HeldTexts(TEXTS * 4), gazetteer, local)
    found: list[str] = []
    threads = [
        Thread(target=lambda: found.append(read(spelling, gazetteer, local, "yimiao jiezhong 打苗疫").text))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["疫苗接种 打疫苗"] * 4


def test_letters_without_end_are_left_alone(spelling: Spelling, gazetteer: Gazetteer, local: frozenset[str]) -> None:
    assert read(spelling, gazetteer, local, "nanana" * 40).changes == ()


def test_an_empty_collection_changes_nothing(gazetteer: Gazetteer) -> None:
    assert Spelling(HeldTexts([]), gazetteer, ()).read("打苗疫", ()).changes == ()


def test_names_of_two_characters_are_read_only_where_they_have_documents(
    held: HeldTexts, gazetteer: Gazetteer, local: frozenset[str]
) -> None:
    assert read(Spelling(held, gazetteer, local), gazetteer, local, "沣县的医保").changes
    elsewhere = Spelling(HeldTexts(TEXTS[3:]), gazetteer, ())
    assert not elsewhere.read("沣县的医保", ()).changes
