"""Cases from a promptfoo configuration: its prompts with the variables of each test in them, its assertions as demands.

Prompts are templates. Of their language, variables (`{{ name }}`, `{{ user.name }}`) are filled in; a case that needs
more of it is left out and counted, as is every assertion that no requirement of a suite means. Files that the
configuration names are read from beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from console.regression.drafts import Draft, ImportFailed, as_texts
from console.regression.promptfoo_asserts import requirements_of
from console.regression.promptfoo_files import Files

_VARIABLE = re.compile(r"\{\{-?\s*([A-Za-z_][\w.]*)\s*-?\}\}")
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")
_MOST_CASES = 20_000
_KNOWN = frozenset({"description", "prompts", "providers", "targets", "tests", "defaultTest"})
_MEANT = frozenset({"description", "vars", "assert", "metadata"})


def draft_of(data: bytes, path: Path) -> Draft:
    """The cases of the configuration in the file at `path`. Raises ImportFailed with its place."""
    try:
        return _drafted(data, path)
    except (RecursionError, ValueError) as error:  # YAML can hold what holds itself
        raise ImportFailed(f"{path}: a value in it holds itself, or holds too much within each other") from error


def _drafted(data: bytes, path: Path) -> Draft:
    files = Files(path.parent)
    config = files.parsed(data, path)
    if not isinstance(config, dict) or not config.get("prompts"):
        raise ImportFailed(f"{path}: is no promptfoo configuration: it has no prompts", "It has prompts and tests.")
    draft = Draft()
    for key in sorted(set(map(str, config)) - _KNOWN):
        draft.leave_out(f"the key {key}")
    if config.get("providers") or config.get("targets"):
        draft.leave_out("providers: the registry says which model answers")
    prompts = list(files.prompts(config["prompts"], draft))
    default = _table(config.get("defaultTest"), "defaultTest", path)
    for test in files.tests(config.get("tests") or [{}], draft):
        for case, name in _cases(draft, files, prompts, default, _table(test, "a test", path)):
            if len(draft.cases) >= _MOST_CASES:
                raise ImportFailed(f"{path}: makes more than {_MOST_CASES:,} cases")
            draft.add(case, name)
    return draft


def _cases(
    draft: Draft, files: Files, prompts: list[tuple[str, str]], default: Mapping[str, Any], test: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], str]]:
    """A case, and what it is called, for each prompt and each combination of the test's variables."""
    for key in sorted(set(map(str, test)) - _MEANT):
        draft.leave_out(f"the key {key} of a test")
    variables = {**(default.get("vars") or {}), **(test.get("vars") or {})}
    wanted = [*_list(default.get("assert")), *_list(test.get("assert"))]
    tags = as_texts((test.get("metadata") or {}).get("tags", []))
    for values in _combinations(files, variables):
        demands = requirements_of([_filled_in(one, values) for one in wanted], files, draft)
        for label, template in prompts:
            asked = _asked(template, values)
            if asked is None:
                draft.leave_out("a case whose prompt needs more than variables, or one that no test gives")
                continue
            said = test.get("description") or ""
            name = f"{said} {label}" if said and len(prompts) > 1 else said
            yield {**asked, "tags": tags, **demands}, name


def _combinations(files: Files, variables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """promptfoo asks each value of a variable that is a list."""
    names = list(variables)
    several = [[files.value(each) for each in _list(variables[name], [""])] for name in names]
    for values in product(*several):
        yield dict(zip(names, values, strict=True))


def _rendered(template: str, values: Mapping[str, Any]) -> str | None:
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        found: Any = values
        for name in match[1].split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is None:
            missing = True
            return ""
        return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)

    bare = _VARIABLE.sub("", template)
    text = _VARIABLE.sub(value, template)
    return None if missing or _TEMPLATE.search(bare) else text


def _filled_in(assertion: Any, values: Mapping[str, Any]) -> Any:
    """Assertions may name variables, too."""
    if isinstance(assertion, str):
        return _rendered(assertion, values) or assertion
    if isinstance(assertion, Mapping):
        return {key: _filled_in(value, values) for key, value in assertion.items()}
    return [_filled_in(each, values) for each in assertion] if isinstance(assertion, list) else assertion


def _asked(template: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The prompt, or the messages that the template is as JSON; None where a part of it cannot be filled in."""
    if template.lstrip().startswith("["):
        try:
            messages = json.loads(template)
        except (ValueError, RecursionError):
            messages = None
        if isinstance(messages, list) and all(isinstance(each, dict) and "role" in each for each in messages):
            return {"messages": messages} if _fill(messages, values) else None
    text = _rendered(template, values)
    return None if text is None else {"prompt": text}


def _fill(place: Any, values: Mapping[str, Any]) -> bool:
    """Fill in every text within `place`; False where one cannot be."""
    for key, value in list(enumerate(place) if isinstance(place, list) else place.items()):
        if isinstance(value, str):
            place[key] = _rendered(value, values)
            if place[key] is None:
                return False
        elif isinstance(value, list | dict) and not _fill(value, values):
            return False
    return True


def _table(value: object, what: str, path: Path) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ImportFailed(f"{path}: {what} is no table")
    for key, kind in (("vars", dict), ("assert", list), ("metadata", dict)):
        if value.get(key) is not None and not isinstance(value[key], kind):
            raise ImportFailed(f"{path}: {key} of {what} is no {'list' if kind is list else 'table'}")
    return value


def _list(value: Any, default: list[Any] | None = None) -> list[Any]:
    if value is None or value == []:
        return default or []
    return value if isinstance(value, list) else [value]
