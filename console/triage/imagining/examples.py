"""The examples of a prompt: what it calls a function with, as values."""

from __future__ import annotations

import ast
import re

from console.triage.imagining.pools import Arguments
from console.triage.shapes import UNREADABLE, unwarned

_CALL = re.compile(r"(?:>>>\s*|\bassert\s+|`)(?:not\s+)?(?:[\w.()]+\.)?(\w+)\(")
_ARROW = re.compile(
    r"\b(\w+)\((?=[^\n]{0,200}?\)\s*(?:->|=>|➞|→|==|=|#|returns?\b|should\b|gives?\b|is\b|yields?\b|outputs?\b|evaluates\b|prints?\b|produces?\b|equals?\b))"
)
_GIVEN = re.compile(r"\b(?:Input|Example)(?: \d)?:?\**\s*:?\s*`?(\w+ = [^\n`]{1,300}?)(?=\s*(?:-+>|=+>|→|\n|`|\Z))")
_BARE = re.compile(r"\bInput(?: \d)?:?\**\s{0,3}:?[ \t]*`?([\[\"'\d(-][^\n`]{0,200})")
_LINES = re.compile(r"\bInput:?[ \t]*\n((?:[ \t]*(?!Output)\w+[ \t]*[:=][ \t]*[\[\"'\d(-][^\n]{0,200}\n){1,5})")
_VALUE = re.compile(r"^[ \t]*\w+[ \t]*[:=][ \t]*([^\n]+)", re.MULTILINE)
"""Each argument on a line of its own: what it is called there may be another name."""
_ESCAPED = re.compile(r"\\([\[\]_*()])")
"""A sign that markdown would take for its own."""
_WORDS = re.compile(r"\b(?:null|true|false)\b")
_LONGEST_EXAMPLE = 300
_CLOSING = re.compile(r"\)")
_BRACKETS = 12
_MOST = 10


def examples(prompt: str, name: str, parameters: list[str]) -> list[Arguments]:
    """The inputs that a prompt calls a function with: doctests, assertions, `f(1) -> 2`, `Input: n = 3`."""
    found: list[Arguments] = []
    prompt = _ESCAPED.sub(r"\1", prompt) if "\\" in prompt else prompt
    for pattern in (_CALL, _ARROW):
        calls = (prompt[match.start(1) :] for match in pattern.finditer(prompt) if match[1] == name)
        found += [given for call in calls if (given := _called(call)) is not None]
    for match in _GIVEN.finditer(prompt):
        named = _named(match[1])
        if named is not None and all(parameter in named for parameter in parameters):
            found.append(tuple(named[parameter] for parameter in parameters))
    for match in _LINES.finditer(prompt) if not found else ():
        values = [_literal_tuple(value) for value in _VALUE.findall(match[1])]
        if len(values) == len(parameters) and None not in values:
            found.append(tuple(value[0] for value in values if value))
    for match in _BARE.finditer(prompt) if not found else ():
        given = _literal_tuple(match[1])
        found += [given] if given is not None else []
    fitting = [given for given in found if len(given) == len(parameters)]
    return [given for place, given in enumerate(fitting) if given not in fitting[:place]][:_MOST]


def _called(text: str) -> Arguments | None:
    """The literal arguments of the call that a text begins with: up to the first bracket that closes it."""
    text = text[:_LONGEST_EXAMPLE]
    ends = [at.start() for at in _CLOSING.finditer(text) if _outside(text[: at.start()])]
    return next((found for end in ends[:_BRACKETS] if (found := _literals(text[: end + 1])) is not None), None)


def _outside(text: str) -> bool:
    """Whether what comes after a text is in no quotes that it has opened."""
    return text.count("'") % 2 == text.count('"') % 2 == 0 or ("'" in text and '"' in text)


def _literals(call: str) -> Arguments | None:
    try:
        with unwarned():
            node = ast.parse(call.strip(), mode="eval").body
        if not isinstance(node, ast.Call) or node.keywords:
            return None
        return tuple(ast.literal_eval(one) for one in node.args)
    except (*UNREADABLE, TypeError):
        return None


def _named(text: str) -> dict[str, object] | None:
    """`nums = [2,7], target = 9` as values by name."""
    for end in (len(text), text.rfind(" ")):
        try:
            with unwarned():
                node = ast.parse(f"f({_as_python(text[:end].strip().rstrip('.,'))})", mode="eval").body
            keywords = node.keywords if isinstance(node, ast.Call) else []
            return {one.arg: ast.literal_eval(one.value) for one in keywords if one.arg}
        except (*UNREADABLE, TypeError):
            continue
    return None


def _literal_tuple(text: str) -> Arguments | None:
    """`[2, 7], 9` as two values."""
    try:
        with unwarned():
            return tuple(ast.literal_eval(f"({_as_python(text.strip())},)"))
    except (*UNREADABLE, TypeError):
        return None


def _as_python(text: str) -> str:
    return _WORDS.sub(lambda match: {"null": "None", "true": "True", "false": "False"}[match[0]], text)
