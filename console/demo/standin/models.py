"""How each simulated model behaves: its voice, speed, token counts and ends of life. Facts: docs of the providers.

An id that nobody listed still answers when it looks like one of a known provider, with a temperament drawn from the
id itself: a team's own registry works with the stand-in too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from console.demo.standin.luck import luck_of

Provider = Literal["anthropic", "openai", "gemini"]
Voice = Literal["plain", "warm", "terse", "formal"]
Lifecycle = Literal["active", "deprecated", "retired"]


@dataclass(frozen=True, slots=True)
class Model:
    """One simulated model. Times are simulated seconds, rates are shares 0..1.

    `first_token_s` is the median of a lognormal distribution with shape `spread`; `token_factor` is how many tokens
    it counts for the text that others count 1 token for. `served` is the id that answers where it is another one.
    """

    id: str
    provider: Provider
    voice: Voice = "plain"
    first_token_s: float = 0.6
    spread: float = 0.35
    tokens_per_s: float = 80.0
    token_factor: float = 1.0
    thinks: bool = False
    changes_facts: float = 0.0
    refusal_rate: float = 0.002
    error_rate: float = 0.015
    lifecycle: Lifecycle = "active"
    released: str = "2025-01-01"
    deprecated: str | None = None
    retires: str | None = None
    served: str | None = None

    @property
    def answers_as(self) -> str:
        """The id the response names."""
        return self.served or self.id


def _claude(model_id: str, released: str, **changes: object) -> Model:
    return replace(Model(model_id, "anthropic", released=released), **changes)  # type: ignore[arg-type]


def _gpt(model_id: str, released: str, **changes: object) -> Model:
    return replace(Model(model_id, "openai", "formal", 0.45, 0.4, 110.0, released=released), **changes)  # type: ignore[arg-type]


def _gone(model_id: str, provider: Provider, announced: str, retired: str) -> Model:
    return Model(model_id, provider, lifecycle="retired", deprecated=announced, retires=retired)


_GPT_4_ENDS = {"lifecycle": "deprecated", "deprecated": "2026-10-14", "retires": "2027-01-14"}

MODELS: dict[str, Model] = {
    model.id: model
    for model in (
        _claude(
            "claude-sonnet-4-5-20250929",
            "2025-09-29",
            lifecycle="deprecated",
            deprecated="2026-09-30",
            retires="2026-11-30",
        ),
        _claude(
            "claude-sonnet-5-5",
            "2026-09-28",
            voice="warm",
            first_token_s=0.62,
            tokens_per_s=125.0,
            token_factor=1.3,
            thinks=True,
            changes_facts=0.25,
            refusal_rate=0.003,
        ),
        _claude(
            "claude-haiku-4-5-20251001",
            "2025-10-15",
            voice="terse",
            first_token_s=0.3,
            tokens_per_s=150.0,
            error_rate=0.006,
        ),
        _claude(
            "claude-haiku-5-5",
            "2026-10-07",
            voice="terse",
            first_token_s=0.3,
            tokens_per_s=190.0,
            token_factor=1.3,
            thinks=True,
        ),
        _claude("claude-sonnet-4-6", "2026-02-17"),
        _claude("claude-sonnet-5", "2026-06-30", voice="warm", token_factor=1.3),
        _gone("claude-sonnet-4-20250514", "anthropic", "2026-04-14", "2026-06-15"),
        _gone("claude-3-7-sonnet-20250219", "anthropic", "2025-10-28", "2026-02-19"),
        _gone("claude-3-5-sonnet-20241022", "anthropic", "2025-08-13", "2025-10-28"),
        _gone("claude-3-haiku-20240307", "anthropic", "2026-02-19", "2026-04-20"),
        _gpt("gpt-4.1-mini-2025-04-14", "2025-04-14", **_GPT_4_ENDS),
        _gpt("gpt-4.1-2025-04-14", "2025-04-14", first_token_s=0.6, **_GPT_4_ENDS),
        _gpt("gpt-4o-2024-08-06", "2024-08-06", **_GPT_4_ENDS),
        _gpt("gpt-4o", "2024-08-06", served="gpt-4o-2024-08-06", **_GPT_4_ENDS),
        _gpt("gpt-5.4-mini-2026-03-17", "2026-03-17", voice="plain", first_token_s=0.4, tokens_per_s=140.0),
        _gpt("gpt-6-luna", "2026-07-01", voice="warm", first_token_s=0.5, thinks=True),
        _gpt("gpt-6.1-sol", "2026-09-29", voice="warm", first_token_s=0.8, thinks=True),
        _gpt("gpt-6.2-sol", "2026-11-17", voice="warm", first_token_s=0.8, thinks=True),
        _gone("gpt-4o-2024-05-13", "openai", "2026-04-22", "2026-10-23"),
        Model("gemini-3.8-flash", "gemini", "warm", 0.35, 0.4, 170.0),
        Model("gemini-2.5-flash", "gemini", "plain", 0.35, 0.4, 160.0, retires="2026-12-01"),
        Model("gemini-2.0-flash-001", "gemini", "plain", served="gemini-3.6-flash", retires="2026-06-01"),
        _claude("claude-sonnet-4-5", "2025-09-29", served="claude-sonnet-4-5-20250929"),
        _claude("claude-haiku-4-5", "2025-10-15", voice="terse", served="claude-haiku-4-5-20251001"),
    )
}
"""Google reroutes a retired id without saying so; Anthropic and OpenAI answer 404 for one."""

_SHAPES: tuple[tuple[str, Provider], ...] = (
    (r"claude-(opus|sonnet|haiku|fable|mythos)-\d", "anthropic"),
    (r"(ft:)?(gpt-\d|o\d\b|chat-?gpt|chat-latest)", "openai"),
    (r"(models/)?gemini-", "gemini"),
)
_VOICES: tuple[Voice, ...] = ("plain", "warm", "terse", "formal")


def model_named(model_id: str) -> Model | None:
    """The model that answers to `model_id`, or None where a provider would say 404."""
    known = MODELS.get(model_id)
    if known is not None:
        return None if known.lifecycle == "retired" else known
    for shape, provider in _SHAPES:
        if re.match(shape, model_id):
            drawn = luck_of(model_id)
            return Model(
                model_id,
                provider,
                voice=drawn.choice(_VOICES),
                first_token_s=drawn.uniform(0.3, 0.9),
                tokens_per_s=drawn.uniform(70.0, 160.0),
                thinks=claude_version(model_id) >= (5, 5),
                token_factor=1.3 if claude_version(model_id) >= (5, 0) else 1.0,
            )
    return None


def claude_version(model_id: str) -> tuple[int, int]:
    """`claude-sonnet-4-5-20250929` is (4, 5); (0, 0) for an id of another family."""
    found = re.match(r"claude-[a-z]+-(\d{1,2})(?:-(\d{1,2}))?(?:-|$)", model_id)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def gpt_version(model_id: str) -> tuple[int, int]:
    """`gpt-6.1-sol` is (6, 1), `gpt-4o` is (4, 0); (5, 0) for the o-series; (0, 0) for an id of another family."""
    if re.match(r"o\d\b", model_id):
        return (5, 0)
    found = re.match(r"(?:ft:)?gpt-(\d+)(?:\.(\d+))?", model_id)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)
