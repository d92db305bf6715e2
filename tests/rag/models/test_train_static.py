"""Training is repeatable, keeps held-out questions out, and refuses what it cannot learn from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from rag.errors import SourceError
from rag.folding import fold
from rag.models import bigram_tokenizer
from rag.models.bigram_tokenizer import build_tokenizer, charsmap, choose_vocabulary
from rag.models.saving import quantize
from rag.models.train_static import main
from rag.models.training_texts import is_held_out, read_training_texts

SENTENCES = (
    "居民到社区服务站办理健康档案时应当带上身份证件，由工作人员当场登记。",
    "参加合作医疗的家庭可以在每年第四季度缴纳下一年度的费用，逾期不再受理。",
    "接种疫苗之后请在观察区停留三十分钟，没有不适再离开接种点。",
    "高血压患者每个季度由家庭医生随访一次，测量血压并记录服药情况。",
    "孕产妇凭保健手册到指定医院领取叶酸，每次领取的数量不超过三个月。",
    "残疾人申请康复补贴的，由户籍所在街道审核材料后报区里批准。",
)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number, sentence in enumerate(SENTENCES):
        other = SENTENCES[(number + 1) % len(SENTENCES)]
        (folder / f"{number}.md").write_text(f"# 办事指南{number}\n\n{sentence}\n\n{other}\n", encoding="utf-8")
    return folder


def beir_folder(folder: Path, passages: dict[str, str], questions: dict[str, tuple[str, str]]) -> Path:
    folder.mkdir()
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as stream:
        for key, text in passages.items():
            stream.write(json.dumps({"_id": key, "title": "", "text": text}) + "\n")
    queries = [json.dumps({"_id": key, "text": text}) for key, (text, _) in questions.items()]
    (folder / "queries.jsonl").write_text("\n".join(queries) + "\n", encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", *(f"{key}\t{passage}\t1" for key, (_, passage) in questions.items())]
    (folder / "qrels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def trained(texts: Path, out: Path, seed: int = 7) -> bytes:
    options = ["--seed", str(seed), "--steps", "5", "--batch", "4", "--dimension", "8"]
    assert main(["--texts", str(texts), "--out", str(out), *options]) == 0
    return (out / "model.safetensors").read_bytes()


def test_two_runs_with_one_seed_give_the_same_bytes_and_another_seed_gives_others(texts: Path, tmp_path: Path) -> None:
    first = trained(texts, tmp_path / "first")
    assert trained(texts, tmp_path / "second") == first
    tokenizers = [(tmp_path / name / "tokenizer.json").read_bytes() for name in ("first", "second")]
    assert tokenizers[0] == tokenizers[1]
    assert trained(texts, tmp_path / "third", seed=8) != first


def test_another_users_server_may_read_the_weights(texts: Path, tmp_path: Path) -> None:
    trained(texts, tmp_path / "out")
    assert (tmp_path / "out" / "model.safetensors").stat().st_mode & 0o044 == 0o044


def test_a_folder_without_texts_ends_with_its_exit_code_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["--texts", str(empty), "--out", str(tmp_path / "out")]) == SourceError.exit_code
    assert str(empty) in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_texts_that_are_too_few_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "a.txt").write_text("很短", encoding="utf-8")
    assert main(["--texts", str(folder), "--out", str(tmp_path / "out")]) == SourceError.exit_code
    assert "found 0" in capsys.readouterr().err


def test_a_broken_corpus_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text('{"_id": "a"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="broken"):
        read_training_texts([folder])


def test_questions_about_held_out_passages_are_not_trained_on(tmp_path: Path) -> None:
    keys = [f"p{number}" for number in range(40)]
    held = next(key for key in keys if is_held_out(key))
    free = next(key for key in keys if not is_held_out(key))
    folder = beir_folder(
        tmp_path / "beir",
        {held: SENTENCES[0], free: SENTENCES[1]},
        {"a": ("怎样建立档案", held), "b": ("什么时候缴费", free), "c": ("没有答案的问题", "p999")},
    )
    texts = read_training_texts([folder])
    assert texts.questions == ["什么时候缴费"]
    assert [texts.passages[number] for number in texts.answers] == [SENTENCES[1]]
    assert texts.held_out == 1


def test_a_plain_passage_carries_the_document_title_and_its_heading(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    text = "# 指南\n\n<!-- 说明 -->\n\n## 第一节\n\n甲乙丙。\n\n## 第二节\n\n丁戊己。\n"
    (folder / "a.md").write_text(text, encoding="utf-8")
    texts = read_training_texts([folder])
    assert list(zip(texts.titles, texts.passages, strict=True)) == [
        ("指南 第一节", "甲乙丙。"),
        ("指南 第二节", "丁戊己。"),
    ]


def test_every_neighbouring_pair_of_characters_is_a_token() -> None:
    tokenizer = build_tokenizer(["家", "庭", "医", "生", "家庭", "庭医", "医生"])
    assert tokenizer.encode("家庭医生", add_special_tokens=False).tokens == ["家", "家庭", "庭医", "医生", "生"]


def test_an_unknown_pair_falls_back_to_its_characters() -> None:
    tokenizer = build_tokenizer(["家", "庭", "医"])
    assert tokenizer.encode("家庭", add_special_tokens=False).tokens == ["家", "家", "庭", "庭"]


def test_traditional_full_width_and_capital_forms_give_the_tokens_of_plain_text() -> None:
    plain = "医保报销covid19发热门诊"
    tokenizer = build_tokenizer(choose_vocabulary([plain, plain], 100))
    expected = tokenizer.encode(plain, add_special_tokens=False).ids
    assert 0 not in expected
    assert tokenizer.encode("醫保報銷ＣＯＶＩＤ１９發熱門診", add_special_tokens=False).ids == expected


def test_the_tokenizers_table_folds_every_character_as_fold_does() -> None:
    normalise = build_tokenizer(["家"]).normalizer.normalize_str
    for code in (*range(0x20, 0x500), *range(0x2E80, 0xD7A4), *range(0xF900, 0xFB00), *range(0x1F600, 0x20100)):
        character = chr(code)
        plain = fold(character)
        assert normalise(character) in {plain, plain * 2}, hex(code)


def test_too_many_characters_for_the_table_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bigram_tokenizer, "_OFFSET_LIMIT", 1000)
    with pytest.raises(ValueError, match="too many"):
        charsmap({chr(code): "x" for code in range(0x4E00, 0x5200)})


def test_quantised_rows_stay_within_half_a_step_and_zero_stays_zero() -> None:
    weights = np.random.default_rng(1).standard_normal((50, 16)).astype(np.float32)
    weights[0] = 0.0
    rows, factors = quantize(weights)
    restored = rows * factors[:, None]
    assert not restored[0].any()
    assert np.abs(restored - weights).max() <= factors.max() * 0.501
