"""The files that a promptfoo configuration names: prompts, tests, values of variables, schemas."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from console.domain.errors import Unmeasured
from console.regression.drafts import Draft, ImportFailed
from console.regression.files import read_file

_SCHEME = "file://"
_YAML = (".yaml", ".yml")
_PLAIN = (".txt", ".md", ".json", *_YAML)
_EXPECTED = "__expected"
_KIND = re.compile(r"[a-z]+(?:-[a-z]+)*")


class Files:
    """Files named from `folder`. Raises ImportFailed for one that cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def parsed(self, data: bytes, path: Path) -> Any:
        """What YAML or JSON says."""
        text = _decoded(data, path)
        if path.suffix == ".json":
            return _json(text, path)
        return _yaml(text, path)

    def prompts(self, value: Any, draft: Draft) -> Iterator[tuple[str, str]]:
        """Every prompt with a label that tells it from the others."""
        given = value if isinstance(value, list) else [value]
        for number, each in enumerate(given, 1):
            label = f"prompt {number}"
            if isinstance(each, dict):
                label, each = str(each.get("label") or label), each.get("raw") or each.get("id")
            if not isinstance(each, str):
                draft.leave_out("a prompt that is no text")
            elif not each.startswith(_SCHEME) and not self._is_file(each):
                yield label, each
            elif Path(each).suffix not in _PLAIN:
                draft.leave_out(f"the prompt {each}: only text, JSON and YAML are read")
            else:
                yield from self._prompts_in(each, label)

    def tests(self, value: Any, draft: Draft) -> Iterator[Any]:
        """Every test, those of files that are named included."""
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str):
                yield each
                continue
            path = self._path(each)
            if path.suffix == ".csv":
                yield from (_test_of_row(row, draft) for row in _rows(self._text(path)))
            elif path.suffix == ".jsonl":
                lines = enumerate(self._text(path).split("\n"), 1)
                yield from (_json(line, f"{path}:{number}") for number, line in lines if line.strip())
            elif path.suffix in (".json", *_YAML):
                found = self.data(_SCHEME + str(path))
                yield from found if isinstance(found, list) else [found]
            else:
                draft.leave_out(f"the tests of {each}: only YAML, JSON, JSONL and CSV are read")

    def value(self, value: Any) -> Any:
        """`value`, or the text of the file that it names."""
        if isinstance(value, str) and value.startswith(_SCHEME) and Path(value).suffix in _PLAIN:
            return self._text(self._path(value)).rstrip("\n")
        return value

    def data(self, value: Any) -> Any:
        """`value`, or what the file that it names says, or what it says itself as a text of JSON."""
        if not isinstance(value, str):
            return value
        if value.startswith(_SCHEME):
            path = self._path(value)
            return self.parsed(self._text(path).encode(), path)
        return _yaml(value, self._folder) if value.strip() else None

    def _prompts_in(self, name: str, label: str) -> Iterator[tuple[str, str]]:
        path = self._path(name)
        text = self._text(path)
        if path.suffix in _YAML:
            found = _yaml(text, path)
            text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        parts = text.split("\n---\n") if path.suffix == ".txt" else [text]
        for number, part in enumerate(parts, 1):
            yield (f"{label} {number}" if len(parts) > 1 else label), part.strip("\n")

    def _is_file(self, text: str) -> bool:
        return "\n" not in text and len(text) < 250 and Path(text).suffix in _PLAIN and self._path(text).is_file()

    def _path(self, name: str) -> Path:
        return self._folder / name.removeprefix(_SCHEME)

    def _text(self, path: Path) -> str:
        try:
            return _decoded(read_file(path), path)
        except (OSError, ValueError) as error:
            raise ImportFailed(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _rows(text: str) -> Iterator[dict[Any, Any]]:
    """The rows of a table. A variable may be a whole document: no cell is too long."""
    before = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        found = list(csv.DictReader(io.StringIO(text, newline="")))
    finally:
        csv.field_size_limit(before)
    yield from found


def _test_of_row(row: dict[Any, Any], draft: Draft) -> dict[str, Any]:
    """A row of a table: its columns are variables, the `__expected…` ones assertions in their short form."""
    variables = {key: value for key, value in row.items() if isinstance(key, str) and not key.startswith("__")}
    wanted = [_assertion(value) for key, value in row.items() if str(key).startswith(_EXPECTED) and value]
    for key in sorted(str(key) for key in row if str(key).startswith("__") and not str(key).startswith(_EXPECTED)):
        if key != "__description":
            draft.leave_out(f"the column {key}")
    return {"vars": variables, "assert": wanted, "description": row.get("__description") or ""}


def _assertion(text: str) -> dict[str, Any]:
    """`contains: 30 days`, `is-json`; anything else is what the answer is to equal."""
    kind, colon, value = text.partition(":")
    if _KIND.fullmatch(kind.strip()) and (colon or kind.strip() == "is-json"):
        return {"type": kind.strip(), "value": value.strip()}
    return {"type": "equals", "value": text}


def _json(text: str, place: object) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImportFailed(f"{place}: is not JSON: {error}") from error


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFailed(f"{path}: is not UTF-8") from error


def _yaml(text: str, path: Path) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise Unmeasured(f"{path}: reading YAML needs PyYAML", 'pip install "model-console[promptfoo]"') from error
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        place = getattr(error, "problem_mark", None)
        line = f":{place.line + 1}" if place is not None else ""
        raise ImportFailed(f"{path}{line}: is not YAML: {getattr(error, 'problem', None) or error}") from error
