"""What a model id means: pinned (always the same weights), an alias (may move) or unknown, and why.

General rules by platform and maker, not a list of ids: the ids of next year are read like those of today. The shipped
data only answers what no rule can: which undated OpenAI names have dated snapshots, and where aliases point.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from console.catalog import anthropic_ids, facts, google_ids, openai_ids, other_ids
from console.catalog.names import Kind, Name
from console.catalog.platforms import Place, place
from console.domain.record import record

_PLAUSIBLE = re.compile(r"[!-~]{1,256}")
_OWN_NAME = frozenset({"azure", "openrouter", "litellm"})
"""Platforms that stand between the application and the maker: they are the provider one deals with."""


@record
class Identity:
    """What one id means. `kind` "pinned" is no promise of identical output: infrastructure moves too.

    `platform` "" is the maker's own API; `provider` is who one deals with, "" if the id does not say. `date` is
    `YYYY-MM-DD` or `YYYY-MM`. `why` is a sentence. `candidates` are the pinned ids that an alias could be.
    """

    id: str
    platform: str
    provider: str
    family: str | None
    version: str | None
    date: str | None
    kind: Kind
    why: str
    candidates: tuple[str, ...] = ()


def identify(model_id: str, platform: str = "") -> Identity:
    """Says what `model_id` means. Never raises: what cannot be read is "unknown", never "pinned".

    `platform` says where it is sent if the id alone does not show it: `azure`, `bedrock`, `vertex`, `openrouter`,
    `litellm`; "" takes the id's word.
    """
    return _identify(model_id, platform)


@lru_cache(maxsize=4_096)
def _identify(model_id: str, platform: str) -> Identity:
    text = model_id.strip()
    if not _PLAUSIBLE.fullmatch(text):
        return Identity(text, platform, "", None, None, None, "unknown", "This cannot be a model id.")
    where = place(text.lower(), platform.strip().lower())
    name = _on_platform(read(where), where)
    provider = where.platform if where.platform in _OWN_NAME else name.provider
    shown = where.platform or ("deepseek" if name.provider == "deepseek" else "")
    return Identity(
        text, shown, provider, name.family, name.version, name.date, name.kind, name.why + ".", name.candidates
    )


def read(where: Place) -> Name:
    """The model's own name, read by the rules of its maker."""
    name = where.name
    if not name:
        return Name("", None, None, "unknown", where.hidden)
    known = (
        anthropic_ids.read(name, facts.dated_claudes())
        or google_ids.read(name)
        or openai_ids.read(name, facts.openai_snapshots())
    )
    return known or other_ids.read(name, where.maker)


def _on_platform(name: Name, where: Place) -> Name:
    """What the platform adds to, or takes from, the verdict on the model's own name."""
    if where.moves:
        return replace(name, kind="alias", why=where.moves)
    if name.kind == "alias" and where.name.endswith("latest"):
        return name
    if where.hidden:
        # The name was chosen by whoever made the deployment: a version read off it would be a guess.
        return replace(name, kind="unknown", why=where.hidden, version=None, date=None, candidates=())
    if where.slug and not (name.kind == "pinned" and name.date):
        why = "A router's name without a date: which host and build answer is the router's choice"
        return replace(name, kind="unknown", why=why, candidates=())
    if where.build and name.kind == "unknown" and name.provider not in ("anthropic", ""):
        return replace(name, kind="pinned", why=f"The platform's version {where.build} names one build")
    return name
