"""Judge a question before anything is looked up: who is in danger comes first, what is small talk last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.domain import GuardReason, Route, RouteReason
from rag.guard.advice import policy_side, wants_advice
from rag.guard.attacks import is_attack
from rag.guard.learned import learned
from rag.guard.phrases import pattern
from rag.guard.reading import Reading, read
from rag.guard.talk import is_abuse, is_chat, is_other_topic
from rag.guard.urgent import asks_of_rules, is_crisis, is_emergency, taken_to_die
from rag.settings import HelpSettings

_LONGEST = 2000
"""Characters that are read; settings refuse questions far shorter than this."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """Why a question is not looked up as it stands, and whom to call, the most urgent number first.

    ``policy_question`` is what to search for all the same, to be offered as related content and never as the answer;
    None where nothing in the question is a matter of rules.
    """

    reason: GuardReason
    routes: tuple[Route, ...] = ()
    policy_question: str | None = None


def guard(text: str, numbers: HelpSettings, history: Sequence[str] = ()) -> Guarded | None:
    """Return why a question must not be looked up as it stands, or None for an ordinary one.

    ``history`` are earlier questions, oldest first; only the last one is read, for what goes on ("还是没反应") and for
    orders that are spread over two questions. Takes time in proportion to the length of what is read.
    """
    text = text[:_LONGEST]
    reading = read(text)
    earlier = history[-1][:_LONGEST] if history else ""
    reason, crisis_too = _reason(text, reading, earlier)
    if reason is None:
        return None
    emergency = Route(numbers.emergency, RouteReason.EMERGENCY)
    crisis = Route(numbers.crisis, RouteReason.CRISIS)
    if reason is GuardReason.EMERGENCY:
        meant = taken_to_die(reading) and not pattern("by_mistake").search(reading.text)
        routes = (emergency, crisis) if meant or crisis_too else (emergency,)
        return Guarded(reason, routes, text if asks_of_rules(reading) else None)
    if reason is GuardReason.CRISIS:
        return Guarded(reason, (crisis, emergency), text if asks_of_rules(reading) else None)
    if reason is GuardReason.MEDICAL_ADVICE:
        return Guarded(reason, (Route(numbers.health, RouteReason.MEDICAL_ADVICE), emergency), policy_side(reading))
    return Guarded(reason)


def _reason(text: str, reading: Reading, earlier: str) -> tuple[GuardReason | None, bool]:
    """Return the reason, and whether the line for a crisis belongs beside the ambulance.

    The order is the order of harm: a person in danger is helped, whatever else the question holds. The learned layer
    adds to the tables, after what they know for certain. Where they say crisis and it says emergency
    (血从手腕上往外喷), the ambulance comes first and the line for a crisis stays beside it.
    """
    listed = _danger(reading) or (_goes_on(reading, read(earlier)) if earlier else None)
    if listed is GuardReason.EMERGENCY:
        return listed, False
    sensed = learned(reading)
    if listed:
        return (GuardReason.EMERGENCY if sensed.reason is GuardReason.EMERGENCY else listed), True
    judged: tuple[tuple[GuardReason, Callable[[], bool]], ...] = (
        (GuardReason.ATTACK, lambda: is_attack(text, reading)),
        (GuardReason.CHAT, lambda: is_chat(reading)),
        (GuardReason.EMERGENCY, lambda: sensed.reason is GuardReason.EMERGENCY),
        (GuardReason.CRISIS, lambda: sensed.reason is GuardReason.CRISIS),
        (GuardReason.ABUSE, lambda: is_abuse(reading)),
        (GuardReason.MEDICAL_ADVICE, lambda: wants_advice(reading)),
        (GuardReason.OTHER_TOPIC, lambda: is_other_topic(reading)),
        (GuardReason.MEDICAL_ADVICE, lambda: sensed.reason is GuardReason.MEDICAL_ADVICE),
        (GuardReason.ATTACK, lambda: bool(earlier) and _attacks_in_parts(earlier, text)),
    )
    return next((reason for reason, holds in judged if holds()), None), sensed.crisis_too


def _attacks_in_parts(earlier: str, text: str) -> bool:
    """Tell whether two questions are an order only together."""
    both = f"{earlier}{text}"
    return is_attack(both, read(both)) and not is_attack(earlier, read(earlier))


def _danger(reading: Reading) -> GuardReason | None:
    if taken_to_die(reading):
        return GuardReason.EMERGENCY
    if is_crisis(reading):
        return GuardReason.CRISIS
    return GuardReason.EMERGENCY if is_emergency(reading) else None


def _goes_on(reading: Reading, earlier: Reading) -> GuardReason | None:
    """Return the danger of the last question where this one speaks of it still and asks nothing about rules."""
    before = _danger(earlier) or learned(earlier).reason
    if before not in (GuardReason.EMERGENCY, GuardReason.CRISIS) or asks_of_rules(reading):
        return None
    name = "crisis_goes_on" if before is GuardReason.CRISIS else "goes_on"
    return before if pattern(name).search(reading.text) else None
