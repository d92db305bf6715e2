from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ingest.near_duplicates import link_duplicates, shingles, signature
from rag.domain import Authority, Document, DocumentType, Validity

ROOT = Path(__file__).parents[2]
NOTICE = (
    "各乡镇卫生院、社区卫生服务中心：为了让居民就近看病，现就家庭医生签约服务的有关事项通知如下。"
    "一、签约对象为本辖区内的常住居民，优先覆盖老年人、孕产妇、儿童和慢性病患者。"
    "二、签约居民每人每年享受一次健康体检，体检结果由签约医生当面说明。"
    "三、签约服务费每人每年120元，由医保基金、公共卫生经费和个人分担。"
    "四、签约医生每季度随访一次，行动不便的居民可以申请上门服务。"
    "五、各单位在每月底前报送签约进度，县卫生健康局按季度通报。"
)
PLAN = "".join(
    f"第{n}项任务由{who}负责，{what}，并于次年向社会公布完成情况，接受群众监督。"
    for n, (who, what) in enumerate(
        zip("教育 民政 财政 住建 交通 农业 文化 体育 环保 水利 商务 审计".split(), "开设课程 改造食堂 拨付经费 修建步道 "
            "设置标识 推广菜园 举办展览 组织比赛 监测空气 检验水质 规范餐饮 检查账目".split(), strict=True), start=1)
)  # fmt: skip


def doc(name: str, text: str = NOTICE, **facts: object) -> Document:
    known: dict[str, object] = {
        "document_id": hashlib.sha256(name.encode()).hexdigest()[:16],
        "source": name,
        "root": "/r",
        "sha256": "0" * 64,
        "media_type": "text/plain",
        "title": "关于做好家庭医生签约服务的通知",
    }
    return Document(text=text, **(known | facts))  # type: ignore[arg-type]


def links(*documents: Document, threshold: float = 0.8) -> dict[str, str]:
    made = link_duplicates(
        documents, {document.document_id: signature(document.text) for document in documents}, threshold
    )
    assert [document.source for document in made] == [document.source for document in documents]
    return {document.source: document.duplicate_of for document in made if document.duplicate_of}


def test_a_notice_in_other_line_breaks_widths_and_script_is_a_copy() -> None:
    other = NOTICE.replace("。", "。\n \n").replace("120", "１２０").replace("签约", "簽約").replace("，", ", ")
    assert links(doc("a.pdf", other), doc("b.docx")) == {"b.docx": "a.pdf"}


def test_a_notice_with_three_words_changed_is_a_copy() -> None:
    changed = NOTICE.replace("就近", "方便").replace("通报", "公布").replace("当面", "电话")
    assert links(doc("a.txt"), doc("b.txt", changed)) == {"b.txt": "a.txt"}


def test_a_repost_in_the_frame_of_another_site_is_a_copy_of_the_official_page() -> None:
    framed = "本网讯 小编为您整理 分享到 " + NOTICE + " 上一篇 下一篇 责任编辑 小王 免责声明 本文转自网络"
    found = links(
        doc("a.html", framed, authority=Authority.REPOST, title="家庭医生签约 必看"),
        doc("b.html", authority=Authority.OFFICIAL),
    )
    assert found == {"a.html": "b.html"}


def test_a_text_on_another_matter_is_no_copy() -> None:
    assert links(doc("a.txt"), doc("b.txt", PLAN)) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"region": "青棠县"}, {"region": "白岭县"}),
        ({"document_number": "青卫发〔2024〕3号"}, {"document_number": "青卫发〔2024〕4号"}),
        ({"superseded_by": "b.txt", "validity": Validity.SUPERSEDED}, {}),
        ({}, {"superseded_by": "a.txt", "validity": Validity.SUPERSEDED}),
        ({"type": DocumentType.STATUTE, "published": date(2020, 1, 1)},
         {"type": DocumentType.STATUTE, "published": date(2024, 1, 1)}),
        ({"type": DocumentType.STATUTE, "effective": date(2020, 1, 1)},
         {"type": DocumentType.STATUTE, "effective": date(2024, 1, 1)}),
        ({"title": "关于2023年签约服务的通知"}, {"title": "关于2024年签约服务的通知"}),
        ({"title": "签约机构名单（第一批）"}, {"title": "签约机构名单（第二批）"}),
    ],
)  # fmt: skip
def test_the_same_words_about_something_else_are_no_copy(one: dict[str, object], other: dict[str, object]) -> None:
    assert links(doc("a.txt", **one), doc("b.txt", **other)) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"region": "青棠县"}, {"region": None}),
        ({"document_number": "青卫发〔2024〕3号"}, {"document_number": "青卫发【2024】03号"}),
        ({"document_number": "青卫发〔2024〕3号"}, {}),
        ({"title": "关于2023年签约服务的通知"}, {"title": "签约服务通知全文"}),
        ({"published": date(2024, 3, 1)}, {"published": date(2025, 3, 1)}),
    ],
)
def test_what_is_not_known_of_one_of_them_parts_nothing(one: dict[str, object], other: dict[str, object]) -> None:
    assert links(doc("a.txt", **one), doc("b.txt", **other))


