"""Writes every generated part of the documentation: `python bench/reference.py`. With `--check` it only compares.

The keys come from the console's key list, the commands from click, the registry's keys from the validator's table, the
layers from pyproject's import contract. A test fails while a page says something else than the program.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from console.cli.main import VERBS, group
from console.domain.keys import TABLES, Key, TableName
from console.domain.metrics import METRICS, Metric
from console.registry.schema import schema
from console.tui.behind_keys import BEHIND_KEYS
from console.tui.compare_keys import COMPARE_KEYS
from console.tui.keys import KEYS
from console.tui.keys import Key as ScreenKey

ROOT = Path(__file__).resolve().parents[1]
GLOBAL = ("registry", "log", "read_only", "ascii")
"""The options that every verb takes; they are documented once."""
SAME_AS = {
    "rollback": "rollback ROUTE",
    "advance": "rollout ROUTE next",
    "retreat": "rollout ROUTE back",
    "promote": "promote ROUTE",
    "share": "rollout ROUTE PERCENT",
    "canary": "canary ROUTE MODEL",
    "resume": "resume ROUTE",
    "hold": "hold ROUTE",
    "drop": "drop ROUTE",
    "undo": "undo",
    "review": "review ROUTE",
    "suite": "regress ROUTE",
    "history": "history",
    "ask": "compare PROMPT",
}
"""The command that does what a key does."""
_HEADINGS: Mapping[TableName, str] = {
    "": "The file",
    "route": "A route",
    "gates": "The gates of a route",
    "metric": "The gate of one metric",
    "guard": "The guard of a route",
    "model": "A model",
    "price": "The price of a model",
}


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def keys() -> str:
    """The keys of the console."""
    rows = ((f"`{key.shown}`", key.label, key.help, _command(key.action)) for key in KEYS)
    return table(("key", "name", "does", "the same as a command"), rows)


def comparer_keys() -> str:
    """The keys of the comparer on the whole screen."""
    return _keys_of(COMPARE_KEYS)


def behind_keys() -> str:
    """The keys of the page of requests."""
    return _keys_of(BEHIND_KEYS)


def _keys_of(keys: Sequence[ScreenKey]) -> str:
    return table(("key", "name", "does"), ((f"`{key.shown}`", key.label, key.help) for key in keys))


def _command(action: str) -> str:
    return f"`console {SAME_AS[action]}`" if action in SAME_AS else ""


def layers() -> str:
    """Who may import whom: upper lines may import lower ones."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    found = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return "```text\n" + "\n".join(line.replace("console.", "") for line in found) + "\n```"


def registry_tables() -> str:
    """Every key of the registry file, table by table."""
    parts = []
    for name, each in TABLES.items():
        place = f" `[{each.place}]`" if each.place else ""
        rows = ((f"`{key.name}`", _kind(key), _default(key), key.meaning) for key in each.keys)
        parts.append(f"### {_HEADINGS[name]}{place}\n\n" + table(("key", "value", "default", "meaning"), rows))
    return "\n\n".join(parts)


def metrics() -> str:
    """The metrics with their default gates."""
    return table(("metric", "unit", "role", "tolerance", "margin"), (_metric(each) for each in METRICS))


def _metric(metric: Metric) -> tuple[str, ...]:
    return (f"`{metric.name}`", metric.unit, metric.role, _toml(metric.tolerance), _toml(metric.margin))


_KINDS = {
    "schema": "whole number",
    "filled": "text, not empty",
    "model": "model id",
    "percentage": "0 to 100",
    "percentages": "list of 0 to 100",
    "instant": "instant",
    "bool": "true or false",
    "count": "whole number from 1",
    "duration": 'time: `"2m"`, `"24h"`, `"7d"`',
    "probability": "between 0 and 1",
    "pair": "two numbers from 0",
    "role": "`guardrail`, `signal` or `display`",
    "number": "number from 0",
    "windows": "list of windows",
    "free": "any table",
    "tables": "tables by name",
}


