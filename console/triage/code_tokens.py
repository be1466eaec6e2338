"""Two pieces of code of any language by their tokens: comments, white space and consistent renaming do not count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from console.triage.imagining.values import words
from console.triage.querying import queried
from console.triage.reading import counted
from console.triage.records import Reason, brief, changed

_SQL = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|insert|update|delete|create|with)\s", re.IGNORECASE)
_HASH = words(
    "bash sh shell zsh python py ruby rb yaml yml r perl toml make makefile dockerfile docker julia elixir ini conf"
)
_DASH = words("sql lua haskell hs postgresql mysql sqlite plsql tsql")
_TEXT = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
_REST = r"\\\w|\w+|[^\w\s]"
_COMMENTS = {
    "hash": r"(?:(?<=\s)|^)\#[^\n]*",
    "dash": r"--[^\n]*|/\*[\s\S]*?\*/",
    "slash": r"//[^\n]*|/\*[\s\S]*?\*/",
}
_PATTERNS = {
    kind: re.compile(rf"(?P<comment>{comment})|(?:{_TEXT})|{_REST}", re.MULTILINE)
    for kind, comment in _COMMENTS.items()
}
_ONE_PARAMETER = re.compile(r"\(\s*([A-Za-z_$][\w$]{0,60})\s*\)\s*=>")
_UNQUOTED = re.compile(r"(?<![\w\"'=])\$\{?(\w{1,40})\}?(?![\w\"'=])")
_QUOTED = re.compile(r"\"\$\{?(\w{1,40})\}?(?=[\"/])")
_SHELLS = words("bash sh shell zsh")
_NAME = re.compile(r"[A-Za-z_$]\w*")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_FEW = 6
_SHARE = 0.2
"""Tokens apart that make it the same code with a change; of short code at most this share."""
_LOCAL = 0.12
"""Who rewrites a program changes more of its tokens; measured on rewritten and on broken programs."""
_BRACES = re.compile(r"[;{}]\s*$", re.MULTILINE)


def tokens_of(code: str, language: str = "") -> list[str]:
    """Names, numbers, texts and signs of a piece of code, without its comments."""
    kind = _comments(code, language.lower())
    if "=>" in code:
        code = _ONE_PARAMETER.sub(r"\1 =>", code)  # of an arrow function, whose brackets are a matter of style
    found = [match.group() for match in _PATTERNS[kind].finditer(code) if match.lastgroup != "comment"]
    return [token if token[0] in "\"'`" else token.lower() for token in found] if kind == "dash" else _unquoted(found)


def _unquoted(tokens: list[str]) -> list[str]:
    """Which quotes a text has does not matter."""
    return [f'"{one[1:-1]}"' if one[0] == "'" and len(one) > 1 and '"' not in one else one for one in tokens]


def _comments(code: str, language: str) -> str:
    """What a comment looks like there."""
    if language in _DASH or _SQL.match(code):
        return "dash"
    if language in _HASH:
        return "hash"
    return "slash" if language or _BRACES.search(code) else "hash"


def token_changes(before: str, after: str, language: str, prompt: str = "") -> tuple[list[Reason], bool]:
    """What differs; and whether the code does the same for sure."""
    left, right = tokens_of(before, language), tokens_of(after, language)
    if left == right:
        return [], True
    if _balanced(left) and not _balanced(right):
        return [Reason("code", "brackets do not close any more", 0.8)], False
    if _only_renamed(left, right):
        return [Reason("code", "only names of variables differ", 0.05)], True
    found, same = queried(before, after, prompt)
    if found is not None:
        return [found], same
    if len(left) == len(right) and counted(left) == counted(right):
        return _in_another_order(before, after, language)
    if language.lower() in _SHELLS and (bare := _quotes_lost(before, after)):
        return [Reason("code", f"no longer quotes ${bare}: a space in it makes two words of it", 0.7)], False
    apart = few_apart(left, right)
    if apart == (r"\ ;", "+"):  # `-exec` once for each file, or once for all of them
        return [Reason("code", "the same in other idioms", 0.15)], True
    if apart is not None:
        return [changed("code", "changed in the same code:", apart[0], apart[1], 0.75)], False
    return [another(left, right)], False


def _quotes_lost(before: str, after: str) -> str:
    """A variable of a shell that was in quotes wherever it was used as a word, and is so no longer."""
    quoted, bare = set(_QUOTED.findall(before)), set(_UNQUOTED.findall(before))
    lost = (quoted - bare) & set(_UNQUOTED.findall(after)) - set(_QUOTED.findall(after))
    return min(lost, default="")


def another(left: Sequence[str], right: Sequence[str]) -> Reason:
    """Of two programs that nothing else is known of, the share of tokens apart tells a change from a rewriting."""
    ours, theirs = counted(left), counted(right)
    gone, added = ours - theirs, theirs - ours
    share = (sum(gone.values()) + sum(added.values())) / max(1, len(left) + len(right))
    if share <= _LOCAL:
        one, other = (brief(" ".join(side.elements()), 40) for side in (gone, added))
        return changed("code", "changed in one place of the same code:", one, other, round(0.6 - 0.5 * share, 3))
    weight = round(max(0.3, 0.44 - 0.3 * share), 3)
    return Reason("code", "another program: only running it tells whether it does the same", weight)


def _in_another_order(before: str, after: str, language: str) -> tuple[list[Reason], bool]:
    lines = (sorted(filter(None, (tokens_of(line, language) for line in code.split("\n")))) for code in (before, after))
    if next(lines) == next(lines):
        return [Reason("code", "the same lines in another order", 0.35)], False
    return [Reason("code", "the same words in another order", 0.7)], False


def _only_renamed(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether each name of one side stands for one of the other.

    Names after a dot or before a bracket stand for themselves, and so do names that occur once: those are functions,
    fields and types of somebody else.
    """
    if len(left) != len(right):
        return False
    ours, theirs = counted(left), counted(right)
    pairs: dict[str, str] = {}
    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        if pairs.setdefault(one, other) != other:
            return False
        if one == other:
            continue
        fixed = (place > 0 and left[place - 1] == ".") or left[place + 1 : place + 2] == ["("]
        if fixed or not _NAME.fullmatch(one) or not _NAME.fullmatch(other):
            return False
        if ours[one] != theirs[other] or ours[one] < 2 or one in theirs or other in ours:
            return False
    return len(set(pairs.values())) == len(pairs)


def _balanced(found: Sequence[str]) -> bool:
    open_: list[str] = []
    for token in found:
        if token in "([{" and len(token) == 1:
            open_.append(token)
        elif token in _CLOSING and (not open_ or open_.pop() != _CLOSING[token]):
            return False
    return not open_


def few_apart(left: Sequence[str], right: Sequence[str]) -> tuple[str, str] | None:
    """The few tokens in which two pieces of code differ, or None where they differ in more."""
    start = next(
        (i for i, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), min(len(left), len(right))
    )
    ends = zip(reversed(left[start:]), reversed(right[start:]), strict=False)
    stop = next((i for i, (one, other) in enumerate(ends) if one != other), min(len(left), len(right)) - start)
    one, other = left[start : len(left) - stop], right[start : len(right) - stop]
    if len(one) + len(other) > _FEW:
        ours, theirs = counted(one), counted(other)
        gone, added = ours - theirs, theirs - ours
        if sum(gone.values()) + sum(added.values()) > min(_FEW, _SHARE * max(len(left), len(right))):
            return None
        one, other = list(gone.elements()), list(added.elements())
    return brief(" ".join(one), 40), brief(" ".join(other), 40)
