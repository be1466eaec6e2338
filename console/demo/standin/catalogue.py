"""The model lists: `/v1/models` of Anthropic (with lifecycle) and of OpenAI (with shutdown dates)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from console.demo.standin.models import MODELS, Model, model_named

_DEFAULT_STAGES = {"active", "deprecated"}
_LINE = re.compile(r"claude-(haiku|sonnet|opus|fable|mythos)-")


def catalogue(released: Iterable[str] = (), withdrawn: Iterable[str] = ()) -> tuple[Model, ...]:
    """Every model there is, with those that were `released` meanwhile and without those that were `withdrawn`."""
    more = (model for model_id in released if (model := model_named(model_id)) is not None)
    models = {model.id: model for model in (*MODELS.values(), *more)}
    return tuple(model for model in models.values() if model.id not in frozenset(withdrawn))


def anthropic_models(
    query: Mapping[str, list[str]], models: Iterable[Model] = tuple(MODELS.values())
) -> dict[str, object]:
    """One page of Anthropic's list. Takes `lifecycle` (repeated, bracketed or with commas), `limit`, `after_id`."""
    wanted = {
        stage for key in ("lifecycle", "lifecycle[]") for value in query.get(key, ()) for stage in value.split(",")
    }
    listed = [
        model
        for model in models
        if model.provider == "anthropic" and not model.served and model.lifecycle in (wanted or _DEFAULT_STAGES)
    ]
    after = query.get("after_id", [""])[0]
    ids = [model.id for model in listed]
    first = ids.index(after) + 1 if after in ids else 0
    given = query.get("limit", ["20"])[0]
    page = listed[first : first + (int(given) if given.isdecimal() else 20)]
    return {
        "data": [anthropic_model(model) for model in page],
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
        "has_more": first + len(page) < len(listed),
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


def openai_models(models: Iterable[Model] = tuple(MODELS.values())) -> dict[str, object]:
    """OpenAI's list, which does not name retired models."""
    listed = [model for model in models if model.provider == "openai" and model.lifecycle != "retired"]
    return {"object": "list", "data": [openai_model(model) for model in listed]}


def gemini_models(models: Iterable[Model] = tuple(MODELS.values())) -> dict[str, object]:
    """Gemini's list, as it answers the openai SDK: names with their collection, no dates."""
    listed = [model for model in models if model.provider == "gemini"]
    rows = [{"id": f"models/{model.id}", "object": "model", "owned_by": "stand-in"} for model in listed]
    return {"object": "list", "data": rows}


def openai_model(model: Model) -> dict[str, object]:
    """One model as OpenAI describes it."""
    created = int(datetime.fromisoformat(model.released).replace(tzinfo=UTC).timestamp())
    owner = "stand-in"
    return {"id": model.id, "object": "model", "created": created, "owned_by": owner, "shutdown_date": model.retires}


def _instant(day: str | None) -> str | None:
    return f"{day}T00:00:00Z" if day else None
