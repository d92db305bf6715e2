"""What must not be looked up as it stands: emergencies, crises, advice on one's own treatment, attacks, talk.

``docs/guard.md`` says what is routed where and why, and how the tables of words are changed.
"""

from rag.guard.judging import Guarded, guard

__all__ = ["Guarded", "guard"]
