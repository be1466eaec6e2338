"""The words of an answer: the same for the same model and prompt, and different from model to model."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Mapping

from console.demo.standin.luck import luck_of
from console.demo.standin.models import Model, Voice
from console.demo.standin.texts import GENERAL, SUBJECTS, Subject

CHARACTERS_PER_TOKEN = 4
_OPENINGS: dict[Voice, tuple[str, ...]] = {
    "plain": ("Hello,\n\nthank you for your message.", "Hello,\n\nthank you for getting in touch."),
    "warm": ("Hi there,\n\nthanks so much for reaching out!", "Hi there,\n\nthanks for your patience."),
    "terse": ("Hello,", "Hi,"),
    "formal": ("Dear customer,\n\nwe have received your enquiry.", "Dear customer,\n\nthank you for your enquiry."),
}
_CLOSINGS: dict[Voice, str] = {
    "plain": "Kind regards\nCustomer service",
    "warm": "Warm regards\nYour support team",
    "terse": "Customer service",
    "formal": "Yours faithfully\nCustomer service",
}


def answer(model: Model, prompt: str, schema: Mapping[str, object] | None = None) -> str:
    """What `model` says to `prompt`: prose, a summary, or JSON where the prompt or a JSON `schema` asks for it."""
    luck = luck_of(model.id, prompt)
    subject = subject_of(prompt)
    sentences = _sentences(model, subject, luck)
    if schema is not None:
        return json.dumps(_instance(schema, " ".join(sentences), subject), ensure_ascii=False)
    if re.search(r"\bJSON\b", prompt):
        reply = {"intent": subject.intent, "reply": " ".join(sentences), "needs_human": subject is GENERAL}
        return json.dumps(reply, ensure_ascii=False, indent=2)
    if re.search(r"\bsummar", prompt, re.IGNORECASE):
        return _summary(model, prompt, subject, luck)
    opening, closing = luck.choice(_OPENINGS[model.voice]), _CLOSINGS[model.voice]
    return f"{opening} {_named(prompt)}{' '.join(sentences)}\n\n{closing}"


def tokens(model: Model, text: str) -> int:
    """How many tokens `model` counts for `text`."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN * model.token_factor)


def subject_of(prompt: str) -> Subject:
    """What the prompt is about: the subject most of its words belong to."""
    lowered = prompt.lower()
    best = max(SUBJECTS, key=lambda subject: sum(word in lowered for word in subject.words))
    return best if any(word in lowered for word in best.words) else GENERAL


def _sentences(model: Model, subject: Subject, luck: random.Random) -> list[str]:
    fact = subject.wrong if luck.random() < model.changes_facts else subject.right
    wording = subject.warm if model.voice == "warm" else subject.plain
    kept = wording[:2] if model.voice == "terse" else wording
    return [sentence.replace("{days}", fact) for sentence in kept]


def _named(prompt: str) -> str:
    order = re.search(r"\border (?:no\. |number )?#?(\d{4,})", prompt, re.IGNORECASE)
    return f"This is about order {order[1]}. " if order else ""


def _summary(model: Model, prompt: str, subject: Subject, luck: random.Random) -> str:
    order = re.search(r"\d{4,}", prompt)
    about = f" about order {order[0]}" if order else ""
    mood = luck.choice(("calm", "impatient", "disappointed"))
    facts = _sentences(model, subject, luck)
    if model.voice == "formal":
        return (
            f"The customer wrote{about} concerning {subject.name} and sounds {mood}. "
            f"Relevant terms: {facts[0]} Suggested next step: {facts[1]}"
        )
    return f"- Subject: {subject.name}{about}\n- Mood: {mood}\n- Terms: {facts[0]}\n- Next step: {facts[1]}"


def _instance(schema: Mapping[str, object], text: str, subject: Subject, name: str = "") -> object:
    """A value that fits `schema`, as far as types, enums and required properties go."""
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return subject.intent if subject.intent in choices else choices[0]
    properties = schema.get("properties")
    if isinstance(properties, dict):
        return {key: _instance(part, text, subject, key) for key, part in properties.items() if isinstance(part, dict)}
    items = schema.get("items")
    values: dict[object, object] = {
        "string": subject.intent if name == "intent" else text,
        "integer": 1,
        "number": 1.0,
        "boolean": subject is GENERAL,
        "array": [_instance(items, text, subject)] if isinstance(items, dict) else [],
        "object": {},
    }
    kind = schema.get("type")
    return values.get(kind[0] if isinstance(kind, list) and kind else kind)
