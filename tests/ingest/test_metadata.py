from __future__ import annotations

from datetime import date

import pytest

from ingest.metadata_dates import chinese_number, dates_in
from ingest.metadata_issuer import labelled_facts
from ingest.metadata_number import normal_number
from ingest.metadata_terms import effective_from, expiry
from rag.domain import Authority, DocumentType, Validity
from rag.regions import Gazetteer
from tests.ingest.reading import PROSE, read


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(extra=["云溪县"])


def test_front_matter_goes_before_everything_the_text_says(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer,
        "澧县卫生健康局关于义诊的通知",
        "发布日期：2024-01-02",
        PROSE,
        media_type="text/markdown",
        title="云溪县老年人体检办法",
        region="云溪县",
        issuer="云溪县卫生健康局",
        published="2025-05-06",
        url="https://www.example.gov.cn/a.html",
        type="notice",
        validity="in_force",
        valid_until="2030-01-01",
        replaces="云溪县旧办法, 云卫发〔2020〕1号",
        demonstration="true",
        document_number="云卫发[2025] 8号",
    )
    assert (found.title, found.region, found.region_code) == ("云溪县老年人体检办法", "云溪县", None)
    assert (found.issuer, found.published) == ("云溪县卫生健康局", date(2025, 5, 6))
    assert (found.document_number, found.url) == ("云卫发〔2025〕8号", "https://www.example.gov.cn/a.html")
    assert (found.validity, found.valid_until) == (Validity.IN_FORCE, date(2030, 1, 1))
    assert found.replaces == ("云溪县旧办法", "云卫发〔2020〕1号")
    assert found.demonstration
    assert {found.origins[name] for name in ("region", "issuer", "published", "document_number")} == {"front_matter"}
    assert found.doubts == ()


def test_meta_tags_of_government_pages_are_read_and_named_as_origin(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer,
        "关于开展老年人免费体检的通知",
        PROSE,
        media_type="text/html",
        pubdate="2024-03-11 09:30",
        contentsource="丹江口市卫生健康局",
        url="http://wjw.danjiangkou.gov.cn/1.html",
    )
    assert (found.published, found.origins["published"]) == (date(2024, 3, 11), "html_meta")
    assert (found.issuer, found.origins["issuer"]) == ("丹江口市卫生健康局", "html_meta")
    assert (found.region, found.origins["region"]) == ("丹江口市", "html_meta")
    assert found.authority is Authority.OFFICIAL


def test_a_bare_text_leaves_everything_unknown_and_says_so(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, PROSE, PROSE)
    assert (found.region, found.issuer, found.published, found.document_number) == (None, None, None, None)
    assert (found.authority, found.validity) == (Authority.UNKNOWN, Validity.UNKNOWN)
    assert found.doubts == ("no_region", "no_date", "no_issuer", "unknown_authority")
    assert set(found.origins) == {"title", "language"}


@pytest.mark.parametrize(
    ("written", "day", "whole"),
    [
        ("2024年03月11日", date(2024, 3, 11), True),
        ("2024 年 3 月 1 日", date(2024, 3, 1), True),
        ("2024-12-24", date(2024, 12, 24), True),
        ("2024/1/4", date(2024, 1, 4), True),
        ("2024.1.4", date(2024, 1, 4), True),
        ("二〇二三年三月五日", date(2023, 3, 5), True),
        ("二○二三年十二月三十一日", date(2023, 12, 31), True),
        ("２０２４年３月５日", date(2024, 3, 5), True),
        ("2024年3月", date(2024, 3, 1), False),
    ],
)
def test_every_chinese_form_of_a_date_is_read(written: str, day: date, *, whole: bool) -> None:
    assert [(found.day, found.whole) for found in dates_in(f"于{written}印发")] == [(day, whole)]


@pytest.mark.parametrize("written", ["2024年13月1日", "2023-02-30", "第1.2024.1.4版", "电话2024-1234567"])
def test_what_is_no_day_of_the_calendar_is_no_date(written: str) -> None:
    assert dates_in(written) == []


@pytest.mark.parametrize(
    ("numeral", "value"), [("5", 5), ("五", 5), ("十", 10), ("十二", 12), ("二十一", 21), ("两", 2), ("年", None)]
)
def test_chinese_numerals_are_read(numeral: str, value: int | None) -> None:
    assert chinese_number(numeral) == value


