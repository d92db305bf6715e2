"""Rules by which single facts are read: days, numbers, terms, authority, language, places down to the township."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.metadata_dates import dates_in, may_hold_date
from ingest.metadata_number import number_on_line
from ingest.metadata_terms import effective_from, expiry
from rag.domain import Authority, DocumentType, Validity
from rag.regions import Gazetteer, Relation
from tests.ingest.reading import PROSE, read


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(extra=["云溪县"])


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("24年12月24日", date(2024, 12, 24)),
        ("98年1月5日", date(1998, 1, 5)),
        ("二O二四年十二月二十四日", date(2024, 12, 24)),
        ("二\u041e二四年十二月二十四日", date(2024, 12, 24)),
        ("二○二四年十月三十一日", date(2024, 10, 31)),
        ("2024年12月24", date(2024, 12, 24)),
        ("2024  年  12  月  24  日", date(2024, 12, 24)),
        ("２０２４年１２月２４日", date(2024, 12, 24)),
        ("2024/12/24", date(2024, 12, 24)),
        ("民國113年12月24日", date(2024, 12, 24)),
    ],
)
def test_typed_and_foreign_forms_of_a_day_are_read(written: str, day: date) -> None:
    assert [(found.day, found.whole) for found in dates_in(written)] == [(day, True)]
    assert may_hold_date(written)


@pytest.mark.parametrize("written", ["满10年3月5日", "第12年3月5日", "24年13月1日", "2024年12月24个", "共24年"])
def test_spans_of_years_are_no_days(written: str) -> None:
    assert [found for found in dates_in(written) if found.whole] == []


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("云卫发﹝2024﹞12号", "云卫发〔2024〕12号"),
        ("云卫发〖2024〗12号", "云卫发〔2024〕12号"),
        ("云卫发〔2024〕12号          签发人：张三", "云卫发〔2024〕12号"),
        ("云溪县卫生健康局文件云卫发〔2024〕12号", "云卫发〔2024〕12号"),
        ("（2023年第12号）", "2023年第12号"),
        ("云溪县人民政府令第38号", "云溪县人民政府令第38号"),
        ("根据云卫发〔2024〕12号要求，请各单位落实。", None),
        ("第12号", None),
    ],
)
def test_a_line_that_is_a_number_gives_the_number(line: str, number: str | None) -> None:
    assert number_on_line(line) == number


def test_numbers_are_read_behind_the_title_from_orders_and_from_file_names(gazetteer: Gazetteer) -> None:
    behind = read(gazetteer, "关于开展体检的通知（云卫发[2024]12号）", PROSE)
    assert (behind.document_number, behind.origins["document_number"]) == ("云卫发〔2024〕12号", "title")
    order = read(gazetteer, "献血管理办法", "2020年3月1日 云溪县人民政府令第38号公布", PROSE)
    assert order.document_number == "云溪县人民政府令第38号"
    named = read(gazetteer, "关于开展体检的通知", PROSE, source="云卫发〔2024〕12号 关于开展体检的通知.txt")
    assert (named.document_number, named.origins["document_number"]) == ("云卫发〔2024〕12号", "file_name")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("本办法自2025年1月1日起施行。", date(2025, 1, 1)),
        ("本办法自二〇二五年一月一日起正式实施。", date(2025, 1, 1)),
        ("本方案从2025.1.1起执行", date(2025, 1, 1)),
        ("施行日期：2025-01-01", date(2025, 1, 1)),
        ("2025年1月1日 施行", date(2025, 1, 1)),
        ("本通知自印发之日起施行。", date(2024, 12, 2)),
        ("本办法自发布之日起30日后施行。", date(2025, 1, 1)),
        ("工作实施方案要结合实际。", None),
    ],
)
def test_the_day_from_which_a_text_holds_is_read(text: str, day: date | None) -> None:
    assert effective_from(text, date(2024, 12, 2)) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("本办法自2021年1月1日起施行，有效期五年。", date(2025, 12, 31)),
        ("本办法自2021年1月1日起施行，有效期至2025年12月31日。", date(2025, 12, 31)),
        ("本办法自2021年1月1日起施行，至2025年12月31日止。", date(2025, 12, 31)),
        ("本通知自2021年1月1日起至2025年12月31日有效。", date(2025, 12, 31)),
        ("本办法试行期为2年。", date(2022, 12, 31)),
        ("本方案自印发之日起实施，有效期6个月。", date(2021, 6, 30)),
        ("许可证有效期五年。", None),
        ("规划期为2021年至2025年。", None),
    ],
)
def test_the_last_day_on_which_a_text_holds_is_read(text: str, day: date | None) -> None:
    assert expiry(text, date(2021, 1, 1)) == day


def test_a_term_that_ends_on_a_day_that_a_month_lacks_ends_with_the_month() -> None:
    assert expiry("本办法有效期1年。", date(2024, 2, 29)) == date(2025, 2, 28)
    assert expiry("本办法有效期6个月。", date(2024, 8, 31)) == date(2025, 2, 28)


def test_effective_and_expiry_say_where_they_were_read(gazetteer: Gazetteer) -> None:
    told = read(gazetteer, "体检办法", "云卫发〔2022〕1号", PROSE, "本办法自2022年1月1日起施行，有效期五年。")
    assert (told.effective, told.valid_until) == (date(2022, 1, 1), date(2026, 12, 31))
    assert (told.origins["effective"], told.origins["valid_until"]) == ("provision", "provision")
    declared = read(gazetteer, "体检办法", PROSE, media_type="text/markdown", effective="2023-05-01")
    assert (declared.effective, declared.origins["effective"]) == (date(2023, 5, 1), "front_matter")


def test_a_text_in_force_from_its_publication_counts_from_the_first_note_not_from_an_amendment(
    gazetteer: Gazetteer,
) -> None:
    notes = ("2003年6月16日 国务院令第380号公布", "根据2011年1月8日国务院令第588号修订")
    found = read(gazetteer, "废物管理条例", *notes, PROSE, "本条例自公布之日起施行。")
    assert (found.effective, found.document_number) == (date(2003, 6, 16), "国务院令第380号")


def test_who_only_approved_a_statute_did_not_issue_it_and_the_last_order_counts(gazetteer: Gazetteer) -> None:
    approved = ("1997年1月22日 国务院批准", "1997年4月10日 海关总署第61号令发布")
    found = read(gazetteer, "免税暂行规定", *approved, PROSE, "本规定自发布之日起施行。")
    assert (found.issuer, found.document_number) == ("海关总署", "海关总署第61号令")
    assert (found.effective, found.region) == (date(1997, 4, 10), "全国")
    local = ("2019年8月28日 临沂市人民代表大会常务委员会通过", "2019年9月27日 山东省人民代表大会常务委员会批准")
    assert read(gazetteer, "水源地保护条例", *local, PROSE).issuer == "临沂市人民代表大会常务委员会"
    again = ("2009年7月20日 国务院令第557号公布", "2019年10月11日 国务院令第721号公布")
    assert read(gazetteer, "食品安全条例", *again, PROSE).document_number == "国务院令第721号"


def test_a_state_in_the_file_name_of_a_statute_is_newer_than_its_last_note(gazetteer: Gazetteer) -> None:
    lines = ("废物管理条例", "2003年6月16日 国务院令第380号公布", PROSE)
    later = read(gazetteer, *lines, source="废物管理条例(2011-01-08).md")
    earlier = read(gazetteer, *lines, source="废物管理条例(1999-01-08).md")
    assert (later.published, later.origins["published"]) == (date(2011, 1, 8), "file_name")
    assert earlier.published == date(2003, 6, 16)


def test_a_text_that_is_not_in_force_yet_is_not_called_in_force(gazetteer: Gazetteer) -> None:
    lines = (
        "澧县体检办法",
        "澧卫发〔2025〕1号",
        PROSE,
        "本办法自2027年1月1日起施行。",
        "澧县卫生健康局",
        "2025年1月2日",
    )
    found = read(gazetteer, *lines)
    assert (found.authority, found.validity, found.effective) == (
        Authority.OFFICIAL,
        Validity.UNKNOWN,
        date(2027, 1, 1),
    )


@pytest.mark.parametrize("title", ["云溪县体检办法（已废止）", "【失效】云溪县体检办法"])
def test_a_title_that_is_marked_dead_is_expired(gazetteer: Gazetteer, title: str) -> None:
    assert read(gazetteer, title, PROSE).validity is Validity.EXPIRED


@pytest.mark.parametrize(
    ("lines", "removed", "facts", "authority", "origin"),
    [
        ((), (), {"url": "https://wjw.example.gov.cn/1.html"}, Authority.OFFICIAL, "address"),
        ((), (), {"url": "https://gov.cn.example.com/1.html"}, Authority.UNKNOWN, None),
        ((), (), {"url": "http://["}, Authority.UNKNOWN, None),
        ((), (), {"url": "https://health.people.com.cn/1"}, Authority.MEDIA, "address"),
        ((), ("来源：云溪县人民政府新闻办公室",), {}, Authority.OFFICIAL, "source_line"),
        ((), ("来源：云溪县广播电视局",), {}, Authority.OFFICIAL, "source_line"),
        ((), ("来源：云溪县融媒体中心",), {}, Authority.MEDIA, "source_line"),
        ((), ("来源：云溪日报", "转载自：某某网"), {}, Authority.REPOST, "repost_note"),
        ((), ("转自：某某网",), {}, Authority.REPOST, "repost_note"),
        (("云溪县卫生健康局", "2024年1月2日", "（此件公开发布）"), (), {}, Authority.OFFICIAL, "imprint"),
        (("云溪县卫生健康局", "2024年1月2日"), (), {}, Authority.UNKNOWN, None),
        (("各网站转载自愿，不得收费。",), (), {}, Authority.UNKNOWN, None),
    ],
)
def test_authority_is_judged_from_address_source_and_imprint(
    gazetteer: Gazetteer,
    lines: tuple[str, ...],
    removed: tuple[str, ...],
    facts: dict[str, str],
    authority: Authority,
    origin: str | None,
) -> None:
    found = read(gazetteer, "关于开展体检的通知", PROSE, *lines, removed=removed, media_type="text/markdown", **facts)
    assert (found.authority, found.origins.get("authority")) == (authority, origin)


def test_an_editor_behind_the_source_is_no_part_of_it(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "关于开展体检的消息", PROSE, removed=("来源：云溪日报责任编辑：system",))
    assert found.issuer == "云溪日报"


def test_a_bare_office_gets_the_place_that_the_document_is_about(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "澧县体检办法", PROSE, "县卫生健康局", "2024年1月2日")
    assert found.issuer == "澧县卫生健康局"
    other = read(gazetteer, "澧县体检办法", PROSE, "市卫生健康委员会", "2024年1月2日")
    assert other.issuer == "市卫生健康委员会"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("为了让居民就近得到服务，现将有关事项通知如下。", "zh-Hans"),
        ("為了讓居民就近得到服務，現將有關事項通知如下。", "zh-Hant"),
        ("Free health checks for residents aged 65 and over start in May.", "en"),
        ("本办法所称HPV疫苗接种，是指按照国家规划开展的接种。", "zh-Hans"),
    ],
)
def test_language_and_script_are_told_by_the_characters(gazetteer: Gazetteer, text: str, language: str) -> None:
    found = read(gazetteer, text, text)
    assert (found.language, found.origins["language"]) == (language, "body")


def test_a_declared_language_wins_and_a_short_text_has_none(gazetteer: Gazetteer) -> None:
    declared = read(gazetteer, PROSE, media_type="text/markdown", language="zh-TW")
    assert (declared.language, declared.certainty["language"]) == ("zh-Hant", 1.0)
    assert read(gazetteer, "通知").language is None


def test_a_township_is_a_place_below_its_county(gazetteer: Gazetteer) -> None:
    titled = read(gazetteer, "澧县城头山镇人民政府关于开展体检的通知", PROSE)
    signed = read(gazetteer, "澧县体检通知", PROSE, "城头山镇人民政府", "2024年1月2日")
    assert {titled.region, signed.region} == {"澧县城头山镇"}
    assert (titled.region_code, titled.origins["region"], signed.origins["region"]) == (None, "title", "signature")
    knowing = Gazetteer.load(extra=["澧县城头山镇"])
    town, county = knowing.get("城头山镇"), knowing.get("澧县")
    assert town is not None
    assert county is not None
    assert (town.name, knowing.related(town, county)) == ("澧县城头山镇", Relation.ABOVE)
    assert knowing.resolve("城头山镇卫生院") == town


@pytest.mark.parametrize(
    "title", ["澧县乡镇卫生院管理办法", "澧县推进城乡卫生院建设方案", "澧县各乡镇人民政府考核办法"]
)
def test_words_with_town_in_them_are_no_township(gazetteer: Gazetteer, title: str) -> None:
    assert read(gazetteer, title, PROSE).region == "澧县"


def test_properties_of_an_office_file_do_not_title_it_but_hint_at_its_place(gazetteer: Gazetteer) -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    found = read(gazetteer, "省级部门职责清单", PROSE, media_type=word, property_title="湖北省请示用纸")
    assert (found.title, found.region, found.origins["region"]) == ("省级部门职责清单", "湖北省", "property")
    facts = {"region": "澧县", "published": "2024-01-01"}
    ignored = read(gazetteer, "省级部门职责清单", PROSE, media_type=word, **facts)
    assert (ignored.region, ignored.published) == (None, None)


def test_the_footer_of_an_office_file_is_read_for_labelled_facts(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "关于体检的通知", PROSE, media_type="application/pdf", footer="发文字号：云卫发〔2024〕3号")
    assert found.document_number == "云卫发〔2024〕3号"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("湖北省实施《中华人民共和国献血法》办法", DocumentType.STATUTE),
        ("云溪县献血办法", DocumentType.NOTICE),
        ("云溪县健康行动", DocumentType.PLAN),
    ],
)
def test_rules_that_carry_out_a_law_are_statutes(gazetteer: Gazetteer, title: str, kind: DocumentType) -> None:
    assert read(gazetteer, title, PROSE).type is kind


def test_the_column_of_a_page_tells_the_kind_where_the_title_does_not(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "云溪县老年人体检怎么做", PROSE, media_type="text/html", columnname="政策解读")
    assert (found.type, found.origins["type"]) == (DocumentType.INTERPRETATION, "html_meta")


def test_every_fact_that_was_found_says_how_sure_it_is(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer,
        "澧县卫生健康局关于开展体检的通知",
        "澧卫发〔2024〕3号",
        PROSE,
        "澧县卫生健康局",
        "2024年3月",
    )
    assert found.certainty.keys() == found.origins.keys()
    assert all(0.0 < level <= 1.0 for level in found.certainty.values())
    assert (found.origins["published"], found.certainty["published"]) == ("signature:month", 0.63)
    assert found.certainty["region"] > found.certainty["published"]


_PIECES = st.sampled_from(
    "澧县|城头山镇|卫生健康局|关于|印发|《|》|通知|办法|云卫发〔2024〕|8号|(|）|令第|有效期|99年|六个月|自|至|起施行|公布|之日|二〇二四年|十二月|三十一日"
    "|2024-02-30|99999999|日期：|\n|民國999年9月9日|00年01月01日|http://[|来源：|转自：|废止|第|a|\u0000|\u3000".split(
        "|"
    )
)


@settings(max_examples=60)
@given(lines=st.lists(st.lists(_PIECES, max_size=9).map("".join), max_size=8), removed=st.lists(_PIECES, max_size=4))
def test_no_text_whatever_breaks_the_reading_of_facts(
    gazetteer: Gazetteer, lines: list[str], removed: list[str]
) -> None:
    found = read(gazetteer, *lines, removed=removed, source="".join(lines)[:20] + ".md", media_type="text/html")
    assert found.certainty.keys() == found.origins.keys()
    assert (found.published is None) == ("published" not in found.origins)
    assert (found.region is None) == ("no_region" in found.doubts)
