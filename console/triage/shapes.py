"""What kind of text an answer is: data, a number, a word, code, prose; bare, or wrapped in a fence or in words."""

from __future__ import annotations

import ast
import json
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from console.triage.quantities import quantity

Kind = Literal["empty", "json", "number", "word", "code", "prose"]
Wrap = Literal["bare", "fenced", "mixed"]

LONGEST_CODE = 50_000
"""Longer code is not parsed."""
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, SystemError)
"""What `ast.parse` says of text that is no Python; the last one where the search for garbage comes in between."""
_FENCE = re.compile(
    r"```[ \t]*([\w+#.-]*)[^\n`]{0,200}\n"
    r"([^`\n]*+(?:(?:`(?!``)|\n(?![ \t]*```))[^`\n]*+)*+)(?:\n[ \t]*```|```|\Z)"
)
_TAGGED_CODE = re.compile(r"\[(BEGIN|PYTHON|CODE)\]\s*?\n(.*?)\n?\s*\[(?:DONE|END|/\1)\]", re.DOTALL)
"""`[BEGIN] … [DONE]`, as some benchmarks show code."""
_SOLUTION = re.compile(r"(?:<code>\s*\n)?(.*?)\n\s*</code>(?:\s*END SOLUTION)?", re.DOTALL)
_SETTINGS = re.compile(r"(?:\s*(?:- )*[\w.\"'/-]+:(?: .*)?|\s*- .+|\s*#.*|---|\s*)")
_SETTINGS_FROM = 4
_TRIES = 6
_CODE_LINE = re.compile(
    r"^\s*(?:def |class |import |from \w[\w.]* import |return\b|for .*[:{]$|while .*[:{]$|if .*[:{]$"
    r"|elif .*:$|else\s*[:{]"
    r"|@\w|#include|public |private |function |const |let |var |SELECT |INSERT |UPDATE |DELETE |CREATE "
    r"|fn |func |package "
    r"|try:|except\b|with .*:$|[\w.\[\]]+\s*(?:[-+*/]?=)\s*\S|[\w.]+\(.*\);?$|[{}\])]+[;,]?$|//|console\."
    r"|print\(|echo |\$\w)"
)
_STARTS_CODE = re.compile(
    r"def |class |import |from \w[\w.]* import |@\w+|#include|public |private |function |const |let |var |fn |func |"
    r"package |return\b|#!|<\?|<!DOCTYPE|<html|int main|for \w+ in .*:|while .*:|if .*:$|[A-Za-z_]\w*(?:, ?\w+){0,9} = "
)
_SQL = re.compile(
    r"(?:select\s[^.!?]{1,2000}?\sfrom\s+[\w.\"(]|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s+\w|"
    r"create\s+(?:table|index|view)\s|with\s+\w+\s+as\s*\()",
    re.IGNORECASE,
)
_EQUATION = re.compile(r"\s*\w+ = -?[\d.,/ ]+[a-zA-Z%]*\s*")
_COMMAND = re.compile(
    r"\s*(?:\$ |sudo )?(?:find|grep|ls|git|docker|curl|wget|sed|awk|tar|ssh|scp|kubectl|npm|npx|pip3?|python3?|chmod"
    r"|chown|cat|cp|mv|rm|mkdir|echo|export|systemctl|apt|apt-get|brew|make|ps|kill|du|df|head|tail|sort|xargs|rsync|ffmpeg"
    r"|openssl|psql|mysql|node|yarn|cargo|helm|terraform|aws|gcloud|zip|unzip|diff|cut|tr|uniq|wc|jq)\s"
)
_SWITCH = re.compile(r" --?[a-zA-Z]| \| |\s[./~]*/\w|&&|>>? ")
"""What commands of a shell have, and a sentence that begins with such a word hardly."""
_LEADING_COMMENTS = re.compile(r"\A(?:--[^\n]*\n\s*)+")
_FORMULA_SIGN = re.compile(
    r"\\(?<!\\.)(?=(?:[dtc]?frac|sqrt|times|text|boxed|binom|theta|pi|cdot|left|right|begin|end|circ|leq?|geq?|neq?|infty"
    r"|in|cup|cap|log|ln|sin|cos|tan|sum|int|quad|angle|triangle|overline|math[a-z]+|pm|div|approx|alpha|beta|gamma"
    r"|lambda|mu|sigma|omega|Delta|degree|sim|equiv|lfloor|rfloor|ldots|cdots|implies)(?![a-z])|[()\[\],;! {}%$])"
)
_OPENS = re.compile(r"\{[ \t\n\r]*[\"}]")
_STRICT, _LENIENT = json.JSONDecoder(), json.JSONDecoder(strict=False)
_DATA_LANGUAGES = ("json", "jsonc", "json5")


@dataclass(frozen=True, slots=True)
class Shape:
    """What an answer is. `data` is its JSON value, `code` its code; `strict`: the JSON is valid to the letter."""

    kind: Kind
    wrap: Wrap = "bare"
    data: object = None
    code: str = ""
    language: str = ""
    strict: bool = True


