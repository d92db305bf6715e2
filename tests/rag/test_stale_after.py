from __future__ import annotations

from pathlib import Path

import pytest

from rag.domain import DocumentType
from rag.errors import ConfigError
from rag.settings import StaleAfterSettings, load_settings


def loaded(tmp_path: Path, text: str) -> StaleAfterSettings:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path).answering.stale_after


def test_every_type_of_document_has_a_number_of_days() -> None:
    assert StaleAfterSettings.model_fields.keys() == {kind.value for kind in DocumentType}
    for name, field in StaleAfterSettings.model_fields.items():
        assert str(field.description).startswith("Days"), name
        for value in (29, 36501):
            with pytest.raises(ValueError, match=name):
                StaleAfterSettings(**{name: value})


def test_one_type_is_set_and_the_others_keep_their_number(tmp_path: Path) -> None:
    found = loaded(tmp_path, "answering: {stale_after: {news: 90}}")
    assert found == StaleAfterSettings(news=90)


def test_the_one_number_of_earlier_versions_counts_for_every_type(tmp_path: Path) -> None:
    found = loaded(tmp_path, "answering: {stale_after_days: 400, top_hits: 5}")
    assert set(found.model_dump().values()) == {400}


def test_both_ways_at_once_and_wrong_numbers_are_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="remove stale_after_days"):
        loaded(tmp_path, "answering: {stale_after_days: 400, stale_after: {news: 90}}")
    with pytest.raises(ConfigError, match=r"answering\.stale_after\.plan.*3"):
        loaded(tmp_path, "answering: {stale_after_days: 3}")
    with pytest.raises(ConfigError, match=r"answering\.stale_after\.leaflet.*allowed here: faq, interpretation"):
        loaded(tmp_path, "answering: {stale_after: {leaflet: 90}}")