def test_a_date_in_the_future_is_never_a_publication(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "关于体检的通知", "发布日期：2031-01-01", PROSE, source="体检通知(2025-02-03).txt")
    assert (found.published, found.origins["published"]) == (date(2025, 2, 3), "file_name")


def test_a_date_known_to_the_month_says_so(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "关于体检的通知", "发布日期：2024年3月", PROSE)
    assert (found.published, found.origins["published"]) == (date(2024, 3, 1), "source_line:month")


def test_lines_that_cleaning_removed_still_give_date_and_source(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer,
        "著力推進健康天門建設高質量發展",
        PROSE,
        removed=["發布時間：2024年03月11日", "來源：天門市融媒體中心"],
    )
    assert (found.published, found.origins["published"]) == (date(2024, 3, 11), "source_line")
    assert (found.issuer, found.authority) == ("天門市融媒體中心", Authority.MEDIA)
    assert (found.region, found.region_code) == ("天门市", "429006")


def test_a_byline_with_views_gives_the_date(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer, "澧县卫生健康局新项目启动公告", PROSE, removed=["小编一号 2025-01-04 案例展示 240 次浏览 0个评论"]
    )
    assert found.published == date(2025, 1, 4)


def test_several_labels_on_one_line_are_told_apart() -> None:
    facts = labelled_facts(
        ["发文机关：云溪县卫生健康局 成文日期：2025年05月15日", "文 号：云卫发〔2025〕7号 发布日期：2025年05月16日"]
    )
    assert facts == {
        "issuer": "云溪县卫生健康局",
        "signed": "2025年05月15日",
        "number": "云卫发〔2025〕7号",
        "published": "2025年05月16日",
    }


def test_the_signature_gives_issuer_and_date_even_above_an_annex(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer,
        "关于印发健康促进工作方案的通知",
        "云政办发[2022]28号",
        PROSE,
        "云溪县人民政府办公室",
        "二〇二二年八月十六日",
        "（此件公开发布）",
        "附件",
        PROSE,
    )
    assert (found.issuer, found.origins["issuer"]) == ("云溪县人民政府办公室", "signature")
    assert (found.published, found.origins["published"]) == (date(2022, 8, 16), "signature")
    assert (found.document_number, found.authority) == ("云政办发〔2022〕28号", Authority.OFFICIAL)
    assert found.region == "云溪县"


def test_a_signature_without_a_number_is_not_enough_to_be_official(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "关于体检的通知", PROSE, "云溪县卫生健康局", "2023年3月5日")
    assert (found.issuer, found.authority) == ("云溪县卫生健康局", Authority.UNKNOWN)


def test_a_number_cited_in_the_text_is_not_the_number_of_the_text(gazetteer: Gazetteer) -> None:
    assert (
        read(gazetteer, "关于体检的通知", "根据《实施意见》（国办发〔2021〕28号）要求，通知如下。").document_number
        is None
    )


def test_the_body_a_title_opens_with_is_the_issuer_only_where_it_speaks(gazetteer: Gazetteer) -> None:
    spoken = read(gazetteer, "云溪县卫生健康局关于开展体检的通知", PROSE)
    assert (spoken.issuer, spoken.origins["issuer"]) == ("云溪县卫生健康局", "title")
    assert read(gazetteer, "云溪县卫生健康局最新发展规划概览", PROSE).issuer is None


def test_the_adoption_note_of_a_statute_gives_issuer_and_newest_date(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer,
        "湖北省示例献血条例",
        "2001年3月2日 湖北省第九届人民代表大会常务委员会第二十次会议通过",
        "2021年11月26日 湖北省第十三届人民代表大会常务委员会第三十次会议修订",
        "第一条 为了保证用血，制定本条例。",
        "第二条 本条例自2022年1月1日起施行。2001年通过的《湖北省公民献血管理条例》同时废止。",
    )
    assert (found.issuer, found.published) == ("湖北省人民代表大会常务委员会", date(2021, 11, 26))
    assert (found.type, found.authority, found.validity) == (
        DocumentType.STATUTE,
        Authority.OFFICIAL,
        Validity.IN_FORCE,
    )
    assert found.replaces == ("湖北省公民献血管理条例",)


def test_a_national_body_makes_the_region_the_country(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "护理人员示例条例", "2008年1月31日 中华人民共和国国务院令第517号公布", "第一条 为了示例。")
    assert (found.region, found.region_code, found.type) == ("全国", "000000", DocumentType.STATUTE)


