"""Measure each group of the synonym table on a question set: which questions it touches, and whether it helps them.

    python -m tests.benchmarks.synonyms DATA-FOLDER QUESTIONS [--every N]

DATA-FOLDER holds a generation of the set's documents, QUESTIONS is the set's BEIR folder. For every word of a question that
the table explains, the question is ranked without and with the synonyms of that one word, and the first relevant rank of
both is compared. A group that makes more questions worse than better is a candidate to be taken out. This is no test and
asserts nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

from rag.domain import Question
from rag.embedding import open_embedding
from rag.evaluation.beir import read_beir
from rag.generations import DataLayout, Generation, list_generations
from rag.question import UnderstoodQuestion
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import Settings
from rag.synonyms import load_synonyms
from rag.widening import SHARE, forms_for

_DEPTH = 100


def first_rank(retriever: HybridRetriever, question: UnderstoodQuestion, relevant: dict[str, int]) -> int:
    """Return the rank of the first relevant document, from 1; one past the depth where none is found."""
    hits = retriever.rank(question, _DEPTH).hits
    sources = list(dict.fromkeys(hit.document.source for hit in hits))
    return next((n for n, source in enumerate(sources, start=1) if relevant.get(source)), _DEPTH + 1)


def main() -> None:
    """Print one line for each word of the table that touched a question, the harmful ones first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    settings, layout = Settings(), DataLayout(chosen.data)
    generation = Generation(layout.generation(list_generations(layout)[0].generation))
    gazetteer = Gazetteer.load(extra=generation.manifest.places)
    retriever = HybridRetriever(generation, open_embedding(settings.embedding), gazetteer, settings.retrieval)
    questions, synonyms = read_beir(chosen.questions), load_synonyms()
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    moved: dict[str, list[str]] = defaultdict(list)
    for question_id, text in list(questions.questions.items())[:: chosen.every]:
        question, relevant = retriever.understand(Question(text)), dict(questions.relevant[question_id])
        forms = forms_for(question, retriever.idf, synonyms)
        plain = replace(question, terms=replace(question.terms, light=({}, {})))
        before = first_rank(retriever, plain, relevant) if forms else 0
        for word in dict.fromkeys(forms.values()):
            own = [form for form, of in forms.items() if of == word]
            after = first_rank(retriever, replace(plain, terms=plain.terms.and_lightly(own, SHARE)), relevant)
            tally[word]["better" if after < before else "worse" if after > before else "same"] += 1
            if after != before:
                moved[word].append(f"{before}→{after}")
    generation.close()
    sys.stdout.write(f"{'word':12} {'same':>5} {'better':>6} {'worse':>5}  ranks\n")
    for word, counts in sorted(tally.items(), key=lambda item: (item[1]["better"] - item[1]["worse"], item[0])):
        ranks = " ".join(moved[word])
        sys.stdout.write(f"{word:12} {counts['same']:5} {counts['better']:6} {counts['worse']:5}  {ranks}\n")


if __name__ == "__main__":
    main()
