"""Tell whether a question wants a diagnosis, a drug or a dose, and what of it the policy texts can still speak to."""

from __future__ import annotations

import re

from rag.guard.phrases import pattern
from rag.guard.reading import Reading

_SHORTEST = 2
_SHORT = 14
"""Characters of a question up to which a complaint without a person is the asker's own: 高血压能喝酒吗."""


def wants_advice(reading: Reading) -> bool:
    """Tell whether a question asks what only a doctor who sees the person may say.

    A word about rules in the same clause (高血压吃什么药能报销) makes it a question about the rule; in another clause it
    does not. How to get ready for a service (体检那天早上，降压药要不要吃) is what the notice of the service says.
    """
    ready = bool(pattern("service").search(reading.text))
    for index, clause in enumerate(reading.clauses):
        if pattern("rules_beside").search(clause):
            continue
        if pattern("what_drug" if ready else "advice").search(clause):
            return True
        around = ",".join(reading.clauses[max(0, index - 2) : index + 2])
        if not ready and pattern("case").search(clause) and _of_somebody_ill(around):
            return True
    return False


def _of_somebody_ill(text: str) -> bool:
    """Tell whether a complaint is somebody's; a short question names nobody and means the one who asks."""
    if not pattern("complaint").search(text):
        return False
    return bool(pattern("own").search(text)) or (len(text) <= _SHORT and not pattern("rules_beside").search(text))


def policy_side(reading: Reading) -> str | None:
    """Return what to search for in a question for advice: its complaint and what it asks of rules, None if nothing is left."""
    kept: list[str] = []
    for clause in reading.clauses:
        if pattern("rules_beside").search(clause):
            kept.append(clause)
        else:
            kept.extend(match[0] for match in pattern("complaint").finditer(clause))
    words = " ".join(dict.fromkeys(re.sub(r"\s+", " ", word).strip() for word in kept))
    return words if len(words) >= _SHORTEST else None