@pytest.mark.parametrize(
    "note",
    [
        "转载请注明来自示例供应链科技有限公司，本文标题：《规划概览》",
        "仅供学习，请勿他用",
        "预览结束，会员登录后免费下载",
    ],
)
def test_a_repost_mark_beats_the_looks_of_an_official_text(gazetteer: Gazetteer, note: str) -> None:
    found = read(gazetteer, "澧县卫生健康局关于体检的通知", "澧卫发〔2024〕3号", PROSE, removed=[note])
    assert found.authority is Authority.REPOST


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("澧县“十四五”卫生健康发展规划", DocumentType.PLAN),
        ("关于印发澧县卫生健康规划的通知", DocumentType.NOTICE),
        ("澧县城乡居民医保办法（试行）", DocumentType.NOTICE),
        ("《澧县城乡居民医保办法》政策解读", DocumentType.INTERPRETATION),
        ("澧县异地就医热点问题问答", DocumentType.FAQ),
        ("湖南省爱国卫生条例", DocumentType.STATUTE),
        ("中华人民共和国示例法", DocumentType.STATUTE),
        ("澧县2023年卫生健康工作总结", DocumentType.REPORT),
        ("澧县召开示例政策新闻发布会", DocumentType.NEWS),
        ("澧县健康生活方式", DocumentType.OTHER),
    ],
)
def test_the_kind_follows_the_last_genre_word_of_the_title(
    gazetteer: Gazetteer, title: str, kind: DocumentType
) -> None:
    assert read(gazetteer, title, PROSE).type is kind


def test_a_title_broken_over_lines_is_joined_and_an_enumerated_line_is_none(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer, "1. 项目方案", "澧县健康委员会", "关于印发《澧县示例", "实施方案》的通知", "各乡镇：", PROSE
    )
    assert found.title == "澧县健康委员会关于印发《澧县示例实施方案》的通知"


def test_without_a_title_the_file_name_serves_and_then_the_opening_words(gazetteer: Gazetteer) -> None:
    assert read(gazetteer, PROSE, source="a/3、澧县体检安排(2024-01-05).txt").title == "澧县体检安排"
    assert read(gazetteer, PROSE, source="0f3a.txt").title == "为了让居民就近得到服务"


def test_a_place_named_throughout_is_the_region_and_one_named_in_one_part_is_not(gazetteer: Gazetteer) -> None:
    throughout = read(
        gazetteer,
        *[
            f"澧县卫生健康局第{n}项工作进展顺利，全县居民受益明显，服务能力继续提高，群众满意度稳步提升。"
            for n in range(4)
        ],
    )
    assert (throughout.region, throughout.origins["region"]) == ("澧县", "body")
    in_one_part = read(gazetteer, PROSE, "确保延安平安。", "推进健康延安建设。", *[PROSE] * 20)
    assert in_one_part.region is None


def test_a_term_that_has_passed_makes_the_text_expired(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, "云溪县卫生健康局关于补助的通知", PROSE, "本通知自2020年5月1日起施行，有效期5年。")
    assert (found.validity, found.valid_until) == (Validity.EXPIRED, date(2025, 4, 30))


def test_only_an_official_text_can_say_that_it_is_in_force(gazetteer: Gazetteer) -> None:
    lines = ("云溪县卫生健康局关于补助的通知", PROSE, "本通知自2025年5月1日起施行，有效期至2027年12月31日。")
    assert read(gazetteer, *lines).validity is Validity.UNKNOWN
    assert read(gazetteer, *lines, removed=["来源：云溪县卫生健康局"]).validity is Validity.IN_FORCE
    assert read(gazetteer, *lines).valid_until == date(2027, 12, 31)


def test_the_term_of_a_licence_is_not_the_term_of_the_text() -> None:
    assert expiry("资格证书有效期为5年。本办法自2020年1月1日起施行。", date(2020, 1, 1)) is None


def test_a_text_applies_from_the_last_day_it_names_or_from_its_publication() -> None:
    assert effective_from("原办法自2010年1月1日起施行。本办法自2022年2月1日起施行。") == date(2022, 2, 1)
    assert effective_from("本办法自公布之日起施行。", date(2021, 4, 5)) == date(2021, 4, 5)
    assert effective_from("没有日期。", date(2021, 4, 5)) is None


@pytest.mark.parametrize(
    "typed", ["云卫发〔2023〕8号", "云卫发[2023]8号", "云卫发（2023）第008号", "云卫发【2023】 8 号"]
)
def test_document_numbers_are_written_in_one_form(typed: str) -> None:
    assert normal_number(typed) == "云卫发〔2023〕8号"
