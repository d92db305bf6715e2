"""The tokenizer's tokens overlap, fall back to characters, and fold as the rest of the program does."""

from __future__ import annotations

import pytest

from rag.folding import fold
from rag.models import bigram_tokenizer
from rag.models.bigram_tokenizer import build_tokenizer, charsmap, choose_vocabulary


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
