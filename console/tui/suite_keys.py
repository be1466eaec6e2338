"""Every key of the screen that runs a suite, once."""

from __future__ import annotations

from console.tui.keys import Key

SUITE_KEYS: tuple[Key, ...] = (
    Key("enter", "enter", "run", "run", "ask both models what the suite says; go on where a run was stopped", "act"),
    Key("x", "x", "stop", "stop", "end what is under way; what was answered is kept and not paid for again", "act"),
    Key("v", "v", "review", "review", "accept or reject what changed, one case at a time", "act"),
    Key("w", "w", "record", "record", "write the result into the model's pin, after a look at the change", "act", True),
    Key("t", "t", "theme", "light or dark", "change between the dark and the light theme", "look"),
    Key("question_mark", "?", "help", "help", "what can be done here", "look"),
    Key(
        "escape", "esc", "leave", "back", "to the main screen; a run under way is stopped, and can go on later", "leave"
    ),
    Key("q,ctrl+q", "q", "quit", "quit", "leave the console; a run under way is stopped", "leave"),
)
