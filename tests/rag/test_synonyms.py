from __future__ import annotations

from rag.folding import fold
from rag.synonyms import load_synonyms, parse_synonyms


def test_a_word_has_the_others_of_all_its_groups() -> None:
    table = parse_synonyms("# comment 甲\n甲 乙\n甲 丙\n")
    assert table.of("甲") == ("乙", "丙")
    assert table.of("乙") == ("甲",)
    assert table.of("丁") == ()


def test_a_one_way_line_explains_its_left_side_only() -> None:
    table = parse_synonyms("黑诊所 黑医院 > 非法行医 无证行医\n")
    assert table.of("黑诊所") == ("非法行医", "无证行医")
    assert table.of("非法行医") == ()
    assert table.phrases_in("非法行医的黑诊所") == ("黑诊所",)
    assert "非法行医" in table.members


def test_the_longest_phrase_at_a_place_is_found() -> None:
    table = parse_synonyms("居民医保 城乡居民医保\n")
    assert table.phrases_in("城乡居民医保怎么交") == ("城乡居民医保",)


def test_a_table_without_phrases_finds_none() -> None:
    assert parse_synonyms("").phrases_in("居民医保") == ()


def test_the_packaged_table_is_folded_and_each_word_has_a_meaning_beside_itself() -> None:
    table = load_synonyms()
    groups = table._groups
    assert len(groups) > 100
    for word, others in groups.items():
        assert word == fold(word)
        assert others
        assert word not in others


def test_no_word_of_the_table_stands_for_itself_alone() -> None:
    table = load_synonyms()
    assert all(table.of(word) for word in table.members if table.phrases_in(word) == (word,))
