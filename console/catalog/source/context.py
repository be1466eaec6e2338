"""What surrounds a string in code: the names that hold it, the calls it is an argument of, what it is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal as OneOf

from console.catalog.source.lexing import LITERAL, Lexed, Literal

FARTHEST = 2_500
"""Characters looked at on the left. A longer list of models is rare, and this bounds the work for hostile files."""
DEEPEST = 5
Kind = OneOf["key", "call", "index", "compare", "message", "return"]


@dataclass(frozen=True, slots=True)
class Link:
    """One thing on the way outward from a string. For calls `index` counts the arguments before it, `before` is the
    text of the argument just before it where that is a string; for keys `tight` is whether no space follows the `=`."""

    kind: Kind
    name: str = ""
    index: int = 0
    before: str = ""
    tight: bool = False


_CLOSING = {")": "(", "]": "[", "}": "{"}
_KEY = re.compile(
    r"(?:(?<!\x02)(?P<literal>\x02+)\s*\]?|\[\s*:?(?P<index>\w+)\s*\]|(?<![\w$@-])(?P<name>[\w$@-]+)[?!]?)"
    r"(?:\s*:\s*&?[^=,(){}\n\x02]{1,60}?)?\s*$"
)
_GO_DECLARATION = re.compile(r"\b(?:var|const)\s+(?P<name>\w+)\s+[\w.\[\]*]+\s*$")
_CALLEE = re.compile(r"(?<![\w$@.!?])(?P<name>[\w$@.!?]+(?:::\w+)*!?)(?:<[^<>\n]{0,80}>)?\s*$")
_TERNARY = re.compile(r"\?\s*(?:[\w.$\x02]+(?:\([^()]*\))?)\s*$")
_MESSAGE = frozenset({"from", "import", "raise", "throw", "assert", "puts", "print", "echo", "warn", "fail"})
_COMPARED = frozenset({"case", "when", "in", "is"})
_GLUE = frozenset({"else", "or", "and", "not", "await", "then", "do", "new", "if", "unless", "lambda", "default"})
_GROUPING = frozenset({"if", "in", "return", "and", "or", "not", "while", "elif", "else", "yield", "await", "case"})
_BLOCK = re.compile(
    r"(?:^|\n)[ \t}]*(?:(?:export|default|pub|public|private|protected|static|final|async|abstract|unsafe)\s+)*"
    r"(?:if|else|for|while|switch|func|function|fn|class|interface|impl|match|try|catch|do|loop|module|namespace)\b[^\n]*$"
)
_LOOP = re.compile(r"\bfor\s+(?:\w+\s*,\s*)?(?P<name>\w+)\s+in\s*$")
_IN = re.compile(r"\b(?:in|is|IN)\s*$")
_CLOSURE = re.compile(r"\|[\w\s,&]*$")
_GOES_ON = frozenset(",([{=:|&?+-*/%<>.\\")
_CONTINUES = frozenset(")]}|&?:.+*/%=<>")
_JOINING = re.compile(r"(?:or|and|else|if)\b")
_WORD = re.compile(r"[\w$]+$")
_COMPARED_AFTER = re.compile(
    r"\s*(?:===?|!==?|=~|\.(?:equals\w*|includes|startsWith|endsWith|eq|casecmp\??|contains)\b|in\b|not in\b|\|(?!\|)"
    r"|[\x02,\s]{0,400}\]\s*\.(?:includes|include\?|indexOf|contains|some)\b)"
)
_KEY_AFTER = re.compile(r"\s*(?:=>|:(?!:)|=(?!=))")


def is_key(lexed: Lexed, literal: Literal) -> bool:
    """Whether the string is itself a key (`{"gpt-4o": 2.5}`), not a value."""
    if not _KEY_AFTER.match(lexed.masked, literal.end):
        return False
    left = lexed.masked[max(0, literal.start - 40) : literal.start].rstrip()
    return not left.endswith("?")


def is_compared(lexed: Lexed, literal: Literal) -> bool:
    """Whether what follows the string compares something with it."""
    return _COMPARED_AFTER.match(lexed.masked, literal.end) is not None


def links(lexed: Lexed, literal: Literal) -> tuple[Link, ...]:
    """What holds the string, from the inside out: at most DEEPEST links, nothing beyond FARTHEST characters."""
    return _Walk(lexed, literal.start).run()


class _Walk:
    """Goes left from a string. `_siblings` counts commas since the last bracket, `_glued` is whether nothing but space
    lies between here and the value."""

    def __init__(self, lexed: Lexed, start: int) -> None:
        self._lexed = lexed
        self._code = lexed.masked
        self._at = start - 1
        self._end = max(0, start - FARTHEST)
        self._siblings = 0
        self._glued = True
        self._keyed = False
        self._chosen = False
        self._before = ""
        self._unpacked: Link | None = None
        self._found: list[Link] = []

    def run(self) -> tuple[Link, ...]:
        while self._at >= self._end and len(self._found) < DEEPEST:
            if self._keyed or self._siblings > 1:
                # What is left of it on this level are siblings: nothing in them speaks of this string.
                self._at = self._lexed.enclosing(self._at + 1)
                if self._at < self._end:
                    break
            if not self._step(self._code[self._at]):
                break
        if not self._found and self._unpacked is not None:
            return (self._unpacked,)
        return tuple(self._found)

    def _step(self, char: str) -> bool:
        if char == "\n":
            if self._is_boundary():
                return False
        elif char == LITERAL:
            self._skip_literal()
            return True
        elif char in ")]}":
            self._skip_brackets()
            self._glued = False
        elif char == ",":
            self._siblings += 1
            self._glued = False
        elif char == ";":
            return False
        elif char in "([{":
            return self._open(char)
        elif char == "=" and self._siblings and self._unpacked is None:
            self._unpack()
        elif char == "?" and self._free():
            self._chosen = True
            self._glued = False
        elif self._free() and char in "=:>|":
            return self._operator(char)
        elif char.isalnum() or char in "_$":
            return self._word()
        elif not char.isspace():
            self._glued = False
        self._at -= 1
        return True

    def _is_boundary(self) -> bool:
        """Whether the newline here ends a statement: nothing on either side of it asks for more."""
        left = self._code[max(0, self._at - 400) : self._at].rstrip()
        right = self._code[self._at : self._at + 400].lstrip()
        if not left or left[-1] in _GOES_ON:
            return False
        return not (right and (right[0] in _CONTINUES or _JOINING.match(right)))

    def _free(self) -> bool:
        """Whether an operator here belongs to the value, not to one before it or to a statement above."""
        return not self._siblings and not self._keyed

    def _skip_literal(self) -> None:
        literal = self._lexed.literal_at(self._at)
        if literal is not None and self._siblings == 1 and not self._before:
            self._before = self._lexed.content(literal)
        self._at = (literal.start if literal else self._at) - 1
        self._glued = False

    def _skip_brackets(self) -> None:
        self._at = max(self._lexed.enclosing(self._at), self._end - 1)

    def _open(self, bracket: str) -> bool:
        left = self._code[max(self._end, self._at - 200) : self._at]
        callee = _CALLEE.search(left)
        name = callee["name"] if callee else ""
        if bracket == "{" and (left.rstrip().endswith((")", "=>")) or _BLOCK.search(left)):
            return False  # the body of a function or of a condition
        if bracket in "([" and (loop := _LOOP.search(left)):
            self._found.append(Link("key" if "model" in loop["name"].lower() else "compare", loop["name"]))
            return False
        if bracket in "([" and _IN.search(left):
            self._found.append(Link("compare"))
            return False
        if bracket == "(" and name and name not in _GROUPING:
            self._found.append(Link("call", name, self._siblings, self._before if self._siblings else ""))
            self._at -= len(callee.group()) if callee else 0
        elif bracket == "[" and left and (left[-1].isalnum() or left[-1] in "_)]"):
            self._found.append(Link("index", name))
        self._at -= 1
        self._siblings, self._glued, self._keyed, self._before = 0, False, False, ""
        self._chosen, self._unpacked = False, None
        return True

    def _operator(self, char: str) -> bool:
        previous = self._code[self._at - 1] if self._at else ""
        if char == "=" and previous in "=!~" and self._chosen:
            # The condition that chooses this value, not a comparison with it.
            while self._at >= self._end and self._code[self._at] in "=!~":
                self._at -= 1
        elif char == "=" and previous in "=!~":
            self._found.append(Link("compare"))
            return False
        elif char == "=" and previous in "<>":
            self._at -= 2
        elif char == "=":
            self._key(self._at - (previous == ":"))
        elif char == ">" and previous == "=":
            self._key(self._at - 1)
        elif char == ":" and previous == ":":
            self._at -= 2
        elif char == ":" and not self._is_ternary():
            self._key(self._at)
        elif char == "|" and previous != "|" and (closure := _CLOSURE.search(self._code, self._end, self._at)):
            self._at = closure.start() - 1
        elif char == "|" and previous != "|":
            self._found.append(Link("index", "union"))
            return False
        else:
            self._at -= 2 if char == "|" else 1
        self._glued = False
        return True

    def _unpack(self) -> None:
        """`FAST, SMART = "a", "b"` has an `=` left of a comma; so have keyword arguments, which a bracket reveals."""
        match = _KEY.search(self._code, max(self._end, self._at - 200), self._at)
        if match and match["name"] and self._code[self._at + 1 : self._at + 2] != "=":
            self._unpacked = Link("key", match["name"])

    def _is_ternary(self) -> bool:
        left = self._code[max(self._end, self._at - 200) : self._at].rstrip()
        return left.endswith(")") or _TERNARY.search(left) is not None

    def _key(self, at: int) -> None:
        """A name with `=`, `:` or `=>` after it. Whatever is left of it on this level are siblings."""
        left = self._code[max(self._end, at - 200) : at]
        match = _GO_DECLARATION.search(left) or _KEY.search(left)
        self._at = at - 1
        if match is None:
            return
        named = match.groupdict()
        if named.get("literal"):
            literal = self._lexed.literal_at(at - len(left) + match.start("literal"))
            name = self._lexed.content(literal) if literal else ""
        else:
            name = named.get("name") or named.get("index") or ""
        if name == "lambda":
            return
        self._found.append(Link("key", name, tight=self._code[at + 1 : at + 2] == LITERAL))
        self._keyed = True
        self._at = at - len(left) + match.start() - 1

    def _word(self) -> bool:
        match = _WORD.search(self._code, max(self._end, self._at - 80), self._at + 1)
        word = match.group() if match else self._code[self._at]
        self._at -= len(word)
        if self._siblings or self._keyed:
            return True
        if word in _MESSAGE or (self._glued and word in _COMPARED) or word in ("case", "when"):
            self._found.append(Link("message" if word in _MESSAGE else "compare", word))
            return False
        if word in ("return", "yield"):
            self._found.append(Link("return", word))
            return False
        if self._glued and word not in _GLUE:
            self._found.append(Link("call", word))
            return False
        self._chosen = self._chosen or word == "else"
        self._glued = False
        return True
