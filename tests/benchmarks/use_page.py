"""How long the page on use takes to open with a hundred thousand questions in the log.

    python -m tests.benchmarks.use_page [--questions 100000] [--days 90]

Fills a catalogue of its own with made questions, renders the pages' parts as the console does, and prints the median of
five runs for the last 7, 30 and 90 days, in processor time: other programs do not count. The questions are made from a seed,
so two runs measure the same.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rag.catalogue import Catalogue, open_catalogue
from rag.catalogue.question_records import Channel, LoggedQuestion
from rag.catalogue.records import utc_text
from rag.domain import AnswerStatus, NamedDocument
from rag.settings import HelpSettings, PathSettings, Settings
from rag.use_figures import document_use, last_days, unanswered_topics, use_figures
from ui.console.use_period import Asked
from ui.console.use_sections import render_figures
from ui.wording import Language, Wording

_AT_ONCE = 5000
_RUNS = 5
_DOCUMENTS = [NamedDocument(f"{n:016x}", f"第{n}份") for n in range(400)]
_MATTERS = "育儿补贴 异地就医 产假 健康证 养狗证 窝沟封闭 护理补贴 献血 火化减免 医保卡 近视防控 家庭医生 疫苗 长护险 体检".split()
_WAYS = "怎么办 多少钱 去哪里办 要带什么材料 什么时候开始 怎么申请 标准是多少 有什么条件 电话是多少 多久能办好".split()
_PEOPLE = ("", *"老人 孩子 孕妇 学生 职工 残疾人 低保户 外地人 退休人员 新生儿".split())
_PLACES = (None, *(f"第{n}县" for n in range(60)))
_ENDS = (
    (AnswerStatus.ANSWERED, None, 65),
    (AnswerStatus.PARTIAL, "silent_places", 8),
    (AnswerStatus.NO_EVIDENCE, "near", 9),
    (AnswerStatus.NO_EVIDENCE, "nothing", 5),
    (AnswerStatus.NEEDS_CLARIFICATION, "region", 6),
    (AnswerStatus.OUT_OF_SCOPE, "chat", 5),
    (AnswerStatus.ROUTED, "medical_advice", 2),
)


def made(number: int, days: int, rng: random.Random) -> list[LoggedQuestion]:
    """Return made questions spread over the last days."""
    now = datetime.now(UTC)
    questions = []
    for _ in range(number):
        status, reason, _ = rng.choices(_ENDS, [weight for *_, weight in _ENDS])[0]
        cited = tuple(one.document_id for one in rng.choices(_DOCUMENTS, k=2)) if status.carries_evidence else ()
        questions.append(
            LoggedQuestion(
                f"{rng.choice(_PEOPLE)}{rng.choice(_MATTERS)}{rng.choice(_WAYS)}{rng.choice(_PEOPLE)}",
                status,
                rng.choice(tuple(Channel)),
                "zh-Hans",
                int(rng.lognormvariate(4.6, 0.8)),
                reason,
                rng.choice(_PLACES),
                cited=cited,
                at=utc_text(now - timedelta(days=rng.random() * days)),
            )
        )
    return questions


def median_ms(call: Callable[[], object]) -> float:
    """Return the median processor time of a few calls, after one that is not counted."""
    call()
    times = []
    for _ in range(_RUNS):
        began = time.process_time()
        call()
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times)


def measure(catalogue: Catalogue, days: int) -> str:
    """Return a line of figures for a period."""
    wording = Wording(Language.ZH_HANS, HelpSettings())
    wanted = last_days(days, date.today())
    asked = Asked(wanted, days)
    figures = median_ms(lambda: render_figures(use_figures(catalogue, wanted), asked, wording))
    topics = median_ms(lambda: unanswered_topics(catalogue, wanted))
    documents = median_ms(lambda: document_use(catalogue, wanted, _DOCUMENTS))
    return f"{days:>4} days: figures {figures:.0f} ms, topics {topics:.0f} ms, documents {documents:.0f} ms\n"


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=90)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(paths=PathSettings(data=Path(folder)))
        with open_catalogue(settings) as catalogue:
            questions = made(options.questions, options.days, random.Random(7))
            began = time.perf_counter()
            for start in range(0, len(questions), _AT_ONCE):
                catalogue.questions.add_all(questions[start : start + _AT_ONCE])
            sys.stdout.write(f"{len(questions):,} questions written in {time.perf_counter() - began:.1f} s\n")
            for days in (7, 30, 90):
                sys.stdout.write(measure(catalogue, days))


if __name__ == "__main__":
    main()
