"""Every key of the comparer on the whole screen, once. They work while a prompt is being typed."""

from __future__ import annotations

from console.tui.keys import Key

COMPARE_KEYS: tuple[Key, ...] = (
    Key("enter", "enter", "ask", "ask both", "ask both models what the prompt says", "act"),
    Key("ctrl+j", "^j", "newline", "new line", "a line end in the prompt; pasted ones stay", "act"),
    Key("ctrl+t", "^t", "repeat", "runs", "ask 1, 3, 5 or 10 times: change, or chance?", "act"),
    Key("ctrl+s", "^s", "save_case", "save as case", "prompt and answer go into the route's suite", "act", True),
    Key("ctrl+o", "^o", "past", "history", "comparisons of the last 30 days, with a search", "look"),
    Key("ctrl+r", "^r", "raw", "raw", "two JSON answers as they are, or key by key", "look"),
    Key("ctrl+y", "^y", "copy", "copy", "both answers to the clipboard", "look"),
    Key("ctrl+g", "^g", "export", "export", "a file with prompt, judgement and answers", "look", True),
    Key("down,ctrl+n", "↓", "scroll(1)", "down", "both answers together", "move"),
    Key("up,ctrl+b", "↑", "scroll(-1)", "up", "both answers together", "move"),
    Key("pagedown", "pgdn", "scroll(10)", "page down", "both answers together", "move"),
    Key("pageup", "pgup", "scroll(-10)", "page up", "both answers together", "move"),
    Key("escape", "esc", "back", "back", "stop what is under way; then the main screen", "leave"),
)
SHOWN = ("ask", "repeat", "past", "save_case", "raw", "export", "copy")
"""The actions in the footer, most useful first."""
