"""What the stand-in decides about a request: fail, refuse, or answer, and how fast. Deterministic, no clock.

The wording depends on (model, prompt). Luck (latency, errors, refusals) depends on (model, prompt, how often this model
has met this prompt), so that asking again differs as it would in life, and a whole run repeats exactly.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter
from dataclasses import replace

from console.demo.standin.answers import answer, tokens
from console.demo.standin.asked import Asked, Rejection, Reply, Stop
from console.demo.standin.faults import Damage, Faults
from console.demo.standin.luck import luck_of
from console.demo.standin.models import Model, model_named
from console.demo.standin.texts import ESCAPES

WORDS_PER_PIECE = 6
HUGE_CHARACTERS = 10_000_000
HUGE_PIECE = 65_536
ALL = "*"
_REMEMBERED = 50_000
_REFUSAL = "I can't help with that request."
_MESSAGES = {
    400: "The request was rejected by a switch of the stand-in",
    401: "invalid x-api-key",
    403: "Your key may not use this model",
    404: "model not found",
    429: "This request would exceed your rate limit",
    500: "Internal server error",
    503: "The service is temporarily unavailable",
    529: "Overloaded",
}


class Simulation:
    """The state of one stand-in: its switches, what it has met, and how often each model answered what."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        """`model outcome` -> how often; the outcome is `ok`, `refusal`, an HTTP status or a damage."""
        self._faults: dict[str, Faults] = {}
        self._met: Counter[tuple[str, str]] = Counter()
        self._cached: set[tuple[str, str]] = set()

    def switch(self, model_id: str, switches: dict[str, object]) -> Faults:
        """Set switches of one model, or of every model under `*`. Raises BadSwitch."""
        changed = self.faults(model_id).changed(switches)
        self._faults[model_id] = changed
        return changed

    def reset(self) -> None:
        """Back to normal life."""
        self._faults.clear()

    def faults(self, model_id: str, *, common: bool = True) -> Faults:
        """The switches that hold for `model_id`; without `common`, those set for every model do not count."""
        return self._faults.get(model_id) or (self._faults.get(ALL) if common else None) or Faults()

    def switches(self) -> dict[str, dict[str, object]]:
        """Every switch that was set, by model."""
        return {model_id: faults.plain() for model_id, faults in self._faults.items()}

    def find(self, model_id: str) -> Model | None:
        """The model that answers, or None where it is retired or nobody's."""
        return model_named(model_id)

    def decide(self, asked: Asked, model: Model) -> Rejection | Reply:
        """An error or an answer for `asked`; counts it."""
        faults = self.faults(asked.model)
        luck = self._luck(asked)
        outcome = self._failure(faults, model, luck) or self._reply(asked, model, faults, luck)
        if isinstance(outcome, Rejection):
            kind = str(outcome.status)
        elif outcome.damage != "none":
            kind = outcome.damage
        else:
            kind = "refusal" if outcome.stop == "refusal" else "ok"
        self.counts[f"{asked.model} {kind}"] += 1
        return outcome

    def input_tokens(self, asked: Asked, model: Model) -> int:
        """What the model counts for the whole request."""
        return 8 + tokens(model, asked.everything)

    def _luck(self, asked: Asked) -> random.Random:
        if len(self._met) > _REMEMBERED:
            self._met.clear()
        key = (asked.model, asked.prompt)
        self._met[key] += 1
        return luck_of(*key, self._met[key])

    @staticmethod
    def _failure(faults: Faults, model: Model, luck: random.Random) -> Rejection | None:
        usual = model.error_rate if faults.error_rate is None else faults.error_rate
        if luck.random() >= usual * faults.error_factor:
            return None
        retry = faults.retry_after_s if faults.retry_after_s is not None or faults.error_status != 429 else 1.0
        code = "model_not_found" if faults.error_status == 404 else None
        status = faults.error_status
        return Rejection(status, _MESSAGES.get(status, "The stand-in was told to fail"), None, code, retry)

    def _reply(self, asked: Asked, model: Model, faults: Faults, luck: random.Random) -> Reply:
        refusal_rate = model.refusal_rate if faults.refusal_rate is None else faults.refusal_rate
        refused = luck.random() < refusal_rate
        damage: Damage = faults.damage if luck.random() < faults.damage_rate else "none"
        model = replace(model, token_factor=model.token_factor * faults.token_factor)
        tool = None if refused else _tool(asked)
        text = _REFUSAL if refused else _tool_arguments(asked) if tool else _text(asked, model, faults, damage)
        stop: Stop = "refusal" if refused else "tool" if tool else "end"
        thinking = luck.randint(8, 24) if model.thinks and not refused else 0
        if asked.max_tokens is not None and stop == "end" and tokens(model, text) + thinking > asked.max_tokens:
            kept = max(0, asked.max_tokens - thinking)
            text, stop = text[: math.floor(kept * 4 / model.token_factor)], "length"
        pieces = _pieces(text)
        output = tokens(model, text) + thinking
        pace = luck.lognormvariate(0.0, 0.15) * faults.latency_factor / model.tokens_per_s
        cached, written = self._cache(asked, model)
        return Reply(
            id=f"standin_{luck.getrandbits(64):016x}",
            model=model,
            served=faults.served or model.answers_as,
            pieces=pieces,
            stop=stop,
            input_tokens=max(0, self.input_tokens(asked, model) - cached - written),
            output_tokens=output,
            thinking_tokens=thinking,
            cached_tokens=cached,
            cache_write_tokens=written,
            first_token_s=model.first_token_s * luck.lognormvariate(0.0, model.spread) * faults.latency_factor,
            piece_s=0.0 if damage == "huge" else pace * output / max(1, len(pieces)),
            tool=tool,
            usage_in_stream=asked.usage_in_stream,
            damage=damage,
        )

    def _cache(self, asked: Asked, model: Model) -> tuple[int, int]:
        """Tokens read from and written to the prompt cache, which belongs to one model."""
        if not asked.cacheable:
            return 0, 0
        size, key = tokens(model, asked.cacheable), (asked.model, asked.cacheable)
        if key in self._cached:
            return size, 0
        self._cached.add(key)
        return 0, size


def _tool(asked: Asked) -> str | None:
    """The offered tool that the prompt names, which is how a test asks for a tool call."""
    return next((name for name in asked.tools if name in asked.prompt), None)


def _tool_arguments(asked: Asked) -> str:
    order = re.search(r"\d{4,}", asked.prompt)
    return json.dumps({"order": order[0] if order else "unknown", "notify": True})


def _text(asked: Asked, model: Model, faults: Faults, damage: Damage) -> str:
    if damage == "empty":
        return ""
    if damage == "escapes":
        return ESCAPES
    text = answer(model, asked.prompt, asked.schema)
    if damage == "huge":
        return (text + "\n\n") * (HUGE_CHARACTERS // (len(text) + 2) + 1)
    return f"```json\n{text}\n```" if faults.fences else text


def _pieces(text: str) -> tuple[str, ...]:
    """The text in the portions it streams in. Joined, they are the text again."""
    if len(text) >= HUGE_CHARACTERS // 2:
        return tuple(text[i : i + HUGE_PIECE] for i in range(0, len(text), HUGE_PIECE))
    words = re.findall(r"\s*\S+\s*", text) or ([text] if text else [])
    return tuple("".join(words[i : i + WORDS_PER_PIECE]) for i in range(0, len(words), WORDS_PER_PIECE))