def shape(text: str) -> Shape:
    """The shape of a folded, stripped text."""
    if not text:
        return Shape("empty")
    if text[0] in "{[":
        value, strict = parsed(text)
        if value is not None:
            return Shape("json", "bare", value, strict=strict)
    if text[0] == "[" and (tagged := _TAGGED_CODE.fullmatch(text)):
        return Shape("code", "bare", code=tagged[2])
    if "</code>" in text[-40:] and (solution := _SOLUTION.fullmatch(text)):
        return Shape("code", "bare", code=solution[1])
    if "```" in text:
        fenced = _fenced(text)
        if fenced is not None:
            return fenced
    if "{" in text:
        value = embedded(text)
        if value is not None:
            return Shape("json", "mixed", value)
    if len(text) <= 60 and quantity(text) is not None:
        return Shape("number")
    if len(text) <= 40 and len(text.split()) == 1 and "(" not in text[1:] and any(map(str.isalnum, text)):
        return Shape("word")
    if is_code(text):
        return Shape("code", "bare", code=text)
    if text[0] == text[-1] == "`" and text.count("`") == 2 and is_code(text[1:-1].strip()):
        return Shape("code", "bare", code=text[1:-1].strip())
    return Shape("prose")


def parsed(text: str) -> tuple[object, bool]:
    """The JSON object or array that `text` is, or None; and whether it is valid to the letter.

    Line breaks inside of strings and formulas with single backslashes are forgiven, since so many consumers do.
    """
    healed = _FORMULA_SIGN.sub(r"\\\\", text) if "\\" in text else text
    for strict in (True, False):
        try:
            value = _STRICT.decode(text) if strict else _LENIENT.decode(healed)
            if strict and healed != text:
                value = _STRICT.decode(healed)  # `\frac` holds a valid escape, which nobody meant
        except json.JSONDecodeError as error:
            if healed == text and not error.msg.startswith("Invalid control character"):
                return None, False  # nothing that would be forgiven
            continue
        except (ValueError, RecursionError):
            continue
        return (value, strict) if isinstance(value, (dict, list)) else (None, False)
    return None, False


def embedded(text: str) -> object:
    """The largest JSON object among the first and last few in a text, or None."""
    text = _FORMULA_SIGN.sub(r"\\\\", text) if "\\" in text else text
    best: tuple[int, object] = (0, None)
    start = text.find("{")
    for _ in range(_TRIES):
        if start < 0:
            break
        if _OPENS.match(text, start) is None:
            start = text.find("{", start + 1)
            continue
        try:
            value, end = _LENIENT.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        if isinstance(value, dict) and value and end - start > best[0]:
            best = (end - start, value)
        start = text.find("{", end)
    return best[1]


def _fenced(text: str) -> Shape | None:
    blocks = [(match[1].lower(), match[2], match.start(), match.end()) for match in _FENCE.finditer(text)]
    if not blocks:
        return None
    alone = len(blocks) == 1 and not text[: blocks[0][2]].strip() and not text[blocks[0][3] :].strip("` \n")
    wrap: Wrap = "fenced" if alone else "mixed"
    for language, body, _, _ in blocks:
        if language in _DATA_LANGUAGES or body.lstrip()[:1] in ("{", "["):
            value, strict = parsed(body.strip())
            if value is not None:
                return Shape("json", wrap, value, language=language, strict=strict)
    largest = max(blocks, key=lambda block: len(block[1]))
    if largest[0] in _DATA_LANGUAGES or not largest[1].strip():
        return None
    return Shape("code", wrap, code=largest[1], language=largest[0])


def is_code(text: str) -> bool:
    """Whether a text without fences is source code."""
    if _SQL.match(_LEADING_COMMENTS.sub("", text) if text.startswith("--") else text) and (
        text.endswith(";") or text.count("\n") or not text.endswith(".")
    ):
        return True
    if _is_settings(text):
        return True
    if "####" in text or _EQUATION.fullmatch(text):
        return False  # what states an answer
    first = text[:4_000].lstrip().partition("\n")[0].strip()
    starts = first.startswith(("#", "//", "/*")) or _STARTS_CODE.match(first) is not None
    if not starts and _COMMAND.match(first) is None:
        return False
    lines = [line for line in text[:4_000].split("\n") if line.strip()]
    if all(_COMMAND.match(line) and _SWITCH.search(line) and line[-1] not in ".:?!" for line in lines):
        return True
    if not starts:
        return False
    # Of a mere body of a function only the first line has lost its indentation with the white space around a text.
    if any(python_tree(part) is not None for part in (text, textwrap.dedent(f"    {text}"))):
        return True
    if len(lines) == 1:
        return text.rstrip().endswith((";", "}"))
    hits = sum(1 for line in lines if _CODE_LINE.match(line) or line.rstrip().endswith((";", "{", "}", ",", "(", ")")))
    return hits >= 0.6 * len(lines)


def _is_settings(text: str) -> bool:
    """Whether a text is a file of settings with levels, as YAML has them."""
    lines = text[:4_000].split("\n") if "\n  " in text and ":\n" in text else []
    return len(lines) >= _SETTINGS_FROM and ":" in lines[0] and all(map(_SETTINGS.fullmatch, lines[:-1]))


@contextmanager
def unwarned() -> Iterator[None]:
    """Without what the parser has to say about the style of somebody else's code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def python_tree(code: str) -> ast.Module | None:
    """The syntax tree of Python source, or None where it is none."""
    if len(code) > LONGEST_CODE:
        return None
    try:
        with unwarned():
            return ast.parse(code)
    except UNREADABLE:
        return None
