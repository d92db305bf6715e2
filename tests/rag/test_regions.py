from __future__ import annotations

import re

import pytest

from rag.region_table import rows
from rag.regions import COUNTRY_CODE, Gazetteer, Region, RegionLevel, Relation


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(extra=["云溪县"])


def place(gazetteer: Gazetteer, name: str) -> Region:
    found = gazetteer.get(name)
    assert found is not None, name
    return found


def named(gazetteer: Gazetteer, text: str, *prefer: str) -> list[str]:
    return [mention.region.name for mention in gazetteer.mentions(text, prefer)]


def test_the_table_holds_each_code_once_in_order_and_no_rows_that_only_group() -> None:
    regions = [region for region, _ in rows() if region.code != COUNTRY_CODE]
    codes = [region.code for region in regions]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert 3200 <= len(codes) <= 3300
    assert not {region.name for region in regions} & {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
    assert sum(region.level is RegionLevel.PROVINCE for region in regions) == 34


def test_a_county_directly_under_a_province_has_the_province_above_it(gazetteer: Gazetteer) -> None:
    tianmen = place(gazetteer, "天门市")
    assert (tianmen.code, tianmen.level, tianmen.parent) == ("429006", RegionLevel.COUNTY, "420000")
    assert [above.name for above in gazetteer.ancestors(tianmen)] == ["湖北省", "全国"]
    assert place(gazetteer, "110105").parent == "110000"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("丹江口市", "丹江口"),
        ("澧县", "澧县"),
        ("内蒙古自治区", "内蒙古"),
        ("恩施土家族苗族自治州", "恩施"),
        ("神农架林区", "神农架"),
        ("管城回族区", "管城"),
        ("鄂温克族自治旗", "鄂温克族自治旗"),
        ("白云区", "白云"),
    ],
)
def test_a_short_form_is_the_name_without_peoples_and_administrative_suffix(name: str, short: str) -> None:
    assert next(region.short for region, _ in rows() if region.name == name) == short


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("丹江口的老人怎么建档", ["丹江口市"]),
        ("丹江口市民卡", ["丹江口市"]),
        ("谢家集居民可以去哪里接种", ["谢家集区"]),
        ("推进健康延安建设", ["延安市"]),
        ("澧縣衛生健康局", ["澧县"]),
        ("湖北省丹江口市", ["湖北省", "丹江口市"]),
        ("上海市浦东新区", ["上海市", "浦东新区"]),
        ("即墨市新农合", ["即墨区"]),
        ("恩施州医保局", ["恩施土家族苗族自治州"]),
        ("广西省的补贴", ["广西壮族自治区"]),
        ("内蒙古省", ["内蒙古自治区"]),
        ("丹江口村卫生室有多少", ["丹江口市"]),
        ("天门村医补助", ["天门市"]),
        ("吉林省吉林市", ["吉林省", "吉林市"]),
        ("全国统一的标准", ["全国"]),
    ],
)
def test_full_short_former_and_traditional_names_are_found(gazetteer: Gazetteer, text: str, names: list[str]) -> None:
    assert named(gazetteer, text) == names


def test_offsets_point_into_the_text_as_it_was_given(gazetteer: Gazetteer) -> None:
    text = "通知：澧縣、延安市和丹江口"
    mentions = gazetteer.mentions(text)
    assert [text[mention.start : mention.end] for mention in mentions] == ["澧縣", "延安市", "丹江口"]
    assert [mention.full for mention in mentions] == [True, True, False]


@pytest.mark.parametrize(
    "sentence",
    [
        "开通绿色通道，实行长期护理保险和健康长寿行动。",
        "开展安宁疗护试点，新建医院一所，构建和平友好的医患关系。",
        "维护公共安全，保障妇女儿童健康，促进医疗资源合作共享。",
        "中心城区和郊区的居民、来宾和同仁凭证办理。",
        "以上城区医院、西南山区卫生院、高中山区教学点均可报名。",
        "江南地区和滨海平原的卫生院实行中西药并用。",
        "新会员登记、高要求管理、向阳光照射处通风。",
        "乡镇人民政府和县级人民政府卫生行政部门共同负责，代县长签发。",
        "国家基本公共卫生服务项目免费，白银针灸与红旗渠展览同期举行。",
        "家庭医生为东方人群、富裕家庭和前进中的企业提供兴业保险咨询。",
        "西乡街道与南山路的卫生服务站照常开放。",
    ],
)
def test_ordinary_words_are_not_places(gazetteer: Gazetteer, sentence: str) -> None:
    assert named(gazetteer, sentence) == []


def test_an_ordinary_word_is_a_place_where_the_text_shows_it(gazetteer: Gazetteer) -> None:
    assert named(gazetteer, "安宁市通知：安宁居民可以参加") == ["安宁市", "安宁市"]
    assert named(gazetteer, "重庆长寿的医院") == ["重庆市", "长寿区"]