def test_last_years_notice_with_new_figures_is_no_copy() -> None:
    raised = NOTICE.replace("120元", "130元")
    first, later = {"published": date(2024, 3, 1)}, {"published": date(2025, 3, 2)}
    assert links(doc("a.txt", **first), doc("b.txt", raised, **later)) == {}
    assert links(doc("a.txt", **first), doc("b.txt", raised, **first)), "a slip of the pen on the same day is a copy"


def test_a_template_filled_in_for_another_year_is_no_copy() -> None:
    text = NOTICE + "以上工作自2024年5月起开展，由各单位负责落实。"
    assert links(doc("a.txt", text), doc("b.txt", text.replace("2024年5月", "2025年5月"))) == {}


def prose(length: int) -> str:
    """Return characters without meaning, a comma after every eighth."""
    drawn = random.Random(5)
    return "".join(chr(drawn.randrange(0x4E00, 0x6E00)) + ("，" if n % 8 == 7 else "") for n in range(length))


def test_the_first_half_is_a_copy_if_the_name_says_so() -> None:
    whole = prose(1000)
    half = whole[: len(whole) // 2]
    assert links(doc("a.txt", whole), doc("b.txt", half)) == {"b.txt": "a.txt"}
    assert links(doc("a.txt", whole), doc("b.txt", half, title="各部门分工")) == {}
    numbered = {"document_number": "青政发〔2024〕9号"}
    found = links(doc("a.txt", whole, **numbered), doc("b.txt", half, title="各部门分工", **numbered))
    assert found == {"b.txt": "a.txt"}
    assert links(doc("a.txt", whole, region="青棠县"), doc("b.txt", half, region="白岭县")) == {}


def test_a_part_that_went_its_own_way_is_no_copy() -> None:
    whole = prose(1000)
    assert links(doc("a.txt", whole), doc("b.txt", whole[:400] + PLAN)) == {}


def test_a_short_part_is_no_copy() -> None:
    assert links(doc("a.txt", prose(1000)), doc("b.txt", prose(250))) == {}


def test_a_stub_is_a_copy_only_under_the_same_name() -> None:
    stub = "详细内容请见附件，点击下载后查看全文。"
    assert links(doc("a.txt", stub, title="甲办法"), doc("b.txt", stub, title="乙办法")) == {}
    assert links(doc("a.txt", stub, title="甲办法"), doc("b.txt", stub, title="《甲办法》")) == {"b.txt": "a.txt"}


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"authority": Authority.REPOST}, {"authority": Authority.MEDIA}),
        ({"authority": Authority.MEDIA}, {"authority": Authority.UNKNOWN}),
        ({"authority": Authority.UNKNOWN}, {"authority": Authority.OFFICIAL, "validity": Validity.SUPERSEDED}),
        ({"validity": Validity.SUPERSEDED}, {"validity": Validity.UNKNOWN}),
        ({"published": date(2024, 1, 1)}, {"published": date(2024, 1, 9)}),
        ({"published": None}, {"published": date(2024, 1, 9)}),
    ],
)
def test_the_better_copy_is_answered_from(worse: dict[str, object], better: dict[str, object]) -> None:
    assert links(doc("a.txt", **worse), doc("b.txt", **better)) == {"a.txt": "b.txt"}


def test_the_fuller_copy_is_preferred_to_the_newer_one() -> None:
    fuller = doc("z.txt", NOTICE + "六、本通知自印发之日起执行。", published=date(2024, 1, 1))
    assert links(doc("a.txt", published=date(2024, 2, 1)), fuller) == {"a.txt": "z.txt"}


