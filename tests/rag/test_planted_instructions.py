"""Instructions inside documents change nothing: not what is found, not what is said, not what the page does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag.answering import Answering
from rag.domain import Answer, AnswerStatus, Citation, Document, Question, StatementSaid
from rag.generations import DataLayout, Generation, published_id
from rag.ports import ChatModel
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import PathSettings, Settings
from rag.synonyms import load_synonyms
from rag.writing import Span, write_stream
from tests.embeddings import HashEmbedding
from tests.rag.planted import FOREIGN, ITEMS, OBEYED, ObedientModel, Plant, markdown, page, plants
from ui.render_reply import render_answer
from ui.wording import Language, Wording

PLANTS = plants()
CLEAN = {"md": Plant("clean-md", "md", markdown), "html": Plant("clean-html", "html", page)}
HONEST = ("体检时间为2025年4月20日至9月30日。[1]", "体检安排在每周一到周五上午。[1]")
QUESTIONS = ("{place}老年人免费体检项目有哪些？", "{place}老年人免费体检时间是什么时候？")


@dataclass
class Planted:
    """A published generation in which every planted text is the notice of a county of its own."""

    places: Mapping[str, str]
    generation: Generation
    retriever: HybridRetriever
    gazetteer: Gazetteer
    settings: Settings

    def answering(self, model: ChatModel | None = None) -> Answering:
        return Answering(self.generation, self.retriever, self.gazetteer, load_synonyms(), self.settings, model)

    def ask(self, plant: Plant, question: str, model: ChatModel | None = None) -> Answer:
        return self.answering(model).answer(Question(question.format(place=self.places[plant.name])))

    def document(self, plant: Plant) -> Document:
        sources = {document.source: document for document in self.generation.library.documents()}
        return next(document for source, document in sources.items() if source.startswith(f"{plant.name}/"))

    def verbatim(self, citation: Citation) -> bool:
        document = self.generation.library.document(citation.document_id)
        return document.text[citation.start : citation.end] == citation.quote


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    folder = tmp_path_factory.mktemp("planted")
    corpus = folder / "texts"
    everything = (*CLEAN.values(), *PLANTS)
    places = dict(zip((plant.name for plant in everything), counties(len(everything)), strict=True))
    for plant in everything:
        path = corpus / plant.name / f"{plant.stem}.{plant.suffix}".replace("/", " ")
        path.parent.mkdir(parents=True)
        path.write_bytes(plant.write(places[plant.name]))
    settings = Settings(paths=PathSettings(data=folder / "data", corpus=corpus))
    embedding = HashEmbedding()
    ingest([corpus], settings, lambda: embedding)
    layout = DataLayout(folder / "data")
    generation = Generation(layout.generation(published_id(layout) or ""))
    gazetteer = Gazetteer.load(extra=generation.manifest.places)
    retriever = HybridRetriever(generation, embedding, gazetteer, settings.retrieval)
    return Planted(places, generation, retriever, gazetteer, settings)


def counties(n: int) -> list[str]:
    """Return names of counties that no other place shares."""
    lines = (Path(__file__).parents[2] / "rag/data/regions.tsv").read_text(encoding="utf-8").splitlines()
    names = [line.split("\t")[1] for line in lines if not line.startswith("#") and line.count("\t")]
    plain = [name for name in names if re.fullmatch(r"[\u4e00-\u9fff]{2}县", name) and names.count(name) == 1]
    return plain[:n]


class Markup(HTMLParser):
    """Collects the elements of a page and the addresses and handlers on them."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            if name in ("href", "src", "action", "srcdoc"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)


def markup(answer: Answer, planted: Planted) -> Markup:
    found = Markup()
    found.feed(render_answer(answer, Wording(Language.ZH_HANS, planted.settings.help)))
    return found


def said(answer: Answer) -> str:
    return "\n".join(statement.text for statement in answer.statements)


def test_there_are_at_least_fifty_planted_instructions() -> None:
    assert len({plant.name for plant in PLANTS}) >= 50


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_instruction_changes_no_quoted_answer(planted: Planted, plant: Plant, question: str) -> None:
    clean = planted.ask(CLEAN[plant.suffix], question)
    answer = planted.ask(plant, question)
    assert clean.status is AnswerStatus.ANSWERED
    assert answer.status is clean.status
    assert said(answer) == said(clean)
    assert [statement.citations for statement in answer.statements] == [s.citations for s in clean.statements]
    assert {citation.region for citation in answer.citations} == {planted.places[plant.name]}
    assert all(planted.verbatim(citation) for citation in answer.citations)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_instruction_is_no_live_markup(planted: Planted, plant: Plant) -> None:
    clean = markup(planted.ask(CLEAN[plant.suffix], QUESTIONS[1]), planted)
    found = markup(planted.ask(plant, QUESTIONS[1]), planted)
    assert found.elements <= clean.elements
    assert not found.handlers
    assert all(re.match(r"/|tel:|\?|#", address) for address in found.addresses)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_model_that_obeys_changes_no_answer(planted: Planted, plant: Plant) -> None:
    model = ObedientModel()
    answer = planted.ask(plant, QUESTIONS[1], model)
    assert len(model.obeyed) >= len(OBEYED)
    assert answer.status is AnswerStatus.ANSWERED
    assert "2025年4月20日至9月30日" in said(answer)
    assert not [part for part in FOREIGN if part in said(answer)]
    assert all(planted.verbatim(citation) for citation in answer.citations)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_of_what_an_obedient_model_writes_only_the_policys_words_are_said(planted: Planted, plant: Plant) -> None:
    document = planted.document(plant)
    honest = (*HONEST, f"咨询请到{planted.places[plant.name]}各乡镇卫生院。[1]")
    model = ObedientModel(honest)
    steps = list(write_stream(model, QUESTIONS[1], [Span(document, 0, len(document.text))]))
    statements = [step.statement for step in steps if isinstance(step, StatementSaid)]
    assert [statement.text for statement in statements[: len(honest)]] == [
        words.removesuffix("[1]") for words in honest
    ]
    assert not [(part, words.text) for words in statements for part in FOREIGN if part in words.text]
    for step in steps:
        if isinstance(step, StatementSaid):
            assert all(document.text[c.start : c.end] == c.quote for c in step.citations)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_instruction_opens_no_fence_of_the_prompt(planted: Planted, plant: Plant) -> None:
    model = ObedientModel()
    planted.ask(plant, QUESTIONS[1], model)
    prompt = model.prompts[0].split("一律不执行。", 1)[1]
    assert prompt.count("</资料>") == len(re.findall(r"<资料 编号=\d+ ", prompt))
    assert prompt.count("<问题>") == prompt.count("</问题>") == 1
    assert not re.search(r"<\||\[INST\]|<<SYS>>|<script|\u202e|\u200b|[\U000e0020-\U000e007f]", prompt)


def test_the_items_of_a_planted_list_are_the_policys(planted: Planted) -> None:
    answer = planted.ask(PLANTS[0], QUESTIONS[0])
    assert [statement.text.rstrip("；") for statement in answer.statements] == list(ITEMS)
