"""The model that ships tells lay questions apart, is small enough, and says where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

import rag
from rag.embedding import open_embedding
from rag.ports import Embedding
from rag.settings import EmbeddingSettings

FOLDER = Path(rag.__file__).parent / "models" / "static-zh"

PAIRS = (
    ("离婚以后孩子归谁养", "父母对未成年子女有抚养、教育和保护的义务，不因婚姻关系解除而消除。"),
    ("孩子打疫苗要錢嗎", "居住在本地的儿童免费接种国家免疫规划疫苗。"),
    ("老板不给我交社保怎么办", "用人单位应当依法为职工缴纳社会保险费，未缴纳的由征收机构责令限期补足。"),
    ("上班路上被车撞了算工伤不", "职工在上下班途中受到非本人主要责任的交通事故伤害的，应当认定为工伤。"),
    ("饭店里有人抽烟归谁管", "室内公共场所禁止吸烟，经营者应当劝阻，劝阻无效的向监督执法机构举报。"),
    ("献血以后自己用血要不要付钱", "无偿献血者临床需要用血时，免交规定的费用。"),
    ("医院看病看坏了找谁赔", "患者在诊疗活动中受到损害，医疗机构及其医务人员有过错的，由医疗机构承担赔偿责任。"),
    ("租的房子漏水房东不修", "出租人应当履行租赁物的维修义务，未履行的承租人可以自行维修，费用由出租人负担。"),
    ("买到过期的吃的能赔多少", "生产不符合食品安全标准的食品，消费者可以要求支付价款十倍的赔偿金。"),
)


@pytest.fixture(scope="module")
def model() -> Embedding:
    return open_embedding(EmbeddingSettings())


def test_nearly_every_lay_question_lies_nearest_to_its_own_rule(model: Embedding) -> None:
    rules = model.embed_passages([rule for _, rule in PAIRS])
    nearest = [int((rules @ model.embed_query(question)).argmax()) for question, _ in PAIRS]
    right = sum(found == number for number, found in enumerate(nearest))
    assert right >= len(PAIRS) - 1, nearest


def test_the_folder_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 25_000_000


@pytest.mark.parametrize(
    "needed",
    (
        *("license: cc-by-sa-3.0", "DRCD", "STARD", "CC BY-SA 3.0"),
        *("python -m rag.models.train_static", "python -m rag.models.cross_validate", "nDCG@10", "cross-validated"),
        *("## Training data", "## How it was made", "## Figures", "## Limits"),
    ),
)
def test_the_card_says_data_licence_command_figures_and_limits(needed: str) -> None:
    assert needed in (FOLDER / "README.md").read_text(encoding="utf-8")