def test_every_copy_points_at_one_that_is_none() -> None:
    found = links(*(doc(f"{n}.txt") for n in range(5)))
    assert found == {f"{n}.txt": "0.txt" for n in range(1, 5)}


def test_a_text_of_unknown_place_does_not_join_two_places() -> None:
    found = links(doc("a.txt", region="青棠县"), doc("b.txt"), doc("c.txt", region="白岭县"))
    assert found == {"b.txt": "a.txt"}


def test_a_link_of_an_earlier_run_is_taken_back() -> None:
    documents = [doc("a.txt", PLAN, duplicate_of="b.txt"), doc("b.txt", duplicate_of="gone.txt")]
    assert [item.duplicate_of for item in link_duplicates(documents, {}, 0.8)] == [None, None]


def test_a_signature_that_is_missing_is_made() -> None:
    documents = [doc("a.txt"), doc("b.txt")]
    made = link_duplicates(documents, {documents[0].document_id: b"of another program"}, 0.8)
    assert [item.duplicate_of for item in made] == [None, "a.txt"]


@pytest.mark.parametrize("text", ["", "。\n ", "见附件"])
def test_a_text_of_next_to_nothing_has_no_signature_and_no_copies(text: str) -> None:
    assert signature(text) == b""
    assert links(doc("a.txt", text), doc("b.txt", text)) == {}


def test_the_threshold_decides() -> None:
    changed = NOTICE.replace("居民", "群众").replace("签约", "约定")
    a, b = shingles(NOTICE), shingles(changed)
    both = len(set(a.tolist()) & set(b.tolist()))
    alike = both / (len(a) + len(b) - both)
    assert 0.5 < alike < 0.8
    assert links(doc("a.txt"), doc("b.txt", changed, title="另一个通知"), threshold=alike - 0.02)
    assert not links(doc("a.txt"), doc("b.txt", changed, title="另一个通知"), threshold=alike + 0.02)


def test_a_signature_is_the_same_in_another_process() -> None:
    program = "import sys; from ingest.near_duplicates import signature; print(signature(sys.argv[1]).hex())"
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    done = subprocess.run(
        [sys.executable, "-c", program, NOTICE], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    assert done.stdout.strip() == signature(NOTICE).hex()
    assert len(signature(NOTICE)) == 260


def test_a_text_of_many_shingles_is_signed_as_one_set() -> None:
    long = "".join(f"第{n}户领取补贴{n * 7}元" for n in range(4000))
    assert len(shingles(long)) > 8192, "more than two batches"
    once, twice = signature(long), signature(long + long)
    same = sum(once[n : n + 4] == twice[n : n + 4] for n in range(4, 260, 4))
    assert same >= 60, "only the seam between the two is new"


@pytest.mark.shared
def test_real_notices_are_linked_and_states_of_real_statutes_are_not() -> None:
    from ingest.cleaning import clean
    from ingest.documents import Prepared, make_document
    from ingest.loaders import load_bytes
    from rag.regions import Gazetteer

    folder = ROOT.parent / "shared" / "docs"
    paths = sorted({*folder.glob("office/*通知*.*"), *folder.glob("statutes/行政法*/*办法(*.md")})
    if not paths:
        pytest.skip("the shared documents are not here")
    documents = []
    for path in paths:
        cleaned = clean(load_bytes(path.name, path.read_bytes()))
        documents.append(make_document(Prepared(path.name, "/r", path.name, cleaned), Gazetteer.load()))
    copies = {item.source: item.duplicate_of for item in link_duplicates(documents, {}, 0.8) if item.duplicate_of}
    assert {(Path(a).suffix, Path(b).suffix) for a, b in copies.items()} == {(".docx", ".pdf")}


def test_a_signature_holds_the_minima_that_the_library_finds() -> None:
    from datasketch import MinHash

    text = "".join(f"第{n}条 门诊慢特病患者凭处方到定点医疗机构取药。" for n in range(300))
    hashes = [int(run) >> 32 for run in shingles(text)]
    sketch = MinHash(64, seed=1, hashfunc=int, scheme="affine32")
    sketch.update_batch(hashes)
    count, *minima = (int.from_bytes(signature(text)[at : at + 4], "little") for at in range(0, 260, 4))
    assert count == len(set(map(int, shingles(text))))
    assert minima == sketch.hashvalues.tolist()


def test_marks_and_gaps_between_letters_do_not_count() -> None:
    assert signature("参保 人员，在_县内(住院)……报销𠮷") == signature("参保人员在县内住院报销𠮷")
