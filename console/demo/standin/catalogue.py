"""The model lists: `/v1/models` of Anthropic (with lifecycle) and of OpenAI (with shutdown dates)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from console.demo.standin.models import MODELS, Model

_DEFAULT_STAGES = {"active", "deprecated"}
_LINE = re.compile(r"claude-(haiku|sonnet|opus|fable|mythos)-")


def anthropic_models(query: Mapping[str, list[str]]) -> dict[str, object]:
    """One page of Anthropic's list. Takes `lifecycle` (repeated, bracketed or with commas), `limit`, `after_id`."""
    wanted = {
        stage for key in ("lifecycle", "lifecycle[]") for value in query.get(key, ()) for stage in value.split(",")
    }
    models = [
        model
        for model in MODELS.values()
        if model.provider == "anthropic" and not model.served and model.lifecycle in (wanted or _DEFAULT_STAGES)
    ]
    after = query.get("after_id", [""])[0]
    ids = [model.id for model in models]
    first = ids.index(after) + 1 if after in ids else 0
    given = query.get("limit", ["20"])[0]
    page = models[first : first + (int(given) if given.isdecimal() else 20)]
    return {
        "data": [anthropic_model(model) for model in page],
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
        "has_more": first + len(page) < len(models),
    }


def anthropic_model(model: Model) -> dict[str, object]:
    """One model as Anthropic describes it."""
    line = _LINE.match(model.id)
    return {
        "type": "model",
        "id": model.id,
        "display_name": f"{model.id} (stand-in)",
        "created_at": _instant(model.released),
        "lifecycle": model.lifecycle,
        "deprecated_at": _instant(model.deprecated),
        "retires_at": None if model.lifecycle == "active" else _instant(model.retires),
        "line": line[1] if line else None,
        "max_input_tokens": 200_000,
        "max_tokens": 64_000,
        "capabilities": None,
    }


def openai_models() -> dict[str, object]:
    """OpenAI's list, which does not name retired models."""
    models = [model for model in MODELS.values() if model.provider == "openai" and model.lifecycle != "retired"]
    return {"object": "list", "data": [openai_model(model) for model in models]}


def openai_model(model: Model) -> dict[str, object]:
    """One model as OpenAI describes it."""
    created = int(datetime.fromisoformat(model.released).replace(tzinfo=UTC).timestamp())
    owner = "stand-in"
    return {"id": model.id, "object": "model", "created": created, "owned_by": owner, "shutdown_date": model.retires}


def _instant(day: str | None) -> str | None:
    return f"{day}T00:00:00Z" if day else None