def test_a_word_outside_the_place_tag_counts_only_for_a_place_with_documents(gazetteer: Gazetteer) -> None:
    assert named(gazetteer, "昌平居民的医保") == []
    assert named(gazetteer, "昌平居民的医保", "110114") == ["昌平区"]
    assert named(gazetteer, "健康长寿", "长寿区") == []


def test_an_ambiguous_name_is_read_below_the_place_named_before_it(gazetteer: Gazetteer) -> None:
    codes = [mention.region.code for mention in gazetteer.mentions("南京市鼓楼区和徐州市鼓楼区")]
    assert codes == ["320100", "320106", "320300", "320302"]
    assert [m.region.code for m in gazetteer.mentions("朝阳区的医院（北京市）")] == ["110105", "110000"]


def test_an_ambiguous_name_is_read_as_the_place_that_has_documents(gazetteer: Gazetteer) -> None:
    assert gazetteer.resolve("云溪的疫苗接种", prefer=["云溪县"]) == place(gazetteer, "云溪县")
    assert gazetteer.resolve("云溪的疫苗接种", prefer=["430603"]) == place(gazetteer, "云溪区")
    assert gazetteer.resolve("鼓楼区", prefer=["320302"]) == place(gazetteer, "320302")


def test_a_name_that_stays_ambiguous_is_no_region(gazetteer: Gazetteer) -> None:
    assert gazetteer.get("鼓楼区") is None
    assert gazetteer.resolve("鼓楼区的体检") is None
    assert named(gazetteer, "鼓楼区的体检") == []
    assert gazetteer.resolve("云溪的疫苗接种") is None


def test_of_places_with_one_short_form_the_highest_is_meant(gazetteer: Gazetteer) -> None:
    assert place(gazetteer, "吉林").code == "220000"
    assert place(gazetteer, "长沙").code == "430100"


def test_an_undeclared_county_is_not_taken_for_the_district_of_the_same_stem() -> None:
    assert Gazetteer.load().mentions("云溪县卫生健康局") == []


def test_resolve_takes_the_lowest_of_places_on_one_line_and_nothing_of_two_lines(gazetteer: Gazetteer) -> None:
    assert gazetteer.resolve("湖北省丹江口市") == place(gazetteer, "丹江口市")
    assert gazetteer.resolve("全国和湖北省的政策") == place(gazetteer, "湖北省")
    assert gazetteer.resolve("延安和丹江口") is None
    assert gazetteer.resolve("湖北省云溪县") == place(gazetteer, "云溪县")
    assert gazetteer.resolve("没有地名") is None


def test_a_bare_name_is_a_choice_even_if_it_is_a_word(gazetteer: Gazetteer) -> None:
    assert gazetteer.resolve(" 长寿 ") == place(gazetteer, "长寿区")
    assert gazetteer.resolve("国家") == gazetteer.country
    assert gazetteer.resolve("420381") == place(gazetteer, "丹江口市")


def test_a_declared_place_has_a_code_of_its_own_and_only_the_country_above_it(gazetteer: Gazetteer) -> None:
    declared = place(gazetteer, "云溪县")
    assert (declared.code, declared.short, declared.level, declared.parent) == (
        "x:云溪县",
        "云溪",
        RegionLevel.COUNTY,
        None,
    )
    assert gazetteer.ancestors(declared) == (gazetteer.country,)


def test_a_declared_name_that_the_table_holds_is_not_doubled() -> None:
    assert Gazetteer.load(extra=["丹江口市"]).get("x:丹江口市") is None


def test_relations_say_where_the_second_place_stands(gazetteer: Gazetteer) -> None:
    hubei, city = place(gazetteer, "湖北省"), place(gazetteer, "丹江口市")
    assert gazetteer.related(city, hubei) is Relation.ABOVE
    assert gazetteer.related(hubei, city) is Relation.BELOW
    assert gazetteer.related(city, city) is Relation.SAME
    assert gazetteer.related(city, place(gazetteer, "澧县")) is Relation.ELSEWHERE
    assert gazetteer.related(city, gazetteer.country) is Relation.ABOVE
    assert gazetteer.is_within(city, hubei)
    assert not gazetteer.is_within(hubei, city)


@pytest.mark.parametrize("mark", ["，", "。", "；", "：", "、", "\n"])
def test_a_long_text_names_the_places_of_its_sentences(gazetteer: Gazetteer, mark: str) -> None:
    parts = [
        "丹江口市卫生健康局负责实施",
        "天门的长寿老人有补贴",
        "恩施州各县参照执行",
        "新建医院不得收费",
        "武汉市、襄阳市",
    ]
    text = mark.join(parts * 5)
    assert len(text) > 2 * 80  # short and long texts are searched in different ways
    assert named(gazetteer, text) == [name for part in parts for name in named(gazetteer, part)] * 5
