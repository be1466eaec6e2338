"""Serving the model lists, with what can go wrong with a list: the faults of the pseudo-model `/models`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from console.demo.standin.asked import Rejection
from console.demo.standin.catalogue import (
    anthropic_model,
    anthropic_models,
    catalogue,
    gemini_models,
    openai_model,
    openai_models,
)
from console.demo.standin.dialect import Dialect
from console.demo.standin.faults import BadSwitch, Faults
from console.demo.standin.http import Answer, HttpRequest
from console.demo.standin.models import Model, model_named

LISTS = "/models"
"""The name under which the switches of the lists are set."""
FOREVER_S = 3600.0


class ModelLists:
    """The lists of one stand-in. `released` and `withdrawn` ids come and go as a provider's models do."""

    def __init__(self) -> None:
        self._released: tuple[str, ...] = ()
        self._withdrawn: tuple[str, ...] = ()

    def change(self, command: Mapping[str, object]) -> None:
        """`{"released": [id…], "withdrawn": [id…]}`, either or both. Raises BadSwitch."""
        for key in ("released", "withdrawn"):
            ids = command.get(key)
            if ids is None:
                continue
            if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
                raise BadSwitch(f"{key}: a list of model ids is needed")
            if key == "released" and (strange := [one for one in ids if model_named(one) is None]):
                raise BadSwitch(f"released: {strange[0]!r} looks like no provider's model")
            setattr(self, f"_{key}", tuple(ids))

    def reset(self) -> None:
        """The lists as they were at first."""
        self._released = self._withdrawn = ()

    async def answer(self, request: HttpRequest, dialect: Dialect, answer: Answer, faults: Faults) -> bool:
        """Answer with a list. False when the connection is to be closed."""
        claude = "anthropic-version" in request.headers
        if faults.error_rate:
            retry = {} if faults.retry_after_s is None else {"retry-after": f"{faults.retry_after_s:g}"}
            rejection = Rejection(faults.error_status, "The list is rejected by a switch of the stand-in")
            await answer.json(faults.error_status, dialect.error(rejection), retry)
            return True
        if faults.damage == "refuse":
            answer.reset()
            return False
        if faults.damage == "hang":
            await asyncio.sleep(FOREVER_S)
            return False
        page = self._page(request, claude)
        if faults.damage == "endless":
            page |= {"has_more": True}
        body = json.dumps({**page, "data": []} if faults.damage == "empty" else page).encode()
        if faults.damage == "half":
            await answer.raw(200, body[: len(body) // 2], promised=len(body))
            return False
        await answer.raw(200, body[: len(body) * 2 // 3] if faults.damage == "malformed json" else body)
        return True

    def one(self, model: Model, request: HttpRequest) -> dict[str, object]:
        """One model as its list describes it."""
        return anthropic_model(model) if "anthropic-version" in request.headers else openai_model(model)

    def _page(self, request: HttpRequest, claude: bool) -> dict[str, object]:
        models = catalogue(self._released, self._withdrawn)
        if claude:
            return anthropic_models(request.query, models)
        return gemini_models(models) if "/v1beta/" in request.path else openai_models(models)
