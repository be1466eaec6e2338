"""Every key of the console, once: bindings, footer, help, palette and the README's table are made from this list."""

from __future__ import annotations

from typing import Literal, NamedTuple

Group = Literal["act", "look", "move", "leave"]


class Key(NamedTuple):
    """One key: `action` is what it runs on the main screen, `label` the word in the footer, `help` its effect."""

    key: str
    shown: str
    action: str
    label: str
    help: str
    group: Group
    writes: bool = False


KEYS: tuple[Key, ...] = (
    Key("r", "r", "rollback", "roll back", "canary to 0 %, or production to the fallback", "act", True),
    Key(
        "plus,equals_sign", "+", "advance", "next step", "raise the canary to the next step of the ladder", "act", True
    ),
    Key("minus", "-", "retreat", "previous step", "lower the canary to the previous step", "act", True),
    Key("p", "p", "promote", "promote", "make the canary the production model", "act", True),
    Key("percent_sign", "%", "share", "set share", "give the canary an exact percentage", "act", True),
    Key("c", "c", "canary", "start canary", "put another model on trial on this route", "act", True),
    Key("e", "e", "resume", "resume", "clear a hold; after a rollback, start anew", "act", True),
    Key("o", "o", "hold", "hold", "keep the share until a person resumes it", "act", True),
    Key("d", "d", "drop", "drop canary", "take the canary off the route", "act", True),
    Key("u", "u", "undo", "undo", "write back what the last change replaced", "act", True),
    Key("n", "n", "attend", "next waiting", "the next route that waits for a person", "look"),
    Key("h", "h", "history", "history", "who changed what, why, on which evidence", "look"),
    Key("l", "l", "behind", "requests", "live: the newest requests behind the number", "look"),
    Key("i", "i", "incident", "incident note", "what was last done here, for colleagues", "look"),
    Key("v", "v", "review", "review", "accept or reject what the last run changed", "look"),
    Key("s", "s", "suite", "run suite", "ask the candidate every case of the suite", "look"),
    Key("slash", "/", "filter", "filter", "only routes that match a name, model or state", "look"),
    Key("enter", "enter", "ask", "ask both", "type a prompt and ask both models, side by side", "look"),
    Key("1", "1", "pane(1)", "registry", "go to the registry", "move"),
    Key("2", "2", "pane(2)", "live canary", "go to the live canary", "move"),
    Key("3", "3", "pane(3)", "comparer", "go to the comparer", "move"),
    Key("j,down", "j ↓", "down", "next route", "next route; in the comparer, further down", "move"),
    Key("k,up", "k ↑", "up", "previous route", "previous route; in the comparer, further up", "move"),
    Key("y", "y", "copy", "copy", "the focused pane as text, to the clipboard", "look"),
    Key("m", "m", "metric", "other plot", "draw another metric over time", "look"),
    Key("z", "z", "zoom", "zoom", "the focused pane alone on the screen, and back", "look"),
    Key("t", "t", "theme", "light or dark", "change between the dark and the light theme", "look"),
    Key("question_mark", "?", "help", "help", "what can be done here", "look"),
    Key("ctrl+p", "^p", "command_palette", "palette", "every action by name", "look"),
    Key("q,ctrl+q", "q", "quit", "quit", "leave; nothing keeps running", "leave"),
)

PINNED = ("help", "command_palette", "quit")
"""The actions that stand at the right end of the footer."""


def by_action(action: str, keys: tuple[Key, ...] = KEYS) -> Key:
    """The key that runs `action`."""
    return next(key for key in keys if key.action == action)
