"""Registries that say ordinary things in 24 odd ways of writing TOML, and 20 edits to make in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from console.domain.edits import AddTable, DropKey, Edit, SetKey

OLD, NEW, OTHER = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"

ROUTE = f"""[routes.support]
description = "Replies to customer e-mail"
production = "{OLD}"
canary = "{NEW}"
canary_percentage = 5
canary_start = 2026-11-20T09:00:00Z
fallback = "{OTHER}"
steps = [5, 25, 50, 100]
"""
MODELS = "".join(
    f'\n[models."{name}"]\nprovider = "anthropic"\npinned_date = 2026-05-15\nreason = "known"\ntested = true\n'
    for name in (OLD, NEW, OTHER)
)
PLAIN = f"# Every model this application calls, pinned.\nschema = 1\n\n{ROUTE}{MODELS}"


def _dotted(prefix: str) -> str:
    return "".join(f"{prefix}{line}\n" for line in ROUTE.splitlines()[1:])


def _inline(text: str) -> str:
    return "{ " + ", ".join(line for line in text.strip().splitlines() if not line.startswith("[")) + " }"


_INLINE_MODEL = '{ provider = "anthropic", pinned_date = 2026-05-15, reason = "known", tested = true }'
_INLINE_MODELS = "".join(f'"{name}" = {_INLINE_MODEL}\n' for name in (OLD, NEW, OTHER))
_DOTTED_MODELS = "".join(
    f'"{name}".provider = "anthropic"\n"{name}".pinned_date = 2026-05-15\n"{name}".reason = "known"\n'
    for name in (OLD, NEW, OTHER)
)
_TRAP = """description = \"\"\"
[routes.support]
canary = "trap"
canary_percentage = 99
# not a comment = [ { ' \\\"\"\" x
\"\"\"
"""
_MODEL_PARTS = MODELS.strip().split("\n\n")

_LADDER = "[ # the ladder\n  5,\n\t25, # [x]\n  50,\n\n  100,\n] # end"
_TOOLS = """
[[routes.support.params.tools]]
name = 'a'
[[routes.support.params.tools]]
name = 'canary = 1'
input = { type = 'object', canary = [{ x = 1 }] }

[models"""
_GATES = """gates = { min_requests = 5, error = { tolerance = [1.2, 0.01], margin = [1.3, 0.02] } }
guard.freeze = ['Fri 16:00-Mon 08:00 Europe/Berlin']
steps"""
_SUBTABLES = "schema = 1\n[routes.support.gates]\nmin_requests = 50\n[routes.support.guard]\n"


def _replaced(*pairs: tuple[str, str]) -> str:
    text = PLAIN
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


DOCUMENTS: Mapping[str, str] = {
    "as people write it": PLAIN,
    "dotted keys at the top": f"schema = 1\n{_dotted('routes.support.')}{MODELS}",
    "dotted keys under [routes]": f"schema = 1\n[routes]\n{_dotted('support.')}{MODELS}",
    "an inline route": f"schema = 1\n[routes]\nsupport = {_inline(ROUTE)}\n{MODELS}",
    "everything inline": f"schema = 1\nroutes = {{ support = {_inline(ROUTE)} }}\n{MODELS}",
    "inline models": f"schema = 1\n\n{ROUTE}\n[models]\n{_INLINE_MODELS}",
    "dotted models": f"schema = 1\n\n{ROUTE}\n[models]\n{_DOTTED_MODELS}",
    "quoted keys": _replaced(("[routes.support]", "['routes'.\"support\"]"), ("production =", "'production' =")),
    "escaped keys": _replaced(("production =", '"produ\\u0063tion" ='), ("canary =", '"canary"=')),
    "tabs and comments": _replaced(("\nc", "\n\t\tc"), ("= 5\n", "=\t5\t# five\n"), ("Z\n", "Z # start\n")),
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + PLAIN.replace("\n", "\r\n"),
    "no final newline": PLAIN.rstrip("\n"),
    "mixed line ends": _replaced(('"\n', '"\r\n')),
    "subtables first": f"{_SUBTABLES}{ROUTE}{MODELS}",
    "out of order": "\n".join(
        ("schema = 1", _MODEL_PARTS[0], ROUTE, _MODEL_PARTS[1], f"[routes.two]\nproduction = '{NEW}'", _MODEL_PARTS[2])
    ),
    "a trap in a string": _replaced(('description = "Replies to customer e-mail"\n', _TRAP)),
    "lists over lines": _replaced(("[5, 25, 50, 100]", _LADDER)),
    "odd numbers": _replaced(("= 5\n", "= 0x0_5\n"), ("09:00:00Z", "10:00:00.000+01:00"), ("25,", "2.5e1,")),
    "lists of tables": PLAIN.replace("\n[models", _TOOLS, 1),
    "comments between": _replaced(("\n", "\n# canary = 'old'\n\n")),
    "a name with dots": _replaced(("[routes.support]", '[routes."süd.[ost] = 1"]')),
    "spaces in headers": _replaced(("[routes.support]", "  [ routes . support ]   # = [x]"), (" = ", "   =  ")),
    "gates inline": _replaced(("steps", _GATES)),
}


def changes(plain: Mapping[str, Any]) -> tuple[tuple[Edit, ...], ...]:
    """The edits to try, each a change that a person could ask for on the document's first route."""
    route = ("routes", next(iter(plain["routes"])))

    def key(name: str) -> tuple[str, ...]:
        return (*route, name)

    pin: dict[str, object] = {"provider": "openai", "pinned_date": date(2026, 11, 24), "reason": 'the "newest"'}
    trio = tuple(DropKey(key(name)) for name in ("canary", "canary_percentage", "canary_start"))
    restart = (SetKey(key("canary"), OTHER), SetKey(key("canary_percentage"), 1), SetKey(key("canary_start"), _NOW))
    gate = (*route, "gates", "min_requests")
    added = AddTable(("models", "gpt-5.4-mini"), pin)
    return (
        (SetKey(key("production"), OTHER),),
        (SetKey(key("canary_percentage"), 25.0),),
        (SetKey(key("canary_percentage"), 0), SetKey(key("canary_held"), "errors\n×5 \\ \x1b")),
        (SetKey(key("canary_start"), _NOW),),
        (SetKey(key("production"), NEW), *trio, SetKey(key("fallback"), OLD)),
        trio,
        (*trio, *restart),
        (DropKey(key("fallback")),),
        (DropKey(key("fallback")), SetKey(key("fallback"), NEW)),
        (added,),
        (added, SetKey(key("experimental"), "gpt-5.4-mini")),
        (SetKey(key("steps"), [1, 5, 100]),),
        (DropKey(key("steps")),),
        (DropKey(key("description")),),
        (SetKey(key("description"), "'''\"\"\"[x] # = é"),),
        (SetKey(("models", NEW, "tested"), False), SetKey(("models", NEW, "last_regression_test"), date(2026, 11, 24))),
        (SetKey(("models", NEW, "pinned_by"), "olga"), DropKey(("models", OLD, "provider"))),
        (AddTable(key("params"), {"max_tokens": 1024}),),
        (SetKey(gate, 200) if "gates" in plain["routes"][route[1]] else AddTable(gate[:-1], {gate[-1]: 200}),),
        (*trio, DropKey(("models", NEW))),
    )


_NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
