"""Every key of the review, once: bindings, footer, help, palette and the page about suites are made from this list."""

from __future__ import annotations

from console.tui.keys import Key

REVIEW_KEYS: tuple[Key, ...] = (
    Key("a", "a", "accept", "accept as snapshot", "the new answer becomes the accepted one", "act", True),
    Key("r", "r", "reject", "reject", "the snapshot stays; the record says why not", "act", True),
    Key("s", "s", "skip", "skip", "leave it for somebody else", "act", True),
    Key(
        "A",
        "A",
        "accept_rest",
        "accept the rest",
        "all undecided of this cluster, after a question",
        "act",
        True,
    ),
    Key(
        "R",
        "R",
        "reject_rest",
        "reject the rest",
        "all undecided of this cluster, after a question",
        "act",
        True,
    ),
    Key("S", "S", "skip_rest", "skip the rest", "all undecided of this cluster, after a question", "act", True),
    Key("u", "u", "undo", "undo", "take the last decision back, snapshot included", "act", True),
    Key("m", "m", "record", "write the record", "every decision in a file for the pull request", "act", True),
    Key("j,down,n", "j ↓", "next", "next case", "the next changed case", "move"),
    Key("k,up", "k ↑", "previous", "previous case", "the changed case before it", "move"),
    Key("tab", "tab", "next_cluster", "next cluster", "the first case of the next cluster", "move"),
    Key("pagedown,space", "space", "further(10)", "further down", "read on in both answers", "move"),
    Key("pageup,b", "b", "further(-10)", "back up", "read back in both answers", "move"),
    Key("d", "d", "diff", "diff", "mark what only one side says, or nothing", "look"),
    Key("i", "i", "info", "info", "models, dates, parameters and every requirement", "look"),
    Key("l", "l", "list", "list", "the list of cases, where it is not beside", "look"),
    Key("slash", "/", "filter", "filter", "worrying, human, undecided, or words of a case", "look"),
    Key("t", "t", "theme", "light or dark", "change between the dark and the light theme", "look"),
    Key("question_mark", "?", "help", "help", "what can be done here", "look"),
    Key("ctrl+p", "^p", "command_palette", "palette", "every action by name", "look"),
    Key("escape", "esc", "leave", "leave, keep the rest", "what is not decided stays undecided", "leave"),
    Key("q,ctrl+q", "q", "quit", "quit", "leave; what was decided is on the disk", "leave"),
)
