"""Every key of the page of requests behind a number, once."""

from __future__ import annotations

from console.tui.keys import Key

BEHIND_KEYS: tuple[Key, ...] = (
    Key("m", "m", "kind(1)", "another number", "the next of errors, refusals, slowest, dearest, all", "look"),
    Key("M", "M", "kind(-1)", "the number before", "back to the number before", "look"),
    Key("tab", "tab", "arm", "the other arm", "the same number of the other arm", "look"),
    Key("s", "s", "sort", "sort", "newest, slowest, dearest or failed first", "look"),
    Key("slash", "/", "filter", "filter", "only those with this id, user, model or outcome", "look"),
    Key("l,home,g", "l", "follow", "follow", "to the first row, where new requests appear by themselves", "look"),
    Key("y", "y", "copy", "copy", "this page as text, to the clipboard", "look"),
    Key("j,down", "j ↓", "move(1)", "down", "an older request; the list stands still while you read", "move"),
    Key("k,up", "k ↑", "move(-1)", "up", "a newer request; from the first one on the list goes on", "move"),
    Key("pagedown,space", "space", "move(10)", "page down", "ten requests further down", "move"),
    Key("pageup,b", "b", "move(-10)", "page up", "ten requests further up", "move"),
    Key("G,end", "G", "last", "last", "the last request of the list", "move"),
    Key("question_mark", "?", "help", "help", "what can be done here", "look"),
    Key("escape", "esc", "back", "back", "all requests after a filter, else the main screen", "leave"),
    Key("q", "q", "leave", "leave", "the main screen", "leave"),
)
