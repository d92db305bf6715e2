"""Going back is noted with whoever did it, and does not wait for a catalogue that is gone."""

from __future__ import annotations

import logging

import pytest

from ingest.pipeline import delete_documents
from ingest.rolling_back import roll_back
from ingest.run_record import acting_as
from rag.catalogue import RunInfo, RunOutcome, open_catalogue
from rag.errors import UnknownIdError
from rag.generations import DataLayout, published_id
from rag.settings import CatalogueSettings, Settings
from tests.embeddings import HashEmbedding


def runs_of(settings: Settings) -> tuple[RunInfo, ...]:
    with open_catalogue(settings) as catalogue:
        return catalogue.runs.latest(9)


@pytest.fixture
def first(published: Settings) -> str:
    first = str(published_id(DataLayout(published.paths.data)))
    with acting_as("李主任"):
        delete_documents(["clinics.docx"], published, HashEmbedding)
    return first


def test_the_catalogue_says_who_went_back_to_what(published: Settings, first: str) -> None:
    with acting_as("王主任"):
        assert roll_back(published) == first == published_id(DataLayout(published.paths.data))
    newest, before = runs_of(published)[:2]
    assert (newest.kind, newest.outcome, newest.generation) == ("rollback", RunOutcome.PUBLISHED, first)
    assert newest.arguments == {"generation": first, "by": "王主任"}
    assert before.arguments == {"documents": ["clinics.docx"], "by": "李主任"}


def test_nobody_is_named_where_nobody_signed_in(published: Settings, first: str) -> None:
    roll_back(published, first)
    assert runs_of(published)[0].arguments == {"generation": first}


def test_a_rollback_to_nothing_is_no_run(published: Settings) -> None:
    number = len(runs_of(published))
    with pytest.raises(UnknownIdError):
        roll_back(published, "nonsense")
    assert len(runs_of(published)) == number


def test_a_catalogue_that_is_gone_does_not_keep_anybody_from_going_back(
    published: Settings, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    gone = published.model_copy(update={"catalogue": CatalogueSettings(url="postgresql+psycopg://127.0.0.1:9/none")})
    with caplog.at_level(logging.WARNING):
        assert roll_back(gone) == first
    assert published_id(DataLayout(published.paths.data)) == first
    assert "could not be noted" in caplog.text
