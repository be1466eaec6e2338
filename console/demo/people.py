"""The simulated users: who they are, how often each of them writes, and what about."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

PEOPLE = 2_000
SPREAD = 0.6
"""Exponent of the Zipf law: the busiest user writes 63 times as often as the median one and makes 2 % of the
traffic, so some people come back all day and yet nobody dominates a canary of 5 %."""

RATED = 0.10
"""Share of answers that their readers rate."""
SATISFIED = 0.92
FLAGGED = 0.02
"""Share of answers in JSON that the shop's own checker objects to, for a wrong intent and the like."""
SYSTEM = {
    "support": (
        "You answer customer e-mail for a shop that sells household goods and clothing. Be polite and brief. "
        "Use the shop's terms: returns, delivery, invoices, warranty, refunds, address changes, subscriptions. "
        "Never promise a date that is not in the terms. Sign as customer service."
    ),
    "summarise": (
        "You summarise conversations between customers and the shop for the colleague who takes over. "
        "Name the subject, the mood and the next step. Invent nothing."
    ),
}
"""The applications' system prompts, by route."""

MAX_TOKENS = 600


def call_of(route: str, model: str, messages: Sequence[Mapping[str, object]] = ()) -> dict[str, object]:
    """What the application of `route` passes to its SDK: each provider in its own words."""
    if model.startswith("claude"):
        return {"model": model, "system": SYSTEM[route], "messages": list(messages), "max_tokens": MAX_TOKENS}
    system = {"role": "system", "content": SYSTEM[route]}
    return {"model": model, "messages": [system, *messages], "max_completion_tokens": MAX_TOKENS}


Kind = Literal["mail", "json", "summary"]
_QUESTIONS = (
    "I would like to return order {order}. How does that work?",
    "Where is my parcel? Order {order} was supposed to arrive on Monday.",
    "Can you send me the invoice for order {order} with VAT shown separately?",
    "The coffee machine from order {order} stopped working after {n} weeks. Is that covered by the warranty?",
    "You charged me twice for order {order}. When do I get my money back?",
    "I moved house, please change the delivery address of order {order}.",
    "How do I cancel my subscription? My customer number is {order}.",
    "The lamp in order {order} has a scratch. Can I exchange it?",
    "Tracking for order {order} has not changed for {n} days.",
    "Do you have this jacket in size {n}? Order {order} came in the wrong one.",
)
_AS_JSON = "Answer as JSON with the keys intent, reply and needs_human.\n\n"
_AS_SUMMARY = "Summarise this conversation for the colleague who takes over:\n\nCustomer: "
JSON_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a user wants: what kind of answer, and the prompt."""

    kind: Kind
    prompt: str


class Crowd:
    """2,000 users with unequal zeal."""

    def __init__(self, luck: random.Random) -> None:
        self._luck = luck
        self._names = [f"user-{number:04d}" for number in range(PEOPLE)]
        self._weights = list(itertools.accumulate((rank + 1) ** -SPREAD for rank in range(PEOPLE)))

    def draw(self) -> str:
        """The id of the user who writes next."""
        return self._luck.choices(self._names, cum_weights=self._weights)[0]

    def request(self, route: str) -> Request:
        """What that user writes on `route`."""
        question = self._luck.choice(_QUESTIONS).format(
            order=self._luck.randint(10_000, 99_999), n=self._luck.randint(2, 40)
        )
        if route == "summarise":
            return Request("summary", _AS_SUMMARY + question)
        if self._luck.random() < JSON_SHARE:
            return Request("json", _AS_JSON + question)
        return Request("mail", question)
