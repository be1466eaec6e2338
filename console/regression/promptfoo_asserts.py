"""promptfoo's assertions as requirements of a case, as far as one means the other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from console.regression.drafts import Draft, as_texts
from console.regression.promptfoo_files import Files

_MUST = frozenset({"contains", "icontains", "contains-all", "icontains-all"})
_MAY_BE_ONE = frozenset({"contains-any", "icontains-any"})
_MUST_NOT = frozenset({"not-contains", "not-icontains", "not-contains-any", "not-icontains-any"})
_REFERENCES = frozenset({"equals", "similar", "factuality"})


def requirements_of(assertions: Sequence[Any], files: Files, draft: Draft) -> dict[str, Any]:
    """The requirements; what has no counterpart is counted in `draft`."""
    found: dict[str, Any] = {}
    for assertion in assertions:
        if not isinstance(assertion, Mapping) or not isinstance(assertion.get("type"), str):
            draft.leave_out("an assertion without a type")
        elif not _take(found, assertion["type"], files.value(assertion.get("value")), files):
            draft.leave_out(f"the assertion {assertion['type']}")
    return found


def _take(found: dict[str, Any], kind: str, value: Any, files: Files) -> bool:
    texts = _texts(kind, value)
    if texts and (kind in _MUST or (kind in _MAY_BE_ONE and len(texts) == 1)):
        found["must_include"] = [*found.get("must_include", []), *texts]
    elif texts and kind in _MUST_NOT:
        found["must_not_include"] = [*found.get("must_not_include", []), *texts]
    elif kind == "is-json" and "schema" not in found:
        schema = files.data(value)
        found["schema"] = schema if isinstance(schema, dict) else {}
    elif kind == "word-count" and "max_words" not in found:
        most = value.get("max") if isinstance(value, Mapping) else value
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            return False
        found["max_words"] = most
    elif kind in _REFERENCES and value not in (None, "") and "reference" not in found:
        found["reference"] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    else:
        return False
    return True


def _texts(kind: str, value: Any) -> list[str]:
    """A list may be written as one text with commas."""
    if isinstance(value, str) and kind.rpartition("-")[2] in ("all", "any"):
        return [part.strip() for part in value.split(",") if part.strip()]
    return as_texts(value)
