from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.blocks import Block, BlockKind
from ingest.cleaning import CleanedFile, clean
from ingest.compilations import split_compilation
from ingest.loaders import SUPPORTED, load_bytes
from rag.errors import SourceError
from rag.regions import Gazetteer

SHARED = Path(__file__).parents[3] / "shared"

PROSE = (
    "为了让居民就近得到服务，现将有关事项通知如下，请各单位结合实际认真落实，并及时反馈工作中遇到的问题。",
    "各单位要明确专人负责，按月汇总服务人次，对行动不便的老年人提供上门服务，确保应检尽检、不落一户一人。",
    "所需经费从基本公共卫生服务补助资金中列支，任何单位和个人不得截留挪用，违者依法依规追究有关人员责任。",
)
PLAN = ("一、工作目标", PROSE[0], "二、重点任务", PROSE[1], "三、保障措施", PROSE[2])


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(extra=["云溪县"])


def cleaned(*lines: str | Sequence[str], **facts: object) -> CleanedFile:
    texts = [text for line in lines for text in ([line] if isinstance(line, str) else line)]
    blocks = tuple(Block(BlockKind.PARAGRAPH, text, page=n // 5 + 1) for n, text in enumerate(texts))
    plain: dict[str, object] = {
        "title": "汇编",
        "metadata": {},
        "media_type": "application/pdf",
        "repairs": {},
        "removed_lines": (),
        "doubts": (),
    }
    return CleanedFile(blocks=blocks, **(plain | facts))  # type: ignore[arg-type]


def notice(place: str, number: str | None, subject: str, *, signed: bool = True) -> list[str]:
    title = f"{place}卫生健康局关于{subject}的通知"
    signature = [f"{place}卫生健康局", "2024年3月5日"] if signed else []
    return [title, *([number] if number else []), "各乡镇卫生院：", *PROSE, *signature]


def titles(*lines: str | Sequence[str], gazetteer: Gazetteer) -> list[str | None]:
    return [part.title for part in split_compilation(cleaned(*lines), gazetteer)]


def test_notices_of_several_places_become_documents_of_their_own(gazetteer: Gazetteer) -> None:
    whole = cleaned(
        notice("云溪县", "云卫发〔2024〕1号", "开展老年人体检"),
        notice("澧县", "澧卫发〔2024〕9号", "做好疫苗接种"),
        notice("丹江口市", None, "加强食品安全"),
    )
    parts = split_compilation(whole, gazetteer)
    assert [part.title for part in parts] == [
        "云溪县卫生健康局关于开展老年人体检的通知",
        "澧县卫生健康局关于做好疫苗接种的通知",
        "丹江口市卫生健康局关于加强食品安全的通知",
    ]
    assert tuple(block for part in parts for block in part.blocks) == whole.blocks


def test_numbers_tell_the_notices_of_one_office_apart(gazetteer: Gazetteer) -> None:
    found = titles(
        notice("澧县", "澧卫发〔2024〕1号", "开展体检"),
        notice("澧县", "澧卫发〔2024〕2号", "做好接种"),
        gazetteer=gazetteer,
    )
    assert found == ["澧县卫生健康局关于开展体检的通知", "澧县卫生健康局关于做好接种的通知"]


def test_letterhead_and_number_above_a_title_go_with_it(gazetteer: Gazetteer) -> None:
    parts = split_compilation(
        cleaned(
            ["澧县卫生健康局文件", "澧卫发〔2024〕1号"],
            ["澧县卫生健康局", "关于开展体检的通知", "各乡镇卫生院：", *PROSE],
            ["云溪县卫生健康局文件", "云卫发〔2024〕7号"],
            ["云溪县卫生健康局", "关于做好接种的通知", "各乡镇卫生院：", *PROSE],
        ),
        gazetteer,
    )
    assert [part.blocks[0].text for part in parts] == ["澧县卫生健康局文件", "云溪县卫生健康局文件"]
    assert parts[1].title == "云溪县卫生健康局关于做好接种的通知"


def test_plans_of_several_places_with_numbering_of_their_own_are_parts(gazetteer: Gazetteer) -> None:
    found = titles(
        ["云溪县2024年健康促进工作方案", *PLAN],
        ["澧县2024年健康促进工作方案", *PLAN],
        gazetteer=gazetteer,
    )
    assert found == ["云溪县2024年健康促进工作方案", "澧县2024年健康促进工作方案"]


def test_a_cover_and_a_list_of_contents_are_taken_out_and_counted(gazetteer: Gazetteer) -> None:
    contents = ["澧县卫生健康局关于开展体检的通知", "云溪县卫生健康局关于做好接种的通知"]
    whole = cleaned(
        ["卫生健康政策汇编", "目 录", *contents],
        notice("澧县", "澧卫发〔2024〕1号", "开展体检"),
        notice("云溪县", "云卫发〔2024〕2号", "做好接种"),
        repairs={"captions": 2},
        doubts=("hidden_text", "redacted"),
    )
    first, second = split_compilation(whole, gazetteer)
    assert (first.blocks[0].text, second.blocks[0].text) == tuple(contents)
    assert dict(first.repairs) == {"captions": 2, "compilation": 4}
    assert first.samples["compilation"] == ("卫生健康政策汇编", "目 录", contents[0])
    assert (first.doubts, second.doubts, dict(second.repairs)) == (("hidden_text",), (), {})


def test_a_foreword_becomes_a_part_and_is_not_lost(gazetteer: Gazetteer) -> None:
    whole = cleaned(
        ["前言", *PROSE, *PROSE],
        notice("澧县", "澧卫发〔2024〕1号", "开展体检"),
        notice("云溪县", "云卫发〔2024〕2号", "做好接种"),
    )
    parts = split_compilation(whole, gazetteer)
    assert parts[0].blocks[0].text == "前言"
    assert tuple(block for part in parts for block in part.blocks) == whole.blocks


def test_parts_keep_pages_and_origin_but_not_the_facts_of_the_whole(gazetteer: Gazetteer) -> None:
    whole = cleaned(
        notice("澧县", "澧卫发〔2024〕1号", "开展体检"),
        notice("云溪县", "云卫发〔2024〕2号", "做好接种"),
        metadata={
            "title": "汇编",
            "region": "湖南省",
            "published": "2024-12-01",
            "document_number": "湘卫发〔2024〕1号",
            "source_url": "https://www.example.gov.cn/a.html",
            "authority": "official",
        },
        removed_lines=("来源：某某网", "发布日期：2024-12-01", "发文机关：湖南省卫生健康委", "首页"),
    )
    for part in split_compilation(whole, gazetteer):
        assert dict(part.metadata) == {"source_url": "https://www.example.gov.cn/a.html", "authority": "official"}
        assert part.removed_lines == ("来源：某某网", "首页")
    assert split_compilation(whole, gazetteer)[1].blocks[0].page == 2


@pytest.mark.parametrize(
    "lines",
    [
        notice("澧县", "澧卫发〔2024〕1号", "开展体检"),
        [
            "澧县卫生健康局关于印发《澧县体检实施方案》的通知",
            "澧卫发〔2024〕1号",
            "各乡镇卫生院：",
            *PROSE,
            "澧县体检实施方案",
            *PLAN,
        ],
        [*notice("澧县", "澧卫发〔2024〕1号", "开展体检"), "附件1", "丹江口市体检工作方案", *PLAN],
        [
            *notice("澧县", "澧卫发〔2024〕1号", "开展体检"),
            "附件：1.丹江口市体检工作方案",
            "丹江口市体检工作方案",
            *PLAN,
        ],
        [
            "澧县卫生健康局转发湖南省卫生健康委关于开展体检的通知",
            "澧卫发〔2024〕1号",
            "各乡镇卫生院：",
            *PROSE,
            *notice("湖南省", "湘卫发〔2024〕3号", "开展体检"),
        ],
        ["2024年健康政策一览", "1.澧县健康促进方案", "2.丹江口市健康促进方案", *PROSE],
        ["各地方案比较", "澧县健康促进方案", "短。", "丹江口市健康促进方案", "短。", *PROSE],
        ["澧县健康促进方案", *PLAN, "澧县健康促进宣传方案", *PLAN],
        ["工作素材（2篇）", "凝心聚力推动健康事业发展", *PLAN, "全面推进健康县建设", *PLAN],
    ],
    ids="one plan annex listed passed-on links short same-place press".split(),
)
def test_one_document_comes_back_as_it_is(gazetteer: Gazetteer, lines: list[str]) -> None:
    whole = cleaned(lines)
    assert split_compilation(whole, gazetteer) == (whole,)


def test_what_one_part_passes_on_does_not_swallow_the_next_part(gazetteer: Gazetteer) -> None:
    found = titles(
        ["澧县卫生健康局转发湖南省卫生健康委关于开展体检的通知", "澧卫发〔2024〕1号", "各乡镇卫生院：", *PROSE],
        notice("湖南省", "湘卫发〔2024〕3号", "开展体检"),
        notice("丹江口市", "丹卫发〔2024〕4号", "做好接种"),
        gazetteer=gazetteer,
    )
    assert found == ["澧县卫生健康局转发湖南省卫生健康委关于开展体检的通知", "丹江口市卫生健康局关于做好接种的通知"]


def test_a_file_that_says_it_is_one_is_not_split(gazetteer: Gazetteer) -> None:
    whole = cleaned(
        notice("澧县", "澧卫发〔2024〕1号", "开展体检"),
        notice("云溪县", "云卫发〔2024〕2号", "做好接种"),
        metadata={"compilation": "false"},
    )
    assert split_compilation(whole, gazetteer) == (whole,)


def test_a_list_of_contents_above_a_letterhead_starts_no_part(gazetteer: Gazetteer) -> None:
    contents = ["澧县卫生健康局关于开展体检的通知", "云溪县卫生健康局关于做好接种的通知"]
    found = titles(
        [*contents, "澧县卫生健康局文件", "澧卫发〔2024〕1号", contents[0], "各乡镇卫生院：", *PROSE],
        ["云溪县卫生健康局文件", "云卫发〔2024〕7号", contents[1], "各乡镇卫生院：", *PROSE],
        gazetteer=gazetteer,
    )
    assert found == contents


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real documents are not here")
def test_no_real_document_is_split(gazetteer: Gazetteer) -> None:
    paths = [path for folder in ("seeds", "docs") for path in sorted((SHARED / folder).rglob("*")) if path.is_file()]
    read = 0
    for path in paths:
        if path.suffix.lower() not in SUPPORTED or path.suffix.lower() == ".doc":
            continue
        try:
            whole = clean(load_bytes(path.name, path.read_bytes()))
        except SourceError:
            continue
        read += 1
        assert split_compilation(whole, gazetteer) == (whole,), path.name
    assert read > 200