def _kind(key: Key) -> str:
    kind = _KINDS.get(key.kind, str(key.kind))
    return f"{kind}; {key.unit}" if key.unit else kind


def _default(key: Key) -> str:
    if key.required:
        return "required"
    return "" if key.default in (None, "") else f"`{_toml(key.default)}`"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def commands() -> str:
    """Every verb with every option."""
    context = click.Context(group, info_name="console")
    everywhere = [option for option in _options(group) if option.name in GLOBAL]
    own = [option for option in _options(group) if option.name not in GLOBAL]
    parts = [_COMMANDS_HEAD, "## Everywhere\n\n" + _option_table(everywhere), "## `console`\n\n" + _option_table(own)]
    parts += [_verb(name, group.get_command(context, name)) for name in VERBS]
    return "\n\n".join(parts) + "\n"


def _verb(name: str, command: click.Command | None) -> str:
    if command is None:
        raise LookupError(name)
    arguments = [part for part in command.collect_usage_pieces(click.Context(command)) if part != "[OPTIONS]"]
    own = [option for option in _options(command) if option.name not in GLOBAL]
    parts = [f"## `{' '.join(('console', name, *arguments))}`", _sentence(command.help or "")]
    return "\n\n".join([*parts, _option_table(own)] if own else parts)


def _options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option) and each.name != "help"]


def _option_table(options: list[click.Option]) -> str:
    return table(("option", "does"), ((_option(each), _sentence(each.help or "")) for each in options))


def _option(option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(group))}"
    return (
        ", ".join(f"`{name}`" for name in option.opts[:-1])
        + (", " if option.opts[1:] else "")
        + (f"`{option.opts[-1]}{' ' * option.nargs if option.nargs > 1 and not value else ''}{value}`")
    )


def _sentence(text: str) -> str:
    return " ".join(text.replace("\b", "").split())


_COMMANDS_HEAD = """# Commands

Generated by `python bench/reference.py` from the commands themselves. `console` without a verb opens the console.

Data goes to stdout, words to stderr. Every command that reads takes `--json`, and its document carries a `schema`
number. Exit codes:

| code | means |
| --- | --- |
| 0 | good |
| 1 | the check failed: a regression, an alias, a refused change |
| 2 | the command was called with words that make no sense together |
| 3 | the registry, the history or the log is invalid |
| 4 | nothing could be measured: no provider answered, no key is set, or there is no data |
| 130 | interrupted |"""

REGIONS = {
    "README.md": {"keys": keys},
    "docs/architecture.md": {"layers": layers},
    "docs/comparer.md": {"comparer_keys": comparer_keys},
    "docs/console.md": {"behind_keys": behind_keys},
    "docs/registry.md": {"tables": registry_tables, "metrics": metrics},
}
WHOLE = {
    "docs/commands.md": commands,
    "docs/registry.schema.json": lambda: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
}


def filled(text: str, name: str, body: str) -> str:
    """`text` with what stands between `<!-- NAME: generated … -->` and `<!-- end of NAME -->` replaced by `body`."""
    pattern = rf"(<!-- {name}: generated [^>]*-->\n).*?(<!-- end of {name} -->)"
    result, found = re.subn(pattern, lambda match: f"{match[1]}\n{body}\n\n{match[2]}", text, flags=re.DOTALL)
    if found != 1:
        raise LookupError(f"there must be one region for {name}, found {found}")
    return result


def pages() -> Iterator[tuple[Path, str]]:
    """Every page with a generated part, as it should be."""
    for file, parts in REGIONS.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        for name, make in parts.items():
            text = filled(text, name, make())
        yield ROOT / file, text
    for file, whole in WHOLE.items():
        yield ROOT / file, whole()


def stale() -> list[str]:
    """The pages that say something else than the program."""
    return [
        str(path.relative_to(ROOT))
        for path, text in pages()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or name those that are out of date (exit 1)."""
    if arguments == ["--check"]:
        out_of_date = stale()
        sys.stdout.write("".join(f"out of date: {name}\n" for name in out_of_date))
        return 1 if out_of_date else 0
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
