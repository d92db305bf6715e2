from __future__ import annotations

import asyncio

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from rag.bootstrap import open_assistant
from rag.domain import DocumentType, SearchFilter
from rag.errors import QuestionError
from rag.langchain_retriever import PolicyRetriever
from rag.settings import Settings
from tests.fakes import FakeAssistant, sample_documents


def test_each_passage_is_the_stored_text_at_its_offsets() -> None:
    texts = {document.source: document.text for document in sample_documents()}
    found = PolicyRetriever(assistant=FakeAssistant(), top=3).invoke("规划")
    assert [passage.metadata["source"] for passage in found] == ["d1.txt", "d2.txt", "d3.txt"]
    for passage in found:
        facts = passage.metadata
        assert passage.page_content == texts[facts["source"]][facts["start"] : facts["end"]]
    assert [found[0].metadata[name] for name in ("title", "region", "issuer", "published", "chunk_id", "score")] == [
        "青石县卫生健康发展规划", "青石县", "青石县卫生健康局", "2025-03-18", "d1-0", 1.0,
    ]  # fmt: skip
    assert found[2].metadata["published"] is None


def test_place_and_filter_are_handed_on() -> None:
    assistant = FakeAssistant()
    wanted = SearchFilter(types=(DocumentType.PLAN,))
    found = PolicyRetriever(assistant=assistant, region="青石县", wanted=wanted).invoke("规划")
    assert [passage.metadata["document_id"] for passage in found] == ["d1"]
    assert assistant.filters == [wanted]


def test_an_asynchronous_call_finds_the_same() -> None:
    retriever = PolicyRetriever(assistant=FakeAssistant())
    assert asyncio.run(retriever.ainvoke("规划")) == retriever.invoke("规划")


def test_a_question_that_cannot_be_taken_is_an_error_of_ours() -> None:
    with pytest.raises(QuestionError):
        PolicyRetriever(assistant=FakeAssistant()).invoke(" ")


def test_a_chain_gets_passages_of_a_real_index_in_their_order(served: Settings) -> None:
    assistant = open_assistant(served)
    read: list[str] = []

    def joined(passages: list[Document]) -> str:
        read.extend(passage.metadata["source"] for passage in passages)
        return "\n".join(passage.page_content for passage in passages)

    model = GenericFakeChatModel(messages=iter([AIMessage("六十五周岁。")]))
    prompt = ChatPromptTemplate.from_messages([("system", "资料：{passages}"), ("user", "{question}")])
    retriever = PolicyRetriever(assistant=assistant, region="青棠县", top=3)
    chain = (
        {"passages": retriever | RunnableLambda(joined), "question": RunnablePassthrough()}
        | prompt
        | model
        | StrOutputParser()
    )
    try:
        assert chain.invoke("老年人免费体检的服务对象") == "六十五周岁。"
    finally:
        assistant.close()
    assert read[0] == "qingtang-elderly.md"
    assert len(read) == 3
