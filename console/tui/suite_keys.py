"""Every key of the screen that runs a suite, once."""

from __future__ import annotations

from console.tui.keys import Key

SUITE_KEYS: tuple[Key, ...] = (
    Key("enter", "enter", "run", "run", "ask both models; go on where a run was stopped", "act"),
    Key("x", "x", "stop", "stop", "end the run; what was answered is kept", "act"),
    Key("v", "v", "review", "review", "accept or reject what changed, case by case", "act"),
    Key("w", "w", "record", "record", "the result into the model's pin, after a look", "act", True),
    Key("t", "t", "theme", "light or dark", "change between the dark and the light theme", "look"),
    Key("question_mark", "?", "help", "help", "what can be done here", "look"),
    Key("escape", "esc", "leave", "back", "a run under way stops, and can go on later", "leave"),
    Key("q,ctrl+q", "q", "quit", "quit", "leave; a run under way stops", "leave"),
)
